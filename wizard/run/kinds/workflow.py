"""A deploy by the GitHub workflow that deployed to Heroku: the person merges, Offramp sees the deploy."""

import shlex

from wizard.model.plan import Step
from wizard.run.context import Context
from wizard.run.guide import COPIED, Guide, guide_lines
from wizard.run.kinds.handed_over import HandedOver


class DeployByWorkflow(HandedOver):
    """The branch with the rewritten workflow, merged by a person."""

    async def guide(self, context: Context, step: Step) -> Guide:
        branch, repository = str(step.args["branch"]), str(step.args["repository"])
        on = f" on https://github.com/{repository}" if repository else " on GitHub"
        folder = shlex.quote(str(step.args["checkout"]))
        if not branch:
            return Guide(
                step=step.key,
                waits=f"run the workflow of {step.args['handle']}",
                lines=guide_lines(
                    f"Run the workflow{on}: Actions, the workflow, Run workflow or Re-run all jobs."
                ),
            )
        return Guide(
            step=step.key,
            waits=f"merge {branch}; the deploy is seen by itself",
            lines=guide_lines(
                f"Merge the branch {branch}{on} into the branch that the workflow deploys.",
                f"{COPIED}cd {folder} && gh pr merge {shlex.quote(branch)} --merge",
                "Merged already? Run the workflow again: Actions, the newest run, Re-run all jobs.",
            ),
        )
