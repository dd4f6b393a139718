"""Terraform files that use Heroku's provider: which resources, by which names, in which file and line.

Values are kept only of attributes that say what stands on Heroku (name, region, plan ...); of maps of config
vars only the names. A file that the grammar does not take is read by its first lines of blocks.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from wizard.document.repository.code_nouns import TerraformBlock
from wizard.document.repository.code_text import safe_line
from wizard.document.repository.text_lines import line_at
from wizard.model.text import clean

PATHSPECS = ("*.tf", "*.tf.json")
SECONDS = 10.0
"""For all files together; what comes later is read without the grammar, which takes a second for 50 kB."""

LARGEST = 96 * 1024

_BLOCK = re.compile(
    r'^[ \t]*(?P<kind>resource|data|provider|module)\s+"(?P<first>[^"\n]+)"'
    r'(?:\s+"(?P<second>[^"\n]+)")?\s*\{',
    re.MULTILINE,
)
_SHOWN = (
    "name",
    "region",
    "stack",
    "space",
    "app",
    "app_id",
    "plan",
    "type",
    "size",
    "quantity",
    "hostname",
    "pipeline",
    "stage",
    "url",
    "buildpacks",
    "buildpack",
    "organization",
    "team",
    "email",
    "permissions",
    "for_each",
    "count",
    "source",
)
_NAMES_ONLY = ("config_vars", "sensitive_config_vars", "vars", "sensitive_vars", "config")
_IN_EXPRESSION = re.compile(r'(?:^|[{,\n])\s*"?([A-Z][A-Z0-9_]*)"?\s*[=:]')
_SECRET_URL = frozenset({"heroku_drain", "heroku_app_webhook", "heroku_space_drain"})
"""Resources whose `url` often holds a token."""


def terraform_blocks(texts: Mapping[str, str]) -> Iterator[TerraformBlock]:
    """All such blocks, by file and line."""
    end = time.monotonic() + SECONDS
    for file in sorted(texts):
        text = texts[file]
        if "heroku" not in text.lower():
            continue
        parsed = _parsed(file, text) if len(text) <= LARGEST and time.monotonic() < end else {}
        bodies = _bodies(parsed)
        starts = _json_blocks(file, text, bodies) if file.endswith(".json") else _blocks(file, text, bodies)
        yield from sorted(starts, key=lambda block: block.line)


def _parsed(file: str, text: str) -> dict[str, Any]:
    # Imported here: its grammar takes a tenth of a second, and few repositories need it.
    import hcl2
    import lark

    try:
        told = json.loads(text) if file.endswith(".json") else hcl2.loads(text)
    except (ValueError, RecursionError, lark.exceptions.LarkError, KeyError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}


def _bodies(parsed: Mapping[str, Any]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """Attributes by kind, type and name; a block of Terraform stands as {type: {name: {...}}}."""
    found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for kind in ("resource", "data", "provider", "module"):
        for top in _many(parsed.get(kind)):
            for first, inner in top.items():
                if kind in ("provider", "module"):
                    for body in _many(inner):
                        found[kind, _bare(first), ""] = body
                    continue
                for named in _many(inner):
                    for second, body in named.items():
                        for one in _many(body):
                            found[kind, _bare(first), _bare(second)] = one
    return found


def _blocks(
    file: str, text: str, bodies: Mapping[tuple[str, str, str], Mapping[str, Any]]
) -> Iterator[TerraformBlock]:
    line, seen = 1, 0
    for match in _BLOCK.finditer(text):
        line += text.count("\n", seen, match.start("kind"))
        seen = match.start("kind")
        key = (match["kind"], match["first"], match["second"] or "")
        if bodies and key not in bodies:
            continue  # in a comment, or in a text
        if block := _block(key, file, line, bodies.get(key, {})):
            yield block


def _json_blocks(
    file: str, text: str, bodies: Mapping[tuple[str, str, str], Mapping[str, Any]]
) -> Iterator[TerraformBlock]:
    for key, body in bodies.items():
        at = text.find(f'"{key[2] or key[1]}"')
        if block := _block(key, file, line_at(text, max(0, at)), body):
            yield block


def _block(key: tuple[str, str, str], file: str, line: int, body: Mapping[str, Any]) -> TerraformBlock | None:
    kind, first, second = key
    source = _told(body.get("source")) if kind == "module" else ""
    if not first.startswith("heroku") and "heroku" not in source.lower():
        return None
    told = {
        name: _told(body[name])
        for name in _SHOWN
        if name in body and not (name == "url" and first in _SECRET_URL)
    }
    names = [name for key in _NAMES_ONLY for name in _names(body.get(key))]
    return TerraformBlock(
        kind=_KINDS[kind],
        type=clean(first),
        name=clean(second),
        file=clean(file),
        line=line,
        told={name: value for name, value in told.items() if value},
        variables=tuple(clean(name) for name in names if not name.startswith("__")),
    )


_KINDS: Mapping[str, Literal["resource", "data", "provider", "module"]] = {
    "resource": "resource",
    "data": "data",
    "provider": "provider",
    "module": "module",
}


def _names(value: Any) -> Iterator[str]:
    """The keys of a map, also of maps that an expression puts together."""
    if isinstance(value, str):
        yield from _IN_EXPRESSION.findall(value)
    for part in _many(value):
        yield from (_bare(str(name)) for name in part)


def _told(value: Any) -> str:
    """A value as it is written, without the quotes; an expression as its text."""
    if isinstance(value, str):
        inner = value.removeprefix("${").removesuffix("}") if value.startswith("${") else _bare(value)
        return safe_line(inner)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return ", ".join(filter(None, (_told(one) for one in value[:20])))
    if isinstance(value, dict):
        return _told(next((value[name] for name in ("name", '"name"') if name in value), ""))
    return ""


def _bare(text: str) -> str:
    return text.strip('"')


def _many(value: Any) -> Iterator[Mapping[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one
