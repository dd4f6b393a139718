"""The document as JSON, and the published schema that it fits."""

import json
from typing import Any, Final

import msgspec

from wizard.document.export.contents import VERSION, Document
from wizard.document.export.escape import harmless_json
from wizard.model.noun import decode

_WITH_VALUES: Final = ("secrets", "values", "unread_values")

SCHEMA_FILE: Final = f"assets/schema/document-{VERSION}.json"


def json_text(document: Document) -> str:
    """The document, indented, every field there; no invisible sign stands in it raw."""
    try:
        text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    except UnicodeEncodeError:
        # A value may hold half of a surrogate pair, which stands in no UTF-8. This is ten times slower.
        text = json.dumps(msgspec.to_builtins(document), ensure_ascii=False, indent=2)
    return harmless_json(text) + "\n"


def read_document(text: str | bytes, *, what: str) -> Document:
    """The document of a JSON export. Raises Trouble when it is none, or none of this version."""
    return decode(text, Document, what=what)


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
