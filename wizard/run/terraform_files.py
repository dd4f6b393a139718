"""What Terraform's files name, for the lines that a person types: made again from the code and the map."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wizard.document.repository.code_place import place_in
from wizard.model.mapping import Mapping
from wizard.model.plan import Step
from wizard.model.trouble import Trouble
from wizard.prepare.code import read_for_changes
from wizard.prepare.terraform.blocks import addresses
from wizard.prepare.terraform.provider import provider_of
from wizard.prepare.terraform.stack import Stack, stack_of
from wizard.run.context import Context


class Files(NamedTuple):
    """What is to be known of the written files. `databases` and `drains` are addresses with the handles of
    what Offramp makes; `variables` what Terraform has to be given, by name; `told` those of them which a
    person gives, since they name the new web address of an app: variable, config var, and that app's id."""

    databases: tuple[tuple[str, str], ...]
    drains: tuple[tuple[str, str], ...]
    app: str
    variables: tuple[str, ...]
    told: tuple[tuple[str, str, str], ...]


def read_files(context: Context, step: Step) -> Files:
    """What the written files name, made again from the code and the map. Blocks; runs git.

    Raises:
        Trouble: the code cannot be read any more, or the target has no Terraform provider.
    """
    app = context.source_app(step)
    profile = context.profile()
    provider = provider_of(profile)
    if provider is None:
        raise Trouble(
            f"Nothing is known of Terraform for {profile.title}.",
            remedy="Choose another way on the map, and make the plan again.",
            code="mapping-broken",
        )
    checkout = read_for_changes(Path(str(step.args["checkout"])), profile, place_in(app))
    stack = stack_of(app, context.system, context.mapping, checkout.files, provider)
    database, drain = provider.type("database"), provider.type("log_drain")
    databases = tuple((f"{database}.{one.label}", one.handle) for one in stack.databases)
    drains = tuple(
        (f"{drain}.{one.label}", one.handle) for one in stack.drains if one.scheme in provider.drains
    )
    label = next((one.label for one in stack.programs if one.app.id == app.id), "")
    known = {address for address, _ in addresses(stack, provider)}
    own = f"{provider.type('app')}.{label}"
    told = tuple(_told(stack, context.mapping))
    return Files(databases, drains, own if own in known else "", _variables(stack), told)


def _told(stack: Stack, mapping: Mapping) -> Iterator[tuple[str, str, str]]:
    choices = {(one.app_id, one.name): one for one in mapping.config}
    for program in stack.programs:
        for config in program.config:
            choice = choices[program.app.id, config.name]
            if config.kind == "value" and choice.replacement == "app-url" and choice.action == "replace":
                yield config.variable, config.name, choice.refers_to


def _variables(stack: Stack) -> tuple[str, ...]:
    names = [one.image_variable for one in stack.programs if not one.image]
    names += [config.variable for one in stack.programs for config in one.config if config.variable]
    names += [drain.variable for drain in stack.drains if drain.scheme == "https"]
    return tuple(names)
