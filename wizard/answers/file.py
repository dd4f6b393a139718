"""Reading an answers file, and the published schema that it fits."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from wizard.answers.nouns import VERSION, AnswersFile
from wizard.credentials.origin import command_origin
from wizard.model.text import clean
from wizard.model.trouble import Trouble

SCHEMA_FILE: Final = f"assets/schema/answers-{VERSION}.json"

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
        given: AnswersFile = msgspec.toml.decode(text, type=AnswersFile)
    except msgspec.ValidationError as error:
        raise _unreadable(f"{shown} does not fit: {error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unreadable(f"{shown} is no TOML.") from None
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "its name is none"
        raise _unreadable(f"{shown} cannot be read: {why}.") from error
    for sign_in in given.sign_in.values():
        for reference in (sign_in.token, sign_in.password, sign_in.otp):
            if reference is not None and reference.startswith("command:"):
                command_origin(reference.removeprefix("command:"))
    return given


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
