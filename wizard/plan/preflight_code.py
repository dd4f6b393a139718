"""Is the code that will be pushed still what was prepared?"""

from pathlib import Path

from wizard.document.git import GitFailed, git_line
from wizard.model.plan import Finding
from wizard.model.system import System
from wizard.model.trouble import Trouble
from wizard.session.parts import Prepared


def code_findings(system: System, prepared: Prepared) -> list[Finding]:
    """One finding per prepared app. Runs git; changes nothing."""
    findings = []
    for app in prepared.apps:
        name = system.app(app.app_id).name
        try:
            git_line(Path(app.checkout), "cat-file", "-e", f"{app.commit}^{{commit}}")
        except GitFailed:
            findings.append(
                Finding(
                    state="blocks",
                    what=f"The prepared commit of {name} is gone",
                    detail=f"{app.commit[:10]} is not in {app.checkout}",
                    remedy="Go back to prepare, and accept its changes again.",
                )
            )
        except Trouble as trouble:
            findings.append(
                Finding(
                    state="blocks",
                    what=f"The code of {name} cannot be looked at: {trouble.cause}",
                    remedy=trouble.remedy,
                )
            )
        else:
            branch = f" on {app.branch}" if app.branch else ""
            findings.append(Finding(state="good", what=f"{name}: commit {app.commit[:10]}{branch}"))
    return findings
