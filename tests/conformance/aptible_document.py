"""Aptible's own OpenAPI document, and a recorder of what goes over the wire of the sandbox.

The document is aptibleapi/api/openapi.yaml of aptible/aptible-api-go, in a copy of 2026.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aiohttp import web

from providers.sandbox.aptible import AptibleSandbox

DOCUMENT = Path(__file__).parents[2] / ".." / "shared" / "schemas" / "aptible-deploy-openapi-2026.yaml"


@dataclass
class Exchange:
    """One request with its answer."""

    method: str
    path: str
    query: dict[str, str]
    prefer: str
    sent: Any
    status: int
    content_type: str
    answer: Any


class Recorder:
    """A middleware that writes down what goes over the wire."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def listen(self, sandbox: AptibleSandbox) -> None:
        @web.middleware
        async def record(request: web.Request, handler: Any) -> web.StreamResponse:
            text = await request.text()
            answer = await handler(request)
            body = answer.text or ""
            is_json = answer.content_type.endswith("json")
            self.exchanges.append(
                Exchange(
                    request.method,
                    request.path,
                    dict(request.query),
                    request.headers.get("Prefer", ""),
                    json.loads(text) if text else None,
                    answer.status,
                    answer.content_type,
                    json.loads(body) if is_json else body,
                )
            )
            return answer

        sandbox.api_server.application.middlewares.insert(0, record)


class Document:
    """The OpenAPI document as JSON schemas."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = nullable(raw)
        self._validators: dict[str, jsonschema.Draft202012Validator] = {}
        self.paths = {
            re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template)): item
            for template, item in self.raw["paths"].items()
        }

    def complaints(self, exchange: Exchange) -> list[str]:
        """What of an exchange is not as the document says."""
        item = next((item for path, item in self.paths.items() if path.fullmatch(exchange.path)), None)
        route = f"{exchange.method} {exchange.path}"
        if item is None or exchange.method.lower() not in item:
            return [f"{route}: the document has no such route"]
        operation = item[exchange.method.lower()]
        found = [f"{route}: query {name}" for name in exchange.query if name not in self._query(operation)]
        if exchange.prefer not in {"", "no_sensitive_extras=true"}:
            found.append(f"{route}: header Prefer {exchange.prefer}")
        if exchange.sent is not None:
            found += [f"{route}: sent {text}" for text in self._sent(operation, exchange.sent)]
        found += [f"{route}: answered {text}" for text in self._answered(operation, exchange)]
        return found

    def _query(self, operation: dict[str, Any]) -> set[str]:
        return {item["name"] for item in operation.get("parameters", []) if item["in"] == "query"}

    def _sent(self, operation: dict[str, Any], sent: Any) -> list[str]:
        schema = self._resolved(operation["requestBody"]["content"]["application/json"]["schema"])
        unknown = set(sent) - set(schema["properties"])
        of = " of a tunnel" if sent.get("type") == "tunnel" else ""
        return [f"an unknown field {name}{of}" for name in unknown] + self._errors(schema, sent)

    def _answered(self, operation: dict[str, Any], exchange: Exchange) -> list[str]:
        responses = operation["responses"]
        if exchange.status == 204 and "204" in responses and not exchange.answer:
            return []
        content = (responses.get(str(exchange.status)) or responses.get("default") or {}).get("content", {})
        if exchange.content_type not in content:
            return [f"{exchange.status} as {exchange.content_type}"]
        schema = self._resolved(content[exchange.content_type]["schema"])
        bare = "no_sensitive_extras=true" in exchange.prefer or exchange.query.get("no_embed") == "true"
        found = self._errors(schema, exchange.answer, bare=bare)
        if isinstance(exchange.answer, dict) and "properties" in schema:
            extra = set(exchange.answer) - set(schema["properties"]) - {"_links"}
            found += [f"an unknown field {name}" for name in extra]
        return found

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            return dict(self.raw["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        return schema

    def _errors(self, schema: dict[str, Any], value: Any, *, bare: bool = False) -> list[str]:
        # A validator reads all components once, and remembers them.
        name = json.dumps(schema, sort_keys=True)
        if name not in self._validators:
            whole = {**schema, "components": self.raw["components"]}
            self._validators[name] = jsonschema.Draft202012Validator(whole)
        errors = self._validators[name].iter_errors(value)
        left_out = "'_embedded' is a required property"
        return [
            f"{error.json_path}: {error.message[:120]}"
            + (", asked without" if bare and error.message == left_out and "_type" in error.instance else "")
            for error in errors
        ]


def nullable(value: Any) -> Any:
    """`x-nullable` as JSON schema says it."""
    if isinstance(value, list):
        return [nullable(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: nullable(item) for key, item in value.items()}
    if made.pop("x-nullable", False) is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


def read_document() -> Document:
    """The document; skips with the reason where it is not there."""
    if not DOCUMENT.exists():
        pytest.skip("Aptible's OpenAPI document is not beside this checkout")
    yaml = pytest.importorskip("yaml", reason="needs PyYAML to read the OpenAPI document")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Document(yaml.load(DOCUMENT.read_text(), Loader=loader))
