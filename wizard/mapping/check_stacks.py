"""What is wrong with where a new environment is to be, and with kinds of machines that are not there."""

from collections.abc import Iterator

from wizard.mapping.problem import Problem
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import DatabaseChoice, Mapping, StoreChoice
from wizard.model.system import System
from wizard.ports import Profile, Stack

DEFAULT_MACHINE = "m"


def chosen_stack(mapping: Mapping, profile: Profile) -> Stack | None:
    """The stack that a new environment is made on, None where nothing is chosen or known."""
    return next((one for one in profile.capabilities.stacks if one.name == mapping.stack), None)


def stack_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """A stack that is not there or elsewhere, and databases on machines that it does not have."""
    stack = chosen_stack(mapping, profile)
    word = profile.words.get("environment", "environment")
    if mapping.create_environment and mapping.stack and profile.capabilities.stacks:
        if stack is None:
            yield Problem(
                code="stack",
                component="region",
                text=f"`{mapping.stack}` is no stack that this account may use",
                remedy="Choose another one.",
                blocks=True,
            )
        elif stack.region != mapping.region:
            yield Problem(
                code="stack-elsewhere",
                component="region",
                text=f"the stack {stack.name} is in {stack.region}, not in {mapping.region}",
                remedy="Choose the stack again, or another region.",
                blocks=True,
            )
    if mapping.create_environment and stack is not None and not stack.dedicated:
        yield Problem(
            code="stack-shared",
            component=word,
            text=f"is made on {stack.name}, which is shared with others: no regulated data may be there",
            remedy="Choose a stack of your own if the data is health data or otherwise regulated.",
        )
    yield from _machine_problems(system, mapping, profile, stack)


def _machine_problems(
    system: System, mapping: Mapping, profile: Profile, stack: Stack | None
) -> Iterator[Problem]:
    known = profile.capabilities.machines
    names = {add_on.id: add_on.name for add_on in system.add_ons}
    stores: list[DatabaseChoice | StoreChoice] = [*mapping.moved_databases(), *moved_stores(mapping)]
    if stack is not None:
        yield from _service_problems(system, mapping, stack)
    for choice in stores:
        if not choice.profile or not known:
            continue
        if choice.profile not in known:
            text, remedy = f"`{choice.profile}` is no kind of machine there", f"Choose {', '.join(known)}."
        elif choice.memory_mb < known[choice.profile]:
            text = f"the machine {choice.profile} has {known[choice.profile]} MB at least"
            remedy = "Give it more memory, or another kind of machine."
        elif stack is not None and choice.profile not in stack.profiles:
            text = f"the stack {stack.name} has no machine {choice.profile}"
            remedy = f"Choose {', '.join(stack.profiles)}, or a stack of your own."
        else:
            continue
        yield Problem(
            code="database-machine",
            component=names.get(choice.add_on_id, choice.handle),
            text=text,
            remedy=remedy,
            blocks=True,
        )


def _service_problems(system: System, mapping: Mapping, stack: Stack) -> Iterator[Problem]:
    """Services on machines that the stack does not have."""
    names = {app.id: app.name for app in system.apps}
    moving = {choice.app_id for choice in mapping.moved_apps()}
    for one in mapping.processes:
        wanted = one.app_id in moving and one.action == "service" and one.profile
        if wanted and one.profile not in stack.profiles:
            yield Problem(
                code="service-machine",
                component=f"{names.get(one.app_id, one.app_id)} {one.type}",
                text=f"the stack {stack.name} has no machine {one.profile}",
                remedy=f"Choose {', '.join(stack.profiles)}, or a stack of your own.",
                blocks=True,
            )
