"""Log drains of Private Spaces that are otherwise on Heroku than in the document that the plan was made of.
A pure comparison."""

from collections.abc import Iterator

from wizard.model.mapping import Mapping
from wizard.model.plan import Finding
from wizard.model.system import System
from wizard.plan.differences_of_app import AGAIN, DECIDE


def differences_of_spaces(then: System, now: System, mapping: Mapping) -> Iterator[Finding]:
    """One finding for each space of apps that move whose log drain came, went or is another."""
    moved = {choice.app_id for choice in mapping.moved_apps()}
    used = {app.space for app in then.apps if app.id in moved}
    known = {one.id: one for one in then.spaces}
    for space in now.spaces:
        before, drain = known[space.id].drain, space.drain
        if space.name not in used or (before and before.id) == (drain and drain.id):
            continue
        if drain is not None:
            yield Finding(
                state="blocks",
                what=f"The space {space.name} has a new log drain: {drain.address}",
                detail="nobody has decided on it; its receiver would get no log after the move",
                remedy=DECIDE,
            )
            continue
        moves = any(one.space_id == space.id and one.action == "move" for one in mapping.drains)
        yield Finding(
            state="blocks" if moves else "look",
            what=f"The log drain of the space {space.name} is gone",
            detail="the plan moves it, and the run would stop where it reads its address"
            if moves
            else "the map leaves it behind anyway",
            remedy=AGAIN,
        )
