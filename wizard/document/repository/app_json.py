"""Reading app.json: what Heroku does when it creates an app from the code.

Keys and shapes are those of the Dev Center's article (2025-05) and of the schema in npm @heroku/mcp-server,
which is narrower: `env` values, `addons` and `scripts` come as texts and as objects. Heroku uses it for the
button, review apps and CI only, never on a later deploy. Values in `env` can be secrets and are not kept.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wizard.document.repository.code_text import safe_line
from wizard.document.repository.oddities import few
from wizard.model.noun import Noun
from wizard.model.text import LINE_LIMIT, clean

KEYS = frozenset(
    {
        "name",
        "description",
        "keywords",
        "website",
        "repository",
        "logo",
        "success_url",
        "scripts",
        "env",
        "formation",
        "image",
        "addons",
        "buildpacks",
        "environments",
        "stack",
        "$schema",
    }
)

_TEXTS = ("name", "description", "website", "repository", "logo", "success_url", "image", "stack")
_PARTS = frozenset({"scripts", "env", "formation", "addons", "buildpacks", "stack"})


class AppJsonVariable(Noun, frozen=True, kw_only=True):
    """A config var that app.json asks for. `generator` is "secret" or empty; `has_value` says that a default
    stands in the file, which is not kept here."""

    name: str
    description: str = ""
    required: bool = True
    generator: str = ""
    has_value: bool = False


class AppJsonAddOn(Noun, frozen=True, kw_only=True):
    """An add-on by plan ("heroku-postgresql:essential-0"), the name it is attached as, and its options'
    names."""

    plan: str
    attached_as: str = ""
    options: tuple[str, ...] = ()


class AppJsonProcess(Noun, frozen=True, kw_only=True):
    """How many dynos of what size; None and "" where app.json does not say."""

    type: str
    quantity: int | None = None
    size: str = ""


class AppJsonScript(Noun, frozen=True, kw_only=True):
    """`when` is postdeploy, pr-predestroy, test or test-setup; `size` a dyno size."""

    when: str
    command: str
    size: str = ""


class AppJsonPart(Noun, frozen=True, kw_only=True):
    """What an environment (test, review) replaces. A key that stands here replaces the base's completely:
    `replaces` names those that do."""

    environment: str
    replaces: tuple[str, ...] = ()
    variables: tuple[AppJsonVariable, ...] = ()
    formation: tuple[AppJsonProcess, ...] = ()
    add_ons: tuple[AppJsonAddOn, ...] = ()
    buildpacks: tuple[str, ...] = ()
    scripts: tuple[AppJsonScript, ...] = ()
    stack: str = ""


class AppJson(Noun, frozen=True, kw_only=True):
    """app.json as a whole; texts are clean, and free of passwords as far as they show. `oddities` are
    sentences about what is of a wrong type, or unknown."""

    name: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    website: str = ""
    repository: str = ""
    logo: str = ""
    success_url: str = ""
    image: str = ""
    stack: str = ""
    variables: tuple[AppJsonVariable, ...] = ()
    formation: tuple[AppJsonProcess, ...] = ()
    add_ons: tuple[AppJsonAddOn, ...] = ()
    buildpacks: tuple[str, ...] = ()
    scripts: tuple[AppJsonScript, ...] = ()
    environments: tuple[AppJsonPart, ...] = ()
    oddities: tuple[str, ...] = ()

    @property
    def env(self) -> tuple[str, ...]:
        """Names of all config vars, in file order."""
        return tuple(one.name for one in self.variables)

    @property
    def generated(self) -> tuple[str, ...]:
        """Names of those that Heroku made up a secret for."""
        return tuple(one.name for one in self.variables if one.generator == "secret")

    @property
    def postdeploy(self) -> str:
        """What runs once after the first deploy; empty when nothing does."""
        return next((one.command for one in self.scripts if one.when == "postdeploy"), "")


def parse_app_json(text: str) -> AppJson | None:
    """Read app.json; None when it is no JSON object. Never fails otherwise: see `oddities`."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    odd: list[str] = []
    texts = {name: _text(told.get(name), name, odd) for name in _TEXTS}
    odd += [f"app.json: Heroku knows no key `{clean(str(key))}`." for key in told if key not in KEYS]
    return AppJson(
        **texts,
        keywords=tuple(_texts(told.get("keywords"), "keywords", odd)),
        variables=tuple(_variables(told.get("env"), "env", odd)),
        formation=tuple(_formation(told.get("formation"), "formation", odd)),
        add_ons=tuple(_add_ons(told.get("addons"), "addons", odd)),
        buildpacks=tuple(_buildpacks(told.get("buildpacks"), "buildpacks", odd)),
        scripts=tuple(_scripts(told.get("scripts"), "scripts", odd)),
        environments=tuple(_environments(told.get("environments"), odd)),
        oddities=few(odd),
    )


def _environments(told: Any, odd: list[str]) -> Iterator[AppJsonPart]:
    for name, part in _object(told, "environments", odd).items():
        at = f"environments.{clean(str(name))}"
        keys = _object(part, at, odd)
        odd += [f"app.json: {at} knows no key `{clean(key)}`." for key in keys if key not in _PARTS]
        yield AppJsonPart(
            environment=clean(str(name)),
            replaces=tuple(clean(key) for key in keys),
            variables=tuple(_variables(keys.get("env"), f"{at}.env", odd)),
            formation=tuple(_formation(keys.get("formation"), f"{at}.formation", odd)),
            add_ons=tuple(_add_ons(keys.get("addons"), f"{at}.addons", odd)),
            buildpacks=tuple(_buildpacks(keys.get("buildpacks"), f"{at}.buildpacks", odd)),
            scripts=tuple(_scripts(keys.get("scripts"), f"{at}.scripts", odd)),
            stack=_text(keys.get("stack"), f"{at}.stack", odd),
        )


def _variables(told: Any, at: str, odd: list[str]) -> Iterator[AppJsonVariable]:
    if isinstance(told, list):
        # Some files list names only; Heroku documents an object.
        odd.append(f"app.json: {at} is a list, not an object.")
        yield from (AppJsonVariable(name=clean(name)) for name in told if isinstance(name, str))
        return
    for name, value in _object(told, at, odd).items():
        named = clean(str(name))
        if isinstance(value, dict):
            generator = _text(value.get("generator"), f"{at}.{named}.generator", odd)
            if generator and generator != "secret":
                odd.append(f"app.json: {at}.{named} names a generator that Heroku does not have.")
            yield AppJsonVariable(
                name=named,
                description=_text(value.get("description"), f"{at}.{named}.description", odd),
                required=_flag(value.get("required"), f"{at}.{named}.required", odd),
                generator=generator,
                has_value=value.get("value") not in (None, ""),
            )
            continue
        if not isinstance(value, str) and value is not None:
            odd.append(f"app.json: {at}.{named} is no text and no object.")
        yield AppJsonVariable(name=named, has_value=value not in (None, ""))


def _formation(told: Any, at: str, odd: list[str]) -> Iterator[AppJsonProcess]:
    if isinstance(told, list):
        # The form before 2016: a list of {"process", "quantity", "size"}.
        told = {
            str(one["process"]): one
            for one in told
            if isinstance(one, dict) and isinstance(one.get("process"), str)
        }
        odd.append(f"app.json: {at} is a list, as it was long ago, not an object.")
    for kind, value in _object(told, at, odd).items():
        named = clean(str(kind))
        about = _object(value, f"{at}.{named}", odd)
        quantity = about.get("quantity")
        if isinstance(quantity, str) and quantity.isascii() and quantity.isdigit() and len(quantity) < 6:
            quantity = int(quantity)
        if quantity is not None and (not isinstance(quantity, int) or isinstance(quantity, bool)):
            odd.append(f"app.json: {at}.{named}.quantity is no number.")
            quantity = None
        yield AppJsonProcess(
            type=named, quantity=quantity, size=_text(about.get("size"), f"{at}.{named}.size", odd)
        )


def _add_ons(told: Any, at: str, odd: list[str]) -> Iterator[AppJsonAddOn]:
    for number, value in enumerate(_list(told, at, odd)):
        if isinstance(value, str):
            yield AppJsonAddOn(plan=clean(value))
        elif isinstance(value, dict) and isinstance(value.get("plan"), str):
            options = value.get("options")
            yield AppJsonAddOn(
                plan=clean(value["plan"]),
                attached_as=_text(value.get("as"), f"{at}[{number}].as", odd),
                options=tuple(clean(str(name)) for name in options) if isinstance(options, dict) else (),
            )
        else:
            odd.append(f"app.json: {at}[{number}] names no plan.")


def _buildpacks(told: Any, at: str, odd: list[str]) -> Iterator[str]:
    for number, value in enumerate(_list(told, at, odd)):
        url = value.get("url") if isinstance(value, dict) else value
        if isinstance(url, str):
            yield safe_line(url, LINE_LIMIT)
        else:
            odd.append(f"app.json: {at}[{number}] names no url.")


def _scripts(told: Any, at: str, odd: list[str]) -> Iterator[AppJsonScript]:
    for when, value in _object(told, at, odd).items():
        named = clean(str(when))
        command = value.get("command") if isinstance(value, dict) else value
        if not isinstance(command, str):
            odd.append(f"app.json: {at}.{named} is no command.")
            continue
        size = value.get("size") if isinstance(value, dict) else None
        yield AppJsonScript(
            when=named, command=safe_line(command, LINE_LIMIT), size=_text(size, f"{at}.{named}.size", odd)
        )


def _text(told: Any, at: str, odd: list[str]) -> str:
    if told is not None and not isinstance(told, str):
        odd.append(f"app.json: {at} is no text.")
    return clean(told) if isinstance(told, str) else ""


def _flag(told: Any, at: str, odd: list[str]) -> bool:
    """Whether a config var is required: it is, unless the file says `false`."""
    if told in ("true", "false"):
        told = told == "true"
    if told is not None and not isinstance(told, bool):
        odd.append(f"app.json: {at} is neither true nor false.")
    return told is not False


def _texts(told: Any, at: str, odd: list[str]) -> Iterator[str]:
    for value in _list(told, at, odd):
        if isinstance(value, str):
            yield clean(value)
        else:
            odd.append(f"app.json: {at} holds something that is no text.")


def _list(told: Any, at: str, odd: list[str]) -> list[Any]:
    if isinstance(told, list):
        return told
    if told is not None:
        odd.append(f"app.json: {at} is no list.")
    return []


def _object(told: Any, at: str, odd: list[str]) -> Mapping[str, Any]:
    if isinstance(told, dict):
        return told
    if told is not None:
        odd.append(f"app.json: {at} is no object.")
    return {}
