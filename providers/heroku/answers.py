"""What an answer of Heroku means: JSON made safe, or the Trouble that it stands for."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from providers.heroku.room import ONE_ANSWER, weight
from providers.heroku.scopes import wanted_scope
from wizard.model.text import LINE_LIMIT, clean
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable

DEEPEST: Final = 32
"""Levels of nesting. Heroku's answers have 6 at most; what is deeper would break whoever walks it."""


class Answer(NamedTuple):
    """One whole HTTP answer; header names in lower case. `where` and `path` are clean, for messages."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    where: str
    path: str
    verb: str = "GET"
    host: str = "api"

    @property
    def request_id(self) -> str:
        """What Heroku's support finds the request by, "" when the answer does not say."""
        said = self.headers.get("request-id", "").partition(",")[0].strip()
        return said if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", said) else ""


class Gone(Trouble):
    """404: what was asked for is not there (any more)."""


class Refused(Trouble):
    """403 and the like: this account may not see it, or not yet. `scope` is what a token needs for it at
    least ("read-protected"), which may be what is missing."""

    scope: str = ""


class BadRange(Trouble):
    """416: the list cannot be asked for in the range that was sent."""


def parse_json(answer: Answer) -> Any:
    """Return the JSON in the body.

    Raises:
        Trouble: it is HTML or anything else that Heroku's API never sends (code `not-the-api`).
    """
    body = answer.body
    if weight(body) > ONE_ANSWER:
        raise not_the_api(answer, "more than one answer of its API ever holds")
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError) as error:
        start = body[:200].lstrip().lower()
        page = b"html" in answer.headers.get("content-type", "").encode() or start.startswith(b"<")
        kind = "a web page" if page else "something that is not JSON"
        raise not_the_api(answer, f"{kind} instead of its API") from error
    if body.count(b"[") + body.count(b"{") > DEEPEST and _is_deep(value):
        raise not_the_api(answer, "JSON that is nested without end")
    return value


def read_json(answer: Answer) -> Any:
    """Return the JSON in the body with every text in it made safe; raises as `parse_json` does."""
    value = parse_json(answer)
    return value if _is_safe(answer.body) else clean_json(value)


def clean_json(value: Any) -> Any:
    """Return `value` with every text in it made safe, names of fields too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_json(one) for one in value]
    if isinstance(value, dict):
        return {clean(name): clean_json(one) for name, one in value.items()}
    return value


_LONG = re.compile(rb'"[^"]{%d}' % LINE_LIMIT)


def _is_safe(body: bytes) -> bool:
    """Whether no text in this JSON needs cleaning, as in nearly all: looked at as one, which is a fraction of
    the work. Printable ASCII without escapes has nothing that a terminal obeys."""
    if not body.isascii() or b"\\" in body or b"\x7f" in body:
        return False
    return len(body) <= LINE_LIMIT or _LONG.search(body) is None


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for one in level:
            for child in one.values() if isinstance(one, dict) else one:
                if isinstance(child, dict | list):
                    below.append(child)
        if not below:
            return False
        level = below
    return True


def not_the_api(answer: Answer, what: str) -> Trouble:
    """The Trouble for an answer that Heroku's API never gives; `what` it is instead, in words."""
    return Trouble(
        f"{answer.where} answered {answer.path} with {what}.",
        remedy="Look whether a proxy or a sign-in page of the network stands in between, then try again.",
        code="not-the-api",
        retry=True,
    )


def trouble_of(answer: Answer) -> Trouble:
    """Return the Trouble that an answer of 300 and above stands for.

    401 is SignInNeeded, 403 with `two_factor` SecondFactorNeeded, other refusals Refused, 404 Gone,
    redirects and 5xx Unreachable; the rest (409, 422 ...) says Heroku's own message. Heroku's request id
    is a note on each, and in the words where support may be needed.
    """
    trouble = _trouble_of(answer)
    if answer.request_id:
        trouble.add_note(f"Request-Id {answer.request_id}")
    return trouble


def _place(answer: Answer) -> str:
    """The path for a sentence: what Heroku calls an id may be of any length."""
    return clean(answer.path, limit=200)


def _trouble_of(answer: Answer) -> Trouble:
    if 300 <= answer.status < 400:
        return Unreachable(
            f"{answer.where} sends the question {_place(answer)} on to another address. "
            "The token was not sent there.",
            remedy="Check the address of Heroku's API that Offramp was given.",
            code="redirected",
        )
    said = _said(answer)
    support = f"Heroku's number for this is {answer.request_id}." if answer.request_id else ""
    if answer.status in (401, 403) and said.id in _SIGN_IN:
        return _sign_in(answer, said)
    if answer.status == 401:
        return SignInNeeded(
            "heroku",
            f"Heroku does not accept the token (any more). {said.message}".strip(),
            remedy="Sign in to Heroku again with a fresh token.",
            code="token-refused",
        )
    if answer.status in (402, 403):
        return _refusal(answer, said)
    if answer.status in (404, 410):
        return Gone(
            f"Heroku has nothing at {_place(answer)}. {said.message}".strip(),
            remedy="Read the inventory again: it may have been renamed or deleted.",
            code="not-found",
        )
    if answer.status == 416:
        return BadRange(
            _joined(f"Heroku does not hand out {_place(answer)} in the order asked for.", said.message),
            remedy="Try again; if it stays so, Heroku's API has changed: tell the makers of Offramp.",
            code="bad-range",
        )
    if answer.status >= 500:
        return Unreachable(
            _joined(
                f"{answer.where} fails at {_place(answer)} (status {answer.status}).", said.message, support
            ),
            remedy="Look at status.heroku.com, then try again.",
            code="vendor-error",
        )
    return Trouble(
        _joined(f"Heroku does not take {_place(answer)} (status {answer.status}).", said.message, support),
        remedy="Read what Heroku says, put it right there, and try again.",
        code="not-taken",
    )


_SIGN_IN: Final = frozenset({"two_factor", "device_trust_required"})


def _sign_in(answer: Answer, said: "_Said") -> Trouble:
    if said.id == "device_trust_required":
        return SignInNeeded(
            "heroku",
            f"Heroku does not know this machine yet. {said.message}".strip(),
            remedy="Confirm it as Heroku asks you to in its dashboard or by mail, then sign in again.",
            code="device-trust",
        )
    return SecondFactorNeeded(
        "heroku",
        f"Heroku wants a second factor for {_place(answer)}. {said.message}".strip(),
        remedy="Give the code that it shows now, or use a token made after signing in with it.",
        resume={"app": said.app} if said.app else None,
    )


def _refusal(answer: Answer, said: "_Said") -> Trouble:
    if answer.status == 402:
        refused = Refused(
            f"Heroku refuses {_place(answer)}: something is to be paid first. {said.message}".strip(),
            remedy="Settle it on the billing page of Heroku's dashboard, then try again.",
            code="refused",
        )
    elif said.id in ("suspended", "delinquent"):
        refused = Refused(
            f"Heroku refuses {_place(answer)}: the account is {said.id}. {said.message}".strip(),
            remedy="Settle it with Heroku in its dashboard, then try again.",
            code="refused",
        )
    else:
        scope = wanted_scope(answer.verb, answer.host, answer.path)
        refused = Refused(
            f"Heroku refuses {_place(answer)}. {said.message}".strip(),
            remedy=f"Use a token of a member with access to it, with the scope {scope.sentence}.",
            code="refused",
        )
        refused.scope = scope.least
    return refused


class _Error(msgspec.Struct):
    id: Any = ""
    message: Any = ""
    app: Any = None


class _Said(NamedTuple):
    id: str
    message: str
    app: str


def _said(answer: Answer) -> _Said:
    try:
        error = msgspec.json.decode(answer.body[:100_000], type=_Error)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        return _Said("", "", "")  # an error page of a proxy: its status has to do
    message = clean(error.message, limit=400).strip() if isinstance(error.message, str) else ""
    if message and message[-1] not in ".!?":
        message += "."
    app = error.app.get("name") if isinstance(error.app, dict) else None
    return _Said(
        error.id if isinstance(error.id, str) else "",
        f"It says: {message}" if message else "",
        clean(app, limit=100) if isinstance(app, str) else "",
    )


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
