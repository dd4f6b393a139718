"""The changes that the move needs in the code of every app: read, and written when they were accepted."""

from dataclasses import dataclass, field
from functools import partial

import msgspec

from screens.background import in_thread
from screens.plain.desk import Desk
from wizard.document.checkout import Checkout
from wizard.model.system import App
from wizard.model.trouble import Trouble
from wizard.prepare.accepted import built_elsewhere, prepared_app, renewed, still_accepted, written
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_all
from wizard.prepare.clones import branches_of_clones
from wizard.prepare.code import code_of
from wizard.prepare.file_change import Proposal
from wizard.session.parts import MAPPING, PREPARED, Prepared, PreparedApp


@dataclass
class CodeChanges:
    """What was read, or why it could not be, and what is proposed, by app id; the apps are those that move
    and whose code is on this machine."""

    apps: list[App] = field(default_factory=list)
    code: dict[str, Checkout | Trouble] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)

    def why_not_write(self) -> list[str]:
        """What has to be solved before the changes can be written, a sentence each."""
        found = []
        for app in self.apps:
            code, proposal = self.code.get(app.id), self.proposals.get(app.id)
            if isinstance(code, Trouble):
                found.append(f"{app.name}: {code.cause} {code.remedy}")
            elif proposal is None:
                found.append(f"The code of {app.name} is not read yet.")
            else:
                found += [f"{one.sentence()}. {one.remedy}" for one in proposal.problems if one.blocks]
        return found


async def read_changes(desk: Desk) -> CodeChanges:
    """Read the folders of all apps that move, and propose what has to change."""
    mapping, profile, system = desk.session.load(MAPPING), desk.profile(), desk.system()
    if mapping is None or profile is None or system is None:
        return CodeChanges()
    moved = {choice.app_id: choice for choice in mapping.moved_apps()}
    apps = [app for app in system.apps if app.id in moved and not built_elsewhere(mapping, app.id)]
    code: dict[str, Checkout | Trouble] = {}
    for app in apps:
        folder = moved[app.id].checkout
        if folder is None:
            code[app.id] = Trouble(
                "No folder with its code is named.",
                remedy="Name it at the stage document, or on its row of the map.",
                code="no-checkout",
            )
            continue
        try:
            code[app.id] = await in_thread(partial(code_of, app, mapping, profile, folder))
        except Trouble as trouble:
            code[app.id] = trouble
    readable = {app_id: one for app_id, one in code.items() if isinstance(one, Checkout)}
    return CodeChanges(apps, code, propose_all(system, mapping, profile, readable))


def accepted(desk: Desk, changes: CodeChanges) -> dict[str, PreparedApp]:
    """What was written and still is what the map and the code as they are now ask for, by app id. What came
    out the same from a map that was changed stays accepted."""
    mapping, profile, prepared = desk.session.load(MAPPING), desk.profile(), desk.session.load(PREPARED)
    if mapping is None or profile is None or prepared is None:
        return {}
    apps = {app.id: app for app in changes.apps}
    good: dict[str, PreparedApp] = {}
    for done in prepared.apps:
        app, code = apps.get(done.app_id), changes.code.get(done.app_id)
        proposal = changes.proposals.get(done.app_id)
        if app is None or proposal is None or not isinstance(code, Checkout):
            continue
        if still_accepted(done, app, mapping, profile, (code, proposal)):
            good[done.app_id] = renewed(done, app, mapping, profile)
    kept = tuple(good.get(done.app_id, done) for done in prepared.apps)
    if kept != prepared.apps and not desk.read_only():
        desk.save(PREPARED, Prepared(apps=kept), keeps_plan=True)
    return good


async def write_changes(desk: Desk, changes: CodeChanges) -> list[PreparedApp]:
    """Write the branch of every app; each is saved when it is written.

    Raises:
        Trouble: a repository refuses; what was written before it stays known.
    """
    mapping, profile = desk.session.load(MAPPING), desk.profile()
    assert mapping is not None and profile is not None
    made = []
    for app in changes.apps:
        code, proposal = changes.code[app.id], changes.proposals[app.id]
        assert isinstance(code, Checkout)
        before = desk.session.load(PREPARED) or Prepared()
        taken = await in_thread(branches_of_clones, code.path, before)
        branch = await in_thread(write_branch, code.path, desk.session.id, app.name, proposal, taken)
        done = prepared_app(app, mapping, profile, checkout=code.path, proposal=proposal, branch=branch)
        desk.save(PREPARED, written(desk.session.load(PREPARED) or Prepared(), done))
        changes.code[app.id] = msgspec.structs.replace(code, head=branch.base)
        made.append(done)
    if not changes.apps and desk.session.load(PREPARED) is None:
        # Said once: nothing has to be prepared.
        desk.save(PREPARED, Prepared())
    return made
