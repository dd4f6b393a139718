"""Apps whose code is one folder, and what their workflows can deploy of it: what is merged is one for all.

A git push sends each app a commit of its own, so there they may differ as they like.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Known
from itertools import permutations

import msgspec

from wizard.document.checkout import Checkout, listed
from wizard.mapping.problem import Problem
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.system import App, System
from wizard.prepare.file_change import Proposal


def moved_together(app: App, system: System | None, mapping: Mapping) -> list[tuple[App, AppChoice]]:
    """The apps that move and have the same folder of code, this one among them."""
    own = mapping.app(app.id)
    folder = _folder(own) if own else ""
    known = {one.id: one for one in (system.apps if system else ())} | {app.id: app}
    return [
        (known[choice.app_id], choice)
        for choice in mapping.moved_apps()
        if choice.app_id in known and (choice.app_id == app.id or (folder and _folder(choice) == folder))
    ]


def _folder(choice: AppChoice) -> str:
    return (choice.checkout or "").rstrip("/")


def with_differences(
    proposals: Known[str, Proposal], system: System, mapping: Mapping, checkouts: Known[str, Checkout]
) -> dict[str, Proposal]:
    """The proposals by app id, with a problem where workflows could not deploy what two apps need."""
    told = dict(proposals)
    by_workflow = [one.app_id for one in mapping.moved_apps() if one.way == "workflow" and one.app_id in told]
    for app_id, other in permutations(by_workflow, 2):
        if checkouts[other].path != checkouts[app_id].path:
            continue
        paths = sorted(_differing(proposals[app_id], proposals[other]))
        if paths:
            problem = Problem(
                code="workflow-same-code",
                component=system.app(app_id).name,
                text=f"needs another {listed(paths)} than {system.app(other).name}, and workflows deploy "
                "both from the same code",
                remedy="Make the same choices for both on the map (process types, jobs), or let one go by "
                "git push.",
                blocks=True,
            )
            before = told[app_id]
            told[app_id] = msgspec.structs.replace(before, problems=(problem, *before.problems))
    return told


def _differing(one: Proposal, other: Proposal) -> Iterator[str]:
    """The paths that cannot be as both want them. A new file of one alone is in nobody's way."""
    mine, theirs = ({change.path: change for change in proposal.changes} for proposal in (one, other))
    for path in mine.keys() | theirs.keys():
        found = [changes[path] for changes in (mine, theirs) if path in changes]
        if len({change.new for change in found}) > 1 or (len(found) == 1 and found[0].old is not None):
            yield path
