"""Is the code that will be pushed still there, and still what the map asks for?"""

from pathlib import Path

from wizard.document.git import GitFailed, git_line
from wizard.model.mapping import Mapping
from wizard.model.plan import Finding
from wizard.model.system import System
from wizard.model.trouble import Trouble, joined, tag
from wizard.ports import Profile
from wizard.prepare.accepted import still_accepted
from wizard.prepare.changes import propose_changes
from wizard.prepare.code import code_of
from wizard.session.parts import Prepared, PreparedApp


def code_findings(system: System, mapping: Mapping, profile: Profile, prepared: Prepared) -> list[Finding]:
    """One finding for each app that moves and was prepared. Runs git; changes nothing."""
    findings = []
    moved = {choice.app_id for choice in mapping.moved_apps()}
    for app in prepared.apps:
        if app.app_id not in moved:
            continue
        name = system.app(app.app_id).name
        try:
            git_line(Path(app.checkout), "cat-file", "-e", f"{app.commit}^{{commit}}")
            accepted = _accepted(system, mapping, profile, app)
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
                    remedy=joined(trouble.remedy, tag(trouble.code)),
                )
            )
        else:
            if not accepted:
                findings.append(
                    Finding(
                        state="blocks",
                        what=f"The code of {name} was prepared before the map or the code changed",
                        detail=f"{app.commit[:10]} is not what would be written now",
                        remedy="Go back to prepare, read the changes and accept them again.",
                    )
                )
                continue
            branch = f" on {app.branch}" if app.branch else ""
            findings.append(Finding(state="good", what=f"{name}: commit {app.commit[:10]}{branch}"))
    return findings


def _accepted(system: System, mapping: Mapping, profile: Profile, done: PreparedApp) -> bool:
    app = system.app(done.app_id)
    checkout = code_of(app, mapping, profile, done.checkout)
    proposal = propose_changes(app, mapping, profile, checkout, system)
    return still_accepted(done, app, mapping, profile, (checkout, proposal))
