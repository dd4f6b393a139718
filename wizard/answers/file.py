"""Reading an answers file, and the published schema that it fits."""

import json
import re
from pathlib import Path
from typing import Any, Final

import msgspec

from wizard.answers.misfit import misfit
from wizard.answers.nouns import VERSION, AnswersFile
from wizard.credentials.origin import command_origin
from wizard.model.text import clean
from wizard.model.trouble import Trouble

SCHEMA_FILE: Final = f"assets/schema/answers-{VERSION}.json"

_AT = re.compile(r"\(at (line \d+, column \d+|end of document)\)")
_SECRET = re.compile(rb"HRKU-[\w-]{8,}|eyJ[\w-]{8,}\.[\w-]+\.|://[^/\s:@\"]+:[^/\s@\"]+@")
"""Heroku's tokens of 2024 and later, JSON web tokens, and passwords in a URL."""

MOST: Final = 4_000_000
"""Bytes of a file."""


def read_answers(name: str) -> AnswersFile:
    """The answers in the TOML file `name`.

    Raises:
        Trouble: it cannot be read, is no TOML, or does not fit; the message has the path of what is wrong,
            and of a reference never the text: it may be a secret by mistake.
    """
    shown = clean(name)
    try:
        text = Path(name).expanduser().read_bytes()
        if len(text) > MOST:
            raise _unreadable(f"{shown} is no answers file: it is larger than {MOST:,} bytes.")
        table: dict[str, Any] = msgspec.toml.decode(text)
        given = msgspec.convert(table, AnswersFile)
    except msgspec.ValidationError as error:
        raise _unreadable(f"{shown} does not fit: {misfit(error, table)}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        at = _AT.search(str(error))
        raise _unreadable(f"{shown} is no TOML{f' (at {at[1]})' if at else ''}.") from None
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "its name is none"
        raise _unreadable(f"{shown} cannot be read: {why}.") from error
    for number, line in enumerate(text.splitlines(), 1):
        if _SECRET.search(line):
            raise Trouble(
                f"Line {number} of {shown} has a token or a password in it.",
                untouched="Nothing was done, and it is repeated nowhere.",
                remedy="Take it out, and have its vendor make another: whoever read the file knows it. Name "
                "where a credential is, under [sign_in.heroku] and so on: env:NAME, command:LINE or "
                "keyring:EMAIL.",
                code="answers-file",
            )
    for vendor, sign_in in given.sign_in.items():
        for what in ("token", "password", "otp"):
            reference = getattr(sign_in, what)
            if reference is not None and reference.startswith("command:"):
                _look_at_command(f"sign_in.{clean(vendor)}.{what} of {shown}", reference)
    return given


def _look_at_command(place: str, reference: str) -> None:
    try:
        command_origin(reference.removeprefix("command:"))
    except Trouble as trouble:
        raise _unreadable(f"{place} is no command that can be started. {trouble.cause}") from None


def schema_text() -> str:
    """The JSON schema (2020-12) of the file, made from the nouns."""
    schema: dict[str, Any] = msgspec.json.schema(AnswersFile)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The answers to everything that Offramp asks, for runs without a person",
        "description": f"Version {VERSION}, as TOML. Fields may be added; none changes its meaning.",
    }
    return json.dumps({**head, **schema}, indent=2, ensure_ascii=False) + "\n"


def _unreadable(cause: str) -> Trouble:
    return Trouble(
        cause,
        untouched="Nothing was done.",
        remedy="`offramp answers --schema` prints what can stand there; "
        "`offramp answers SESSION` writes the answers of a migration as such a file.",
        code="answers-file",
    )
