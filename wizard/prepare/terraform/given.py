"""The values that a stack's variables get: Heroku's own, read now. What has no value on Heroku is named."""

from collections.abc import Mapping as Known
from typing import NamedTuple

from wizard.model.mapping import Mapping
from wizard.model.secret import Secret
from wizard.prepare.terraform.stack import Stack
from wizard.prepare.terraform.values import changed_by_terraform


class Given(NamedTuple):
    """`values` by variable; `missing` are variables that a person gives, with the reason."""

    values: dict[str, Secret]
    missing: dict[str, str]


def given(stack: Stack, mapping: Mapping, config: Known[str, Known[str, Secret]]) -> Given:
    """What can be given to a stack, and what cannot.

    Args:
        config: config vars with their values, by app id.
    """
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
            value = config.get(program.app.id, {}).get(one.name)
            if one.kind == "value" and choice.action == "replace":
                what = "web address" if choice.replacement == "app-url" else "database"
                missing[one.variable] = f"{one.name} of {program.app.name} names a {what} of the target"
            elif value is None:
                missing[one.variable] = f"{program.app.name} has no {one.name} on Heroku any more"
            elif why := changed_by_terraform(value.reveal()):
                missing[one.variable] = f"{one.name} of {program.app.name} {why}: set it at the target itself"
            else:
                values[one.variable] = value
    for drain in stack.drains:
        if drain.scheme == "https":
            missing[drain.variable] = f"the address of the log drain {drain.handle}"
    return Given(values, missing)
