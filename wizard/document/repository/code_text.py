"""A line of code as it may be shown: clean, short, and without what looks like a password in it."""

import re

from wizard.document.config.secret_formats import known_token
from wizard.model.secret import DOTS, redact
from wizard.model.text import clean

LONGEST = 160
"""Characters kept of a line."""

_IN_URL = re.compile(
    r"(?P<head>[a-z][a-z0-9+.-]*://[^\s:@/\"'`]*:)(?P<secret>[^\s@\"'`]+)(?=@)", re.IGNORECASE
)
_USER_ALONE = re.compile(r"(?P<head>https?://)(?P<secret>[^\s:@/\"'`]{16,})(?=@)", re.IGNORECASE)
_KNOWN = re.compile(
    r"\b(?:HRKU-[\w-]{8,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abposr]-[\w-]{8,}"
    r"|[sr]k_(?:live|test)_\w{8,}|whsec_\w{8,}|SG\.[\w.-]{16,}|A[KS]IA[A-Z0-9]{12,}|AIza[\w-]{20,}"
    r"|eyJ[\w-]{10,}\.[\w.-]{10,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
)
_NAMED = re.compile(
    r"(?P<head>(?:pass(?:w(?:or)?d|phrase)?(?![a-z])|pwd|secret|token|api_?key|access_?key|private_?key|auth"
    # Set to it, or with it as what is taken where the variable is not set.
    r"|credential)\w*[\"']?[\])]{0,2}\s*(?:=>|:=|\|\|=?|\?\?=?|=|:|,|\{|\bor\b)\s*[bruf]?[\"'`])"
    r"(?P<secret>[^\"'`$#{<]{6,})(?=[\"'`])",
    re.IGNORECASE,
)
_DEFAULT = re.compile(
    r"(?P<head>\$\{\w*(?:PASS|TOKEN|SECRET|KEY)\w*:[-=]?)(?P<secret>[^?}\s][^}\s]{3,})(?=\})", re.IGNORECASE
)
_ASSIGNED = re.compile(
    # Without quotes, as in a shell: with a figure in it, since a name of a variable mostly has none.
    r"(?P<head>\b\w*(?:PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|PRIVATE_KEY)\w*="
    r"|--(?:api-?key|token|password|pass|auth)[= ]|\s-u\s+[\w.@-]*:)"
    r"(?P<secret>(?=[^\s\"'`$;&]*\d)[^\s\"'`$({;&]{6,})",
    re.IGNORECASE,
)
_IN_DSN = re.compile(
    # In a connection string; a keyword argument of code is followed by a comma or a bracket.
    r"(?P<head>\b(?:password|passwd|pwd)=)(?P<secret>[^\s;&,\"'`$({)]{4,})(?=[;&\"'`]|\s+\w+=)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z]+(_[A-Z0-9]+)+")
_IN_HEADER = re.compile(
    r"(?P<head>\b(?:bearer|basic|token)\s+)(?P<secret>[A-Za-z0-9+/=._~-]{12,})", re.IGNORECASE
)
_IN_SQL = re.compile(r"(?P<head>\b(?:identified\s+by|password)\s+')(?P<secret>[^'$]{4,})(?=')", re.IGNORECASE)
_LITERAL = re.compile(r"(?P<head>[\"'`])(?P<secret>[A-Za-z0-9+/=_-]{20,})(?=[\"'`])")


_QUOTED = re.compile(r"(?P<head>[\"'`])(?P<secret>[^\"'`]{8,})(?=[\"'`])")


def safe_line(line: str, limit: int = LONGEST) -> str:
    """Return one line without its indent, cut, passwords and tokens in it replaced by dots.

    What is not known to be a secret is judged by its form only, so that a literal which is long and mixes
    letters with figures goes, and a name of a variable or a path stays.
    """
    text = redact(clean(line.strip(), limit=2_000))
    for pattern in (_IN_URL, _USER_ALONE, _NAMED, _DEFAULT, _ASSIGNED, _IN_DSN, _IN_HEADER, _IN_SQL):
        text = pattern.sub(_hide, text)
    text = _KNOWN.sub(DOTS, text)
    text = _LITERAL.sub(_hide_if_random, text)
    if known_token(text):
        # A token of a form that those above do not know: no text in quotes stays.
        text = _QUOTED.sub(_hide, text)
    return clean(text, limit=limit)


def _hide(match: re.Match[str]) -> str:
    secret = match["secret"]
    # An expression of the language or of CI, or a variable's name, and not what it stands for.
    if secret.startswith(("${", "$", "#{", "%{", "<")) or secret == DOTS or _NAME.fullmatch(secret):
        return match[0]
    return match["head"] + DOTS


def _hide_if_random(match: re.Match[str]) -> str:
    secret = match["secret"]
    figures = sum(letter.isdigit() for letter in secret)
    words = re.split(r"[_/-]", secret)
    mixed = 3 <= figures < len(secret) and max(len(word) for word in words) >= 16
    return match["head"] + DOTS if mixed else match[0]
