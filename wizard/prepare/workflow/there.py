"""Which apps a workflow deploys to the target already."""

import re

from wizard.document.repository.heroku_commands import resolve
from wizard.prepare.workflow.action import DeployAction
from wizard.prepare.workflow.jobs import matrix_values, read_jobs, variables
from wizard.prepare.workflow.nodes import NotEditable, compose, get, text_of


def deployed_there(text: str, action: DeployAction) -> set[str]:
    """Handles of the apps that the action deploys in a workflow, at any version of it."""
    bare, key = action.action.split("@", 1)[0], action.inputs["app"]
    if bare not in text:
        return set()
    try:
        root = compose(text)
    except (NotEditable, RecursionError):
        return {name for _, name in re.findall(rf"(?m)\b{key}: *([\"']?)([^\s\"',}}]+)\1", text)}
    found: set[str] = set()
    for job in read_jobs(root):
        around = variables(job.node, variables(root, {}))
        for step in job.steps:
            if text_of(get(step.node, "uses")).split("@", 1)[0] != bare:
                continue
            name = resolve(text_of(get(step.node, "with", key)), variables(step.node, around))
            found |= (
                set(matrix_values(job, name.removeprefix("matrix."))) if name[:7] == "matrix." else {name}
            )
    return found
