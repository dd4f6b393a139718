"""What is true when a person is asked to get a deploy of their own ready, before the cut-over."""

import asyncio
import shlex

from wizard.model.plan import Step
from wizard.run.context import Context
from wizard.run.guide import COPIED
from wizard.run.kinds.handed_over import early_deploys
from wizard.run.kinds.terraform import files_of, import_lines, told_lines, with_values
from wizard.session.image_login import login_of, registries

Fact = tuple[str, str]


async def ready_facts(context: Context, step: Step) -> list[Fact]:
    """Facts of the gate at which secrets, branches or Terraform are made ready."""
    handle = str(step.args["handle"])
    facts = await early_deploys(context, (handle,))
    if step.args.get("way") == "terraform":
        facts += await _terraform(context, step)
    return facts


async def handed_over_facts(context: Context) -> list[Fact]:
    """Facts of the cut-over gate about all apps that are not pushed by Offramp.

    Raises:
        SignInNeeded: the login of a registry is not at hand.
    """
    handles = tuple(
        str(step.args["handle"])
        for step in context.plan.steps
        if step.kind in ("deploy-by-workflow", "apply-terraform")
    )
    # What is asked for in the cut-over holds it up: a missing login is asked for before its gate opens.
    at_hand: list[Fact] = []
    for registry in registries(context.mapping):
        login_of(context.vault, registry)
        at_hand.append(("good", f"who may pull from {registry} is known"))
    return [*at_hand, *await early_deploys(context, handles)]


async def _terraform(context: Context, step: Step) -> list[Fact]:
    files = await asyncio.to_thread(files_of, context, step)
    given = ", ".join(f"TF_VAR_{name}" for name in files.variables) or "none"
    facts: list[Fact] = [("look", f"values that Terraform has to be given, by name: {given}")]
    facts += [("look", line) async for line in told_lines(context, step)]
    folder = shlex.quote(str(step.args["folder"]))
    facts.append(("look", f"{COPIED}cd {folder} && terraform init"))
    facts += [("look", f"{COPIED}{line}") for line in await import_lines(context, step)]
    facts.append(("look", f"{COPIED}{with_values(context, step, 'terraform plan')}"))
    return facts
