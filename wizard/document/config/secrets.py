"""Whether the value of a config var is a secret, and what that follows from. When unsure, it is one.

By owner first (what an add-on sets is a credential unless it plainly is none), then by shape (a URL with a
user, a token of a known form, a private key, a connection string), by names only together with the value
(MONKEY_COUNT=3 is none, SMTP_PASS=fluffy is one), and by how random it looks. A UUID counts as a secret
unless the name says that it is an identifier: many services use one as their key. What is found is said in
words that give nothing of the value away.
"""

import base64
import json
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

from wizard.document.config.plain_values import is_flag, is_number, is_path, why_plain
from wizard.document.config.randomness import is_wordlike, why_random
from wizard.document.config.secret_formats import is_private_key, is_public_key, known_token, puts_password
from wizard.document.config.telling_names import Telling, names_secret, names_users, telling
from wizard.model.secret import Secret

Owner = Literal["add-on", "platform", "app-json", "person"]

LARGEST = 32 * 1024
"""Characters; Heroku holds 32 kB of config vars in all, so a larger value is none of its own."""

MOST_PARTS = 1_000
"""Parts of a list or of lines up to which each is looked at."""


class Judgement(NamedTuple):
    """`because` completes "it is (not) a secret: …"."""

    secret: bool
    because: str


_NAMING_USERS: Final = frozenset(
    ("ssh", "git", "git+ssh", "sftp", "postgres", "postgresql", "mysql", "mysql2", "smtp", "ldap")
)
_DEEPEST: Final = 12
# Also where the password holds a / or # that should have been escaped, which no parser takes for one. A port
# is no password.
_USER_AND_PASSWORD = re.compile(r"://[^\s@/:]{0,200}:(?![0-9]{1,5}(?:[/?#,\s]|$))[^@]{1,300}@[\w\[]")
# scott/tiger@host:1521/service; a repository and its version are written so too (actions/checkout@v4).
_ORACLE = re.compile(
    r"[\w$#.-]{1,60}/[^\s@/]{1,60}@(?!v?[0-9]+(?:\.|$)|sha256:|(?:main|master|latest|current|stable|next)$)"
    r"[\w./:-]{1,200}"
)
_USUAL_USERS: Final = frozenset(
    (
        "admin",
        "demo",
        "deploy",
        "dev",
        "guest",
        "preview",
        "root",
        "stage",
        "staging",
        "test",
        "tester",
        "user",
    )
)
_USER_PAIR = re.compile(r"(?P<user>[\w.+-]{1,64})(?P<mail>@[\w-]+(?:\.[\w-]+)+)?:(?P<rest>[^\s:/]+)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_ITEMS = re.compile(r"[\s,;|]+")
_BARE_TAG = re.compile(r"</?[a-z][a-z0-9]{0,9} ?/?>", re.IGNORECASE)
"""A tag of HTML that says nothing but its name."""
_QUOTES = "\"'`()[]{}<>"


def judge(name: str, value: Secret, owner: Owner = "person") -> Judgement:
    """Judge one config var."""
    return _judge(name, value.reveal().strip(), owner, depth=0)


def _judge(name: str, text: str, owner: Owner, *, depth: int) -> Judgement:
    if not text:
        return Judgement(False, "it is empty")
    if is_flag(text):
        return Judgement(False, "it is a flag")
    if len(text) > LARGEST or depth > _DEEPEST or len(_ITEMS.findall(text)) > MOST_PARTS:
        return Judgement(True, "it is too large to be looked through")
    if is_private_key(text):
        return Judgement(True, "it holds a private key")
    if is_public_key(text):
        return Judgement(False, "it is a certificate or a public key, which anybody may see")
    if words := known_token(text):
        return Judgement(True, f"it has the form of {words}")
    if inside := _inside(name, text, owner, depth):
        return inside
    return _by_name_and_parts(name, text, owner)


def _by_name_and_parts(name: str, text: str, owner: Owner) -> Judgement:
    if _USER_AND_PASSWORD.search(text):
        return Judgement(True, "it is a URL with a password in it")
    if _ORACLE.fullmatch(text) or _is_user_and_password(name, text):
        return Judgement(True, "it is a user with a password")
    told = telling(name, text)
    url = _url(text)
    if url is not None and url.secret:
        return url
    if puts_password(text):
        return Judgement(True, "it gives a password or a key by name, as connection strings do")
    if told is Telling.SECRET and not _cannot_be_secret(name, text, url):
        return Judgement(True, "its name says that it is a password, a key or a token")
    if told is Telling.PUBLIC:
        return Judgement(False, "its name says that it is an identifier or made to be public")
    if url is not None:
        return url
    if is_number(text):
        return Judgement(False, "it is a number")
    return _by_parts(text, owner, named_plain=told is Telling.PLAIN)


def _is_user_and_password(name: str, text: str) -> bool:
    """Whether it is a list of `user:password`: its name is about users, an address of mail is the user, or a
    usual name is, with what is no word behind it (admin:hunter2; user:email is a scope)."""
    pairs = [_USER_PAIR.fullmatch(item) for item in _ITEMS.split(text)]
    return any(
        pair["rest"]
        and (
            names_users(name)
            or (pair["mail"] and pair["user"] != "git")
            or (pair["user"].lower() in _USUAL_USERS and _is_worded_with_digits(pair["rest"]))
        )
        for pair in pairs
        if pair and not (pair["rest"].isdigit() and "." in pair["user"])
    )


def _is_worded_with_digits(text: str) -> bool:
    """Whether letters and digits are mixed as in hunter2, not as in versions (v2, 1.2.3-alpine)."""
    mixed = any(sign.isdigit() for sign in text) and any(sign.isalpha() for sign in text)
    return mixed and len(text) >= 6 and "." not in text and "-" not in text


def _cannot_be_secret(name: str, text: str, url: Judgement | None) -> bool:
    """What no name makes a secret: an address, a file, a host, a way to sign in (SMTP_AUTH=plain)."""
    if names_secret(name):
        # DB_PASSWORD=password, and rose.bud is no host there: only the path of a file and 2 are not believed.
        return (text[0] in "/~" and is_path(text)) or (is_number(text) and len(text) < 3)
    if url is not None:
        return True
    if is_number(text):
        # PIN=4711 is one, RETRY_TOKEN=2 is not.
        return len(text) < 3 or not text.isdigit()
    return why_plain(text) in (
        "it is a path of a file",
        "it is a host",
        "it is an email address",
        "it is a usual word for a setting",
    )


def _inside(name: str, text: str, owner: Owner, depth: int) -> Judgement | None:
    """What JSON, base64 of it, or lines of `NAME=value` hold; None when it is none of them."""
    if text[0] in "{[" and text[-1] in "}]":
        try:
            tree = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return _json(name, tree, owner, depth)
    if len(text) >= 24 and _BASE64.fullmatch(text):
        return _base64(name, text, owner, depth)
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    pairs = [line.strip().removeprefix("export ").partition("=") for line in lines]
    if len(pairs) > 1 and all(middle and re.fullmatch(r"\w+", left) for left, middle, _ in pairs):
        judged = (
            _judge(left, right.strip().strip("\"'"), owner, depth=depth + 1) for left, _, right in pairs
        )
        return next((one for one in judged if one.secret), Judgement(False, "no line of it holds a secret"))
    return None


def _json(name: str, tree: Any, owner: Owner, depth: int) -> Judgement:
    if isinstance(tree, dict) and tree.get("type") == "service_account":
        return Judgement(True, "it is the key file of a service account")
    try:
        judged = (_judge(key, leaf.strip(), owner, depth=depth + 1) for key, leaf in _leaves(name, tree, 0))
        found = next((one for one in judged if one.secret), None)
    except RecursionError:
        return Judgement(True, "it is nested too deep to be looked through")
    if found:
        return Judgement(True, f"it is JSON, and of a part of it: {found.because}")
    return Judgement(False, "it is JSON that holds no secret")


def _leaves(name: str, tree: Any, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for key, below in tree.items():
            # The words of the outer name count too: {"db": {"password": {"value": …}}}.
            yield from _leaves(f"{name}_{key}" if depth else str(key), below, depth + 1)
    elif isinstance(tree, list):
        for below in tree:
            yield from _leaves(name, below, depth + 1)
    elif tree is not None:
        yield name, str(tree)


def _base64(name: str, text: str, owner: Owner, depth: int) -> Judgement | None:
    try:
        plain = base64.b64decode(
            text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True
        )
        inner = plain.decode("utf-8").strip()
    except ValueError:
        return None
    if not inner.isprintable() and "\n" not in inner:
        return None
    if len(inner) < 8 or not (inner[0] in "{[" or "-----BEGIN" in inner or "://" in inner or "\n" in inner):
        return None
    found = _judge(name, inner, owner, depth=depth + 1)
    return Judgement(found.secret, f"it is base64, and of what it encodes: {found.because}")


def _url(text: str) -> Judgement | None:
    """What a URL, or a list of nothing but URLs, says; None where the text is something else."""
    if "://" not in text:
        return None
    if re.fullmatch(r"[a-z][a-z0-9+.-]*://", text):
        return Judgement(False, "it is a kind of address")
    items = [item.strip(_QUOTES) for item in re.split(r"[\s,;|]+(?=\S+://)", text)]
    if not all("://" in item and not re.search(r"\s", item) for item in items):
        return None
    judged = [_one_url(item) for item in items]
    return next((one for one in judged if one.secret), judged[0])


def _one_url(text: str) -> Judgement:
    try:
        parts = urllib.parse.urlsplit(text.removeprefix("jdbc:"))
        user, password, host = parts.username or "", parts.password or "", parts.hostname or ""
        pairs = urllib.parse.parse_qsl(parts.query)
    except ValueError:
        return Judgement(True, "it is an address that cannot be taken apart")
    if password:
        return Judgement(True, "it is a URL with a password in it")
    # postgres://app@localhost names a role; https://word@host hands over a key.
    if user and not (parts.scheme in _NAMING_USERS and user.isalpha() and is_wordlike(user)):
        return Judgement(True, "it is a URL with a user or a key in it")
    if parts.netloc.startswith(":") or (
        not host and parts.scheme not in ("file", "unix", "sqlite", "sqlite3")
    ):
        return Judgement(True, "it is an address that cannot be taken apart")
    for key, value in pairs:
        named = telling(key, value) is Telling.SECRET and value.lower() not in ("true", "false")
        if named or why_random(value):
            return Judgement(True, "it is a URL with a key or a token in its query")
    for part in (*parts.path.split("/"), *re.split(r"[/&?=]", parts.fragment)):
        if why_random(urllib.parse.unquote(part), least_letters=9):
            return Judgement(True, "it is a URL with a key or a token in its path, as webhooks have")
    return Judgement(False, "it is an address with no user, password or key in it")


def _by_parts(text: str, owner: Owner, *, named_plain: bool) -> Judgement:
    """Judge what has no telling form: each word of it must read as one."""
    because = why_plain(text)
    # A word that an add-on sets may be a password; where it is, or how much, is not.
    sure = (
        owner != "add-on"
        or named_plain
        or because in ("it is a host", "it is an email address", "it is a number")
    )
    if because and sure:
        return Judgement(False, because)
    for item in _ITEMS.split(_BARE_TAG.sub(" ", text)):
        bare = item.strip(_QUOTES + (".:!?" if " " in text else ".:"))
        if not bare or why_plain(bare):
            continue
        left, equals, right = bare.partition("=")
        if equals and right and re.fullmatch(r"[\w.-]{1,40}", left) and not why_random(left):
            bare = right.strip(_QUOTES)
            if telling(left, bare) is Telling.SECRET and not is_flag(bare) and not is_number(bare):
                return Judgement(True, "it gives a password or a key by name, as connection strings do")
            if not bare or why_plain(bare):
                continue
        if "://" in bare:
            found = _one_url(bare.lstrip("+"))
            if found.secret:
                return found
            continue
        if random := why_random(bare):
            return Judgement(True, f"it is {random}" if bare == text else f"a part of it is {random}")
        if _has_odd_signs(bare):
            return Judgement(True, "it mixes letters, digits and signs as passwords do")
    if why_random(text, least_letters=len(text) + 1):
        return Judgement(True, "several parts of it are letters mixed with digits, as in keys")
    if not sure:
        return Judgement(True, "an add-on sets it, and it may be a password")
    return Judgement(False, "it reads as words")


def _has_odd_signs(text: str) -> bool:
    """Whether letters or digits stand beside signs that words are not written with."""
    odd = sum(sign in "!$%^&*#~?\\<>{}|`+=" for sign in text) + sum(
        not sign.isascii() and not sign.isalpha() for sign in text
    )
    digits = any(sign.isdigit() for sign in text)
    both_cases = any(sign.islower() for sign in text) and any(sign.isupper() for sign in text)
    return odd > 0 and any(sign.isalpha() for sign in text) and (digits or (odd > 1 and both_cases))
