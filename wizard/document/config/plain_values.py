"""Values that plainly are no secrets, by their whole form."""

import re
from typing import Final

from wizard.document.config.randomness import why_random


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FLAGS: Final = _words(
    "true false yes no on off enabled disabled enable disable none null nil undefined 0 1 y n t f"
)
_NUMBER = re.compile(
    r"[-+]?[0-9]{1,3}(?:[,'_][0-9]{3})+(?:\.[0-9]+)?"
    r"|[-+]?[0-9]{0,15}\.?[0-9]{1,15}(?:e[-+]?[0-9]{1,3})?"
    r"|[-+]?[0-9]{1,12}(?:[.,:/x-][0-9]{1,9}){1,6}",
    re.IGNORECASE,
)
_SETTINGS: Final = _words(
    "always never auto default tls ssl starttls "
    "plain login cram_md5 cram-md5 digest-md5 md5 scram-sha-256 scram-sha-512 basic bearer digest "
    "oauth oauth2 oidc jwt saml ldap "
    "ntlm kerberos trust peer ident password token cookie session google github gitlab facebook "
    "twitter linkedin auth0 okta "
    "azure azuread cognito firebase devise local database redis file env hs256 hs512 rs256 es256 strict lax"
)

_FORMS: Final = (
    (
        "it is an amount with its unit",
        r"[-+]?[0-9]+(?:\.[0-9]+)?\s?(?:%|[kmgtp]?i?b|[kmgt]|ms|us|ns|s|m|h|d|w|y|sec|secs|min|mins|hours?|days?|"
        r"weeks?|months?|years?|minutes?|seconds?|x|px|em|rem|r/[smhd]|/[smhd]|hz|khz|mhz|req/s|usd"
        r"|eur|chf|gbp)(?:\s?[0-9]+(?:ms|s|m|h|d))*",
    ),
    (
        "it is a version",
        r"[~^>=<v]{0,2}\s?[0-9]{1,8}(?:\.(?:[0-9]{1,8}|[x*])){1,5}(?:[-+.]?(?:alpha|beta|rc|dev|pre"
        r"|post|next|lts)[0-9.]{0,8})?",
    ),
    (
        "it is a date or a time",
        r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?(?:[t ][0-9:.]+(?:z|[-+][0-9:]+)?)?"
        r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:-[0-9]{1,2}:[0-9]{2})?",
    ),
    (
        "it is a network address",
        r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2})?(?::[0-9]{1,5})?"
        r"|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:/[0-9]{1,3})?",
    ),
    ("it is an email address", r"(?:[\w .,&'\"()-]{0,80}<)?[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+>?"),
    (
        "it is a setting of language or place",
        r"[a-z]{2,3}[-_][A-Za-z]{2,4}(?:\.[a-z0-9-]+)?|(?:africa|america|asia|australia|europe|pacific"
        r"|atlantic|indian|etc|us)/[a-z_+0-9/-]+|(?:utc|gmt)[-+][0-9]{1,2}(?::?[0-9]{2})?",
    ),
    (
        "it is a schedule",
        r"(?:@(?:hourly|daily|weekly|monthly|yearly|every \S+))|(?:(?:\*"
        r"|[0-9]+(?:-[0-9]+)?)(?:/[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*\s+){4,5}(?:\*"
        r"|[a-z0-9]+(?:-[a-z0-9]+)?)(?:/[0-9]+)?(?:,[a-z0-9]+)*",
    ),
    ("it is a colour", r"#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})"),
    ("it is a pattern", r"\*|\*?\.\w{1,8}|\*(?:\.[\w-]+)+|\.[\w-]+(?:\.[\w-]+)+"),
    ("it is a name of a variable", r"\$\{?[A-Z_][A-Z0-9_]*\}?"),
    (
        "it is an option of a program",
        r"--[a-z][a-z0-9-]*(?:[=:][\w.,:/%+-]{1,40})?|-[a-z]{1,12}|-x(?:m[snx]|ss)[0-9]+[kmg]"
        r"|-xx:[+-]?\w+(?:=[\w.]+)?|-java(?:agent:|lib=)[\w./:=,-]{1,80}|-d[\w.]+=[\w./:-]{1,40}",
    ),
    (
        "it is an identifier that says what it names",
        r"(?:ami|sg|subnet|vpc|i|vol|rtb|igw|eni|acl|snap)-[0-9a-f]{8,17}|arn:aws[\w-]*:[\w:/.*-]{1,200}"
        r"|d-[0-9a-f]{32}|(?:eu|us|ap|sa|ca|me|af)-[a-z]+-[0-9]_[a-z0-9]{9}|(?:price|prod|plan|prd|tax|txr|cpn|acct)_[a-z0-9]{8,40}|(?:g|gtm|ua|aw"
        r"|dc)-[a-z0-9]{5,12}(?:-[0-9]{1,3})?|[0-9]{6,16}-[a-z0-9]{20,40}\.apps\.googleusercontent\.co"
        r"m",
    ),
    (
        "it is an image",
        r"(?:[a-z0-9.-]+(?::[0-9]+)?/)*[a-z0-9._-]+:[\w.-]{1,60}@sha256:[0-9a-f]{64}"
        r"|(?:[a-z0-9.-]+/)*[a-z0-9._-]+@sha256:[0-9a-f]{64}",
    ),
    (
        "it is a file with a digest in its name",
        r"(?:[\w.-]{1,60}/){0,8}[\w-]{1,60}[-.][0-9a-f]{8,64}\.(?:m?js|css|json|map|html|svg|png|jpe?g|gif|webp|ico"
        r"|woff2?|ttf|zip|tar\.gz)",
    ),
    ("it is a format", r"(?=.*%[({a-z-])(?:[\w\s:;,.\[\]|/()%{}\"'<>=-])+"),
)
_FORM = re.compile(
    "|".join(f"(?P<f{index}>{form})" for index, (_, form) in enumerate(_FORMS)), re.IGNORECASE | re.ASCII
)
_WORDY: Final = frozenset({"it is an option of a program", "it is a name of a variable", "it is a format"})
"""Forms that are made of words, and so wide that something thrown may have them by chance."""
_WORDS = re.compile(r"[A-Za-z0-9_]{6,}")
_HOST = re.compile(
    r"(?:[A-Za-z0-9_-]+\.)+(?:[a-z]{2,16}|[A-Z]{2,8}|xn--[a-z0-9-]{2,20})\.?(?::[0-9]{1,5})?"
    r"|localhost(?::[0-9]{1,5})?"
)
_PATH = re.compile(
    r"~?\.{0,2}(?:/[\w.@+*-]{1,64})+/?|/|[A-Za-z]:\\[\w\\. -]{1,120}|[\w.*-]+(?:/[\w.*-]+)+"
    r"|[\w-]+\.[a-z]{1,5}"
)
_CLASS = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*\.[A-Za-z_]\w*")
_EXPRESSION = re.compile(r"[\^/](?=.*[\[(\\]).{2,200}[$/]")
_SSH_REPOSITORY = re.compile(r"git@[\w.-]+:[\w./-]+")


def is_flag(text: str) -> bool:
    """Whether it switches something on or off, or says that there is nothing."""
    return text.lower() in _FLAGS


def is_number(text: str) -> bool:
    """Whether it is a number, a range or a proportion: 3, -0.5, 1,000, 16:9."""
    return _NUMBER.fullmatch(text) is not None


def is_path(text: str) -> bool:
    """Whether it is the path of a file, in words."""
    return _PATH.fullmatch(text) is not None and "/" in text and not _odd(text, "/")


def why_plain(text: str) -> str:
    """What makes the value plainly none of a secret, in words; "" where nothing does."""
    if is_flag(text):
        return "it is a flag"
    if is_number(text):
        return "it is a number"
    if text.lower() in _SETTINGS:
        return "it is a usual word for a setting"
    match = _FORM.fullmatch(text)
    if match:
        because = _FORMS[int((match.lastgroup or "f0")[1:])][0]
        if because not in _WORDY or not any(why_random(word) for word in _WORDS.findall(text)):
            return because
    if _EXPRESSION.fullmatch(text) and not any(why_random(word) for word in _WORDS.findall(text)):
        return "it is a regular expression"
    if _SSH_REPOSITORY.fullmatch(text):
        return "it is a repository"
    # Names of hosts and files are as long and as odd as people like; what looks thrown is not believed.
    if is_path(text):
        return "it is a path of a file"
    if _HOST.fullmatch(text) and not _odd(text.rpartition(".")[0], "."):
        return "it is a host"
    if _CLASS.fullmatch(text):
        odd = [part for part in text.split(".") if why_random(part)]
        if not odd or (len(odd) == 1 and len(odd[0]) < 20 and text.count(".") > 1):
            return "it is the name of a module or a class"
    return ""


def _odd(text: str, between: str) -> bool:
    """A word of a path or a host may be short and strange (graphql, nginx); it has no digits mixed in."""
    return any(why_random(part, least_letters=9) for part in text.split(between))
