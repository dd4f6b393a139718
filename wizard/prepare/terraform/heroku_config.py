"""Terraform for Heroku as somebody wrote it: which apps and add-ons, under which names.

Values are worked out only where the files themselves say them: literals, defaults of variables, locals,
`for_each` and `count` over these. Anything else stays unknown.
"""

import functools
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from wizard.document.repository.code_nouns import TerraformBlock
from wizard.document.repository.terraform import terraform_blocks

LARGEST = 96 * 1024
"""Characters of a file that is read by its grammar, which takes a second for 50 kB."""


class HerokuApp(NamedTuple):
    """An app. `address` is Terraform's ("heroku_app.web"), `label` what of it can name a resource; `name` the
    app's on Heroku, "" where the files do not say it."""

    address: str
    label: str
    name: str


class HerokuAddOn(NamedTuple):
    """An add-on. `app` is the label of the block of its app, `service` of its plan ("heroku-postgresql")."""

    label: str
    app: str
    service: str


class HerokuOutput(NamedTuple):
    """An output that gives the web address of the app whose block is `app`."""

    name: str
    app: str


class HerokuConfig(NamedTuple):
    """All of it. `sources` are the variables and locals that config vars come from, by the name of the config
    var, where one alone does; `unread` files that the grammar does not take."""

    blocks: tuple[TerraformBlock, ...]
    apps: tuple[HerokuApp, ...]
    add_ons: tuple[HerokuAddOn, ...]
    outputs: tuple[HerokuOutput, ...]
    sources: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]


Texts = tuple[tuple[str, str], ...]


def heroku_config(files: Mapping[str, str], *, but: str) -> HerokuConfig:
    """What the Terraform among these files says of Heroku; those below the folder `but` are left out."""
    return _read(
        tuple(
            (path, text)
            for path, text in sorted(files.items())
            if path.endswith(".tf") and not path.startswith(f"{but}/")
        )
    )


@functools.lru_cache(maxsize=8)
def _read(texts: Texts) -> HerokuConfig:
    blocks = tuple(terraform_blocks(dict(texts)))
    if not blocks:
        return HerokuConfig((), (), (), (), (), ())
    parsed = {path: _parsed(text) for path, text in texts}
    # Terraform reads the files of a folder together, and no others.
    scopes = {
        folder: _scope([told for path, told in parsed.items() if told and posixpath.dirname(path) == folder])
        for folder in {posixpath.dirname(path) for path in parsed}
    }
    apps: list[HerokuApp] = []
    add_ons: list[HerokuAddOn] = []
    outputs: list[HerokuOutput] = []
    for path, told in parsed.items():
        scope = scopes[posixpath.dirname(path)]
        for label, body in _resources(told, "heroku_app"):
            apps += _apps(label, body, scope)
        for label, body in _resources(told, "heroku_addon"):
            plan = _value(body.get("plan"), scope)
            app = _reference(body.get("app_id") or body.get("app"))
            add_ons.append(HerokuAddOn(label, app, plan.split(":", 1)[0] if isinstance(plan, str) else ""))
        for name, body in _named(told, "output"):
            value = str(body.get("value"))
            if value.rstrip('"}').endswith(".web_url") or ".herokuapp.com" in value:
                outputs.append(HerokuOutput(name, _reference(body["value"])))
    unread = tuple(path for path, told in parsed.items() if told is None)
    sources = _sources([one for one in parsed.values() if one is not None])
    return HerokuConfig(blocks, tuple(apps), tuple(add_ons), tuple(outputs), sources, unread)


_MAPS = ("config_vars", "sensitive_config_vars", "vars", "sensitive_vars")
_WITH_CONFIG = ("heroku_app", "heroku_config", "heroku_app_config_association")


def _sources(parsed: list[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    found: dict[str, set[str]] = {}
    for told in parsed:
        for type_ in _WITH_CONFIG:
            for _, body in _resources(told, type_):
                for name, value in (pair for key in _MAPS for pair in _pairs(body.get(key))):
                    found.setdefault(name, set()).add(value)
    known = {name: min(values) for name, values in found.items() if len(values) == 1}
    return tuple(
        (name, match[1])
        for name, value in sorted(known.items())
        if (match := re.fullmatch(r"\$\{((?:var|local)\.[\w.-]+)\}", value))
    )


def _pairs(told: Any) -> Iterator[tuple[str, str]]:
    if isinstance(told, dict):
        yield from ((str(name).strip('"'), str(value)) for name, value in told.items() if name[:2] != "__")


def _parsed(text: str) -> dict[str, Any] | None:
    # Imported here: its grammar takes a tenth of a second, and few repositories need it.
    import hcl2
    import lark

    if len(text) > LARGEST:
        return None
    try:
        told = hcl2.loads(text)
    except (ValueError, RecursionError, lark.exceptions.LarkError, KeyError, TypeError):
        return None
    return told if isinstance(told, dict) else None


class _Scope(NamedTuple):
    variables: dict[str, Any]
    locals: dict[str, Any]


def _scope(parsed: list[dict[str, Any]]) -> _Scope:
    variables = {name: body.get("default") for told in parsed for name, body in _named(told, "variable")}
    named = {
        str(name): value
        for told in parsed
        for block in told.get("locals", [])
        if isinstance(block, dict)
        for name, value in block.items()
        if not str(name).startswith("__")
    }
    return _Scope(variables, named)


def _named(told: dict[str, Any] | None, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in (told or {}).get(kind, []):
        if isinstance(block, dict):
            yield from ((name.strip('"'), body) for name, body in block.items() if isinstance(body, dict))


def _resources(told: dict[str, Any] | None, type_: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for found, inner in _named(told, "resource"):
        if found == type_:
            yield from (
                (str(name).strip('"'), body) for name, body in inner.items() if isinstance(body, dict)
            )


def _apps(label: str, body: dict[str, Any], scope: _Scope) -> Iterator[HerokuApp]:
    if "for_each" in body:
        over = _value(body["for_each"], scope)
        texts = {one: one for one in over if isinstance(one, str)} if isinstance(over, list) else {}
        cases = over if isinstance(over, dict) else texts
        for key, value in cases.items():
            each = {"each.key": key, "each.value": value}
            yield HerokuApp(f'heroku_app.{label}["{key}"]', f"{label}_{key}", _name(body, scope, each))
        if not cases:
            yield HerokuApp(f"heroku_app.{label}", label, "")
        return
    count = _value(body.get("count", 1), scope)
    if "count" not in body or not isinstance(count, int):
        yield HerokuApp(f"heroku_app.{label}", label, _name(body, scope, {}) if "count" not in body else "")
        return
    for number in range(min(count, 100)):
        name = _name(body, scope, {"count.index": number})
        yield HerokuApp(f"heroku_app.{label}[{number}]", label if count == 1 else f"{label}_{number}", name)


def _name(body: dict[str, Any], scope: _Scope, each: dict[str, Any]) -> str:
    told = _value(body.get("name"), scope, each)
    return told if isinstance(told, str) else ""


def _value(told: Any, scope: _Scope, each: Mapping[str, Any] | None = None, depth: int = 0) -> Any:
    """What a value of a file is; None where that is not known."""
    if depth > 8:
        return None
    if isinstance(told, list):
        return [_value(one, scope, each, depth + 1) for one in told]
    if isinstance(told, dict):
        return {
            str(key).strip('"'): _value(one, scope, each, depth + 1)
            for key, one in told.items()
            if not str(key).startswith("__")
        }
    if not isinstance(told, str):
        return told
    if told.startswith('"') and told.endswith('"'):
        return _template(told[1:-1], scope, each, depth)
    whole = re.fullmatch(r"\$\{(.*)\}", told, re.DOTALL)
    return _expression((whole[1] if whole else told).strip(), scope, each, depth)


def _template(text: str, scope: _Scope, each: Mapping[str, Any] | None, depth: int) -> str | None:
    parts = re.split(r"\$\{([^{}]*)\}", text)
    for at in range(1, len(parts), 2):
        found = _expression(parts[at].strip(), scope, each, depth + 1)
        if not isinstance(found, str | int):
            return None
        parts[at] = str(found)
    return None if "${" in "".join(parts[::2]) or "%{" in text else "".join(parts)


def _expression(text: str, scope: _Scope, each: Mapping[str, Any] | None, depth: int) -> Any:
    if match := re.fullmatch(r"(?:toset|tolist|tomap)\((.*)\)", text, re.DOTALL):
        return _expression(match[1].strip(), scope, each, depth + 1)
    if text.startswith("[") and text.endswith("]"):
        return list(re.findall(r'"([^"$]*)"', text))
    for prefix, known in (("var.", scope.variables), ("local.", scope.locals)):
        if text.startswith(prefix):
            name, *path = text.removeprefix(prefix).split(".")
            return _inside(_value(known.get(name), scope, each, depth + 1), path)
    for name, value in (each or {}).items():
        if text == name or text.startswith(f"{name}."):
            return _inside(value, text.removeprefix(name).split(".")[1:])
    if re.fullmatch(r'"[^"$]*"', text):
        return text[1:-1]
    return int(text) if re.fullmatch(r"\d{1,4}", text) else None


def _inside(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


_APP = re.compile(r"\bheroku_app\.([\w-]+)(?:\[\"?([\w.-]+)\"?\])?")


def _reference(told: Any) -> str:
    """The label of the app that an expression names."""
    match = _APP.search(str(told).replace("\\", ""))
    return "_".join(filter(None, match.groups())) if match else ""
