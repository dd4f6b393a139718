"""The document as JSON, and the published schema that it fits."""

import json
from typing import Any, Final

import msgspec

from wizard.document.export.contents import FORMAT, VERSION, Document
from wizard.document.export.escape import ascii_json, harmless_json
from wizard.model.noun import Noun, decode
from wizard.model.trouble import Trouble

_MALFORMED: Final = "JSON is malformed: "
_WITH_VALUES: Final = ("secrets", "values", "unread_values")

NO_DOCUMENT: Final = "no-document"
"""The code of the Trouble with a file that is something else."""

SCHEMA_FILE: Final = f"assets/schema/document-{VERSION}.json"


def json_text(document: Document, *, ascii_only: bool = False) -> str:
    """The document, indented, every field there; no invisible sign stands in it raw."""
    try:
        text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    except UnicodeEncodeError:
        # A value may hold half of a surrogate pair, which stands in no UTF-8. This is ten times slower.
        text = json.dumps(msgspec.to_builtins(document), ensure_ascii=False, indent=2)
    return (ascii_json(text) if ascii_only else harmless_json(text)) + "\n"


class _Label(Noun, frozen=True, kw_only=True):
    """What says of a JSON file that it is a document, and of which version."""

    format: str = ""
    version: int = 0


def read_document(text: str | bytes, *, what: str) -> Document:
    """The document of a JSON export.

    Raises:
        Trouble: it is no JSON, another kind of JSON, of a later version, or not whole; each is said.
    """
    try:
        label = msgspec.json.decode(text, type=_Label)
    except msgspec.ValidationError as error:
        raise _no_document(f"{what} is JSON, but no document of Offramp.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_document(f"{what} is not JSON: {str(error).removeprefix(_MALFORMED)}.") from error
    if label.format != FORMAT:
        raise _no_document(f"{what} is JSON, but no document of Offramp.")
    if label.version > VERSION:
        raise Trouble(
            f"{what} is a document of version {label.version}, and this Offramp reads version {VERSION}.",
            remedy="Use the later Offramp that wrote it.",
            code="unreadable",
        )
    return decode(text, Document, what=what)


def _no_document(cause: str) -> Trouble:
    remedy = "Name a file that `offramp document --format json` wrote."
    return Trouble(cause, remedy=remedy, code=NO_DOCUMENT)


def schema_text() -> str:
    """The JSON schema (2020-12) of the export, made from the nouns."""
    schema: dict[str, Any] = msgspec.json.schema(Document)
    whole = schema["$defs"]["Document"]
    # Whatever has a default is written all the same.
    whole["required"] = [name for name in whole["properties"] if name not in _WITH_VALUES]
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The document of a system on Heroku, as Offramp exports it",
        "description": f"Version {VERSION}. Fields may be added; none changes its meaning or goes away.",
    }
    return json.dumps({**head, **schema}, indent=2, ensure_ascii=False) + "\n"
