"""What an answer of Heroku means: JSON made safe, or the Trouble that it stands for."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from wizard.model.text import clean
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable


class Answer(NamedTuple):
    """One whole HTTP answer; header names in lower case. `where` and `path` are clean, for messages."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    where: str
    path: str


class Gone(Trouble):
    """404: what was asked for is not there (any more)."""


class Refused(Trouble):
    """403 and the like: this account may not see it, or not yet."""


class BadRange(Trouble):
    """416: the list cannot be asked for in the range that was sent."""


def parse_json(answer: Answer) -> Any:
    """Return the JSON in the body.

    Raises:
        Trouble: it is HTML or anything else that Heroku's API never sends (code `not-the-api`).
    """
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError) as error:
        start = answer.body[:200].lstrip().lower()
        page = b"html" in answer.headers.get("content-type", "").encode() or start.startswith(b"<")
        kind = "a web page" if page else "something that is not JSON"
        raise Trouble(
            f"{answer.where} answered {answer.path} with {kind} instead of its API.",
            remedy="Look whether a proxy or a sign-in page of the network stands in between, then try again.",
            code="not-the-api",
            retry=True,
        ) from error


def clean_json(value: Any) -> Any:
    """Return `value` with every text in it made safe, names of fields too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_json(one) for one in value]
    if isinstance(value, dict):
        return {clean(name): clean_json(one) for name, one in value.items()}
    return value


def trouble_of(answer: Answer) -> Trouble:
    """Return the Trouble that an answer of 300 and above stands for.

    401 is SignInNeeded, 403 with `two_factor` SecondFactorNeeded, other refusals Refused, 404 Gone,
    redirects and 5xx Unreachable; the rest (409, 422 ...) says Heroku's own message.
    """
    if 300 <= answer.status < 400:
        return Unreachable(
            f"{answer.where} sends the question {answer.path} on to another address. "
            "The token was not sent there.",
            remedy="Check the address of Heroku's API that Offramp was given.",
            code="redirected",
        )
    said_id, message = _said(answer)
    if answer.status == 401:
        return SignInNeeded(
            "heroku",
            f"Heroku does not accept the token (any more). {message}".strip(),
            remedy="Sign in to Heroku again with a fresh token.",
            code="token-refused",
        )
    if answer.status == 403 and said_id == "two_factor":
        return SecondFactorNeeded(
            "heroku",
            f"Heroku wants a second factor for {answer.path}. {message}".strip(),
            remedy="Use a token made after signing in with the second factor, or pre-authorise the app.",
        )
    if answer.status in (402, 403):
        return Refused(
            f"Heroku refuses {answer.path}. {message}".strip(),
            remedy="Use a token of a member with access, with the scope global or write-protected.",
            code="refused",
        )
    if answer.status in (404, 410):
        return Gone(
            f"Heroku has nothing at {answer.path}. {message}".strip(),
            remedy="Read the inventory again: it may have been renamed or deleted.",
            code="not-found",
        )
    if answer.status == 416:
        return BadRange(
            f"Heroku does not hand out {answer.path} in the order that was asked for. {message}".strip(),
            remedy="Try again; if it stays so, Heroku's API has changed: tell the makers of Offramp.",
            code="bad-range",
        )
    if answer.status >= 500:
        return Unreachable(
            f"{answer.where} fails at {answer.path} (status {answer.status}). {message}".strip(),
            remedy="Look at status.heroku.com, then try again.",
            code="vendor-error",
        )
    return Trouble(
        f"Heroku does not take {answer.path} (status {answer.status}). {message}".strip(),
        remedy="Read what Heroku says, put it right there, and try again.",
        code="not-taken",
    )


class _Error(msgspec.Struct):
    id: str = ""
    message: str = ""


def _said(answer: Answer) -> tuple[str, str]:
    try:
        error = msgspec.json.decode(answer.body[:100_000], type=_Error)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ValueError):
        return "", ""  # an error page of a proxy: its status has to do
    message = clean(error.message, limit=400).strip()
    if message and message[-1] not in ".!?":
        message += "."
    return error.id, f"It says: {message}" if message else ""
