"""A workflow for an app that no workflow deployed: Heroku's own integration with GitHub did, or a person."""

from wizard.document.checkout import Checkout
from wizard.model.system import App
from wizard.prepare.file_change import FileChange
from wizard.prepare.workflow.action import DeployAction, Destination, inputs
from wizard.prepare.workflow.edit import CHECKOUT
from wizard.prepare.yaml_value import yaml_value


def fresh_workflow(
    app: App, checkout: Checkout, action: DeployAction, to: Destination, title: str
) -> FileChange:
    """The new file. It deploys each push to the branch that Heroku deploys, else to the one that is checked
    out."""
    github = app.deploy.github
    branch = (github.branch if github else "") or checkout.branch or "main"
    step = "".join(f"          {name}: {yaml_value(value)}\n" for name, value in inputs(action, to).items())
    code = "" if to.image else f"      - uses: {CHECKOUT}\n        with:\n          fetch-depth: 0\n"
    text = (
        f"# Written by Offramp: deploys {app.name} to {title}.\n"
        f"name: {yaml_value(f'Deploy {to.app}')}\n\n"
        "on:\n"
        "  push:\n"
        f"    branches: [{yaml_value(branch)}]\n"
        "  workflow_dispatch:\n\n"
        "# One deploy after the other.\n"
        f"concurrency: {yaml_value(f'deploy-{to.app}')}\n\n"
        "jobs:\n"
        "  deploy:\n"
        "    runs-on: ubuntu-latest\n"
        "    steps:\n"
        f"{code}"
        f"      - name: Deploy to {title}\n"
        f"        uses: {action.action}\n"
        f"        with:\n{step}"
    )
    return FileChange(
        path=f".github/workflows/deploy-{to.app}.yml",
        old=None,
        new=text,
        why=f"deploys {app.name} to {title} at each push to {branch}",
    )
