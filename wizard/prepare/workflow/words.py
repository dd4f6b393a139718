"""What is told of the steps of a workflow, as sentences with what to do."""

from wizard.mapping.problem import Problem
from wizard.model.text import clean
from wizard.prepare.release_hook import scalar
from wizard.prepare.workflow.action import one_line
from wizard.prepare.workflow.told import Told, Wanted


def about(path: str, told: Told, wanted: Wanted, app: str) -> Problem:
    """The problem that `told` is, in the workflow at `path`. `app` is named where the workflow names none."""
    where = f"{clean(path)}:{told.line}"
    detail = clean(told.detail, limit=200)
    step = one_line(wanted.action, told.to) if told.to else ""
    title = wanted.title
    shapes = {
        "unknown-app": (
            f"{where} deploys to the app that {detail or 'something else'} names, which Offramp cannot tell",
            f"Where it is this app, write instead: {step}",
        ),
        "matrix": (
            f"{where} deploys apps by a matrix of their names on Heroku; on {title} {detail}",
            f"Give those that move a job of their own, with the new names in its matrix and the step: {step}",
        ),
        "mixed": (
            f"{where} does other things in the step that deploys to Heroku, so Offramp does not edit it",
            f"Take the lines for Heroku out, and add the step: {step}",
        ),
        "promotion": (
            f"{where} promotes in a pipeline of Heroku, which {title} has not",
            f"Deploy the same commit to the next app: {step}"
            if step
            else "Deploy the same commit there, too.",
        ),
        "one-off": (
            f"{where} runs `{detail}` on Heroku, which no longer reaches this app",
            f"What each deploy needs goes into the release hook as `- {scalar(detail)}`; else take it out.",
        ),
        "one-off-gone": (
            f"{where} ran `{detail}` on Heroku beside the deploy; the line goes",
            f"What each deploy needs goes into the release hook as `- {scalar(detail)}`.",
        ),
        "acts-gone": (
            f"{where} ran `{detail}` beside the deploy, which acts on Heroku only; the line goes",
            f"See whether {title} needs anything instead.",
        ),
        "acts": (
            f"{where} runs `{detail}`, which acts on Heroku only",
            f"Take it out, or do what it does on {title}.",
        ),
        "guessed": (
            f"{where} deploys to the app that {detail} names; Offramp takes it for this one",
            "Look whether that is so before you accept the change.",
        ),
        "lost-inputs": (
            f"{where} gave Heroku's action {detail}, which nothing stands for",
            "Look whether the deploy needs them.",
        ),
        "builds-there": (
            f"{where} built the image for Heroku; now {title} builds it from the Dockerfile in the root",
            "Choose an image on the map to go on building in the workflow.",
        ),
        "part": (
            f"{where} deploys the folder {detail} alone, and {title} builds the root",
            f"Let a Dockerfile in the root build it, and write there instead: {step}",
        ),
        "dockerfile": (
            f"{where} builds the image from {detail}, and {title} takes the Dockerfile in the root",
            f"Have that one build this app, or choose an image on the map; then write there instead: {step}",
        ),
        "by-terraform": (
            f"{where} deploys to Heroku, and on {title} Terraform is to deploy it",
            "Let the job apply Terraform with the image that it built, or choose the way workflow.",
        ),
        "not-built": (
            f"{where} deploys {detail}, and its job pushes no such image",
            "See that something pushes it before, or choose another way on the map.",
        ),
        "runner": (
            f"{where} runs on {detail}, where the action cannot run",
            "Give the job a Linux runner.",
        ),
        "no-branch": (
            f"{where} runs for {detail}; the action pushes the branch that started the workflow",
            "Start the workflow by a branch, or look at its first run closely.",
        ),
        "other-ref": (
            f"{where} checks out {detail}; the action pushes the branch that started the workflow",
            "Let the checkout take the branch that starts the workflow.",
        ),
        "checkout-path": (
            f"{where} checks the code out into {detail}, and the action pushes from the root",
            "Let that checkout go without `path`, and mend the paths in the steps behind it.",
        ),
        "condition": (
            f"{where} deploys only if `{detail}`, which names Heroku",
            f"See that it holds for {title}, or take it out; else nothing is deployed, and no step fails.",
        ),
        "outputs": (
            f"{where}: other steps read outputs of `{detail}`; the action gives only `status`",
            "Change the steps that read them.",
        ),
        "reusable": (
            f"{where} deploys to Heroku for the workflows that call it, so Offramp does not edit it",
            f"Write there, with an input for the name of the app: {step}",
        ),
        "calls": (
            f"{where} calls {detail}, which deploys to Heroku",
            f"Have it deploy to {title} there, or replace the call by a job with the step: {step}",
        ),
    }
    text, remedy = shapes[told.kind]
    return Problem(
        code=f"workflow-{told.kind}",
        component=told.app or app,
        text=text,
        remedy=remedy,
        copies=(step,) if step and step in remedy else (),
    )
