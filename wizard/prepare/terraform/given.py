"""The values that a stack's variables get: Heroku's own, read now. What has no value on Heroku is named."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Known
from typing import NamedTuple

from wizard.model.mapping import Mapping
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.prepare.terraform.stack import Program, Stack
from wizard.prepare.terraform.values import changed_by_terraform

_VARIABLE = re.compile(r'^\s*variable\s+"([^"]+)"', re.MULTILINE)


class Given(NamedTuple):
    """`values` by variable; `missing` are variables that a person gives, with the reason."""

    values: dict[str, Secret]
    missing: dict[str, str]


def given(stack: Stack, mapping: Mapping, config: Known[str, Known[str, Secret]]) -> Given:
    """What can be given to a stack, and what cannot.

    Args:
        config: config vars with their values, by app id.

    Raises:
        Trouble: they are not those that the map knows, so that Terraform would leave some out.
    """
    if changed := [words for one in stack.programs for words in _changed(one, config.get(one.app.id, {}))]:
        raise Trouble(
            f"Config vars on Heroku changed since the system was read: {'; '.join(changed)}.",
            untouched="Nothing was run, and nothing written.",
            remedy="Read the system again (document), decide on the map, accept the files anew (prepare).",
            code="config-changed",
        )
    values: dict[str, Secret] = {}
    missing: dict[str, str] = {}
    for program in stack.programs:
        choices = {one.name: one for one in mapping.config if one.app_id == program.app.id}
        if not program.image:
            missing[program.image_variable] = f"the image of {program.app.name}, which the map does not name"
        for one in program.config:
            if not one.variable:
                continue
            choice = choices[one.name]
            if one.kind == "value" and choice.action == "replace":
                what = "web address" if choice.replacement == "app-url" else "database"
                missing[one.variable] = f"{one.name} of {program.app.name} names a {what} of the target"
                continue
            value = config[program.app.id][one.name]
            if why := changed_by_terraform(value.reveal()):
                missing[one.variable] = f"{one.name} of {program.app.name} {why}: set it at the target itself"
            else:
                values[one.variable] = value
    for drain in stack.drains:
        if drain.scheme == "https":
            missing[drain.variable] = f"the address of the log drain {drain.handle}, with its token"
    return Given(values, missing)


def _changed(program: Program, now: Known[str, Secret]) -> Iterator[str]:
    """What is otherwise on Heroku than the files of a program were made for, in words. That one is gone or
    empty which no variable stands for makes no difference to them."""
    app = program.app
    before = {one.name: one.empty for one in app.config}
    asked = {one.name for one in program.config if one.variable}
    new = sorted(now.keys() - before.keys())
    gone = sorted(asked - now.keys())
    filled = sorted(name for name, empty in before.items() if empty and now.get(name))
    emptied = sorted(name for name in asked & now.keys() if not before.get(name) and not now[name])
    for names, what in ((new, "new"), (gone, "gone"), (filled, "no longer empty"), (emptied, "empty")):
        if names:
            yield f"{', '.join(names)} of {app.name} {'is' if len(names) == 1 else 'are'} {what}"


def undeclared(names: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Which of these variables none of these texts of Terraform declares."""
    declared = {name for text in texts for name in _VARIABLE.findall(text)}
    return [name for name in names if name not in declared]
