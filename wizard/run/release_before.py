"""Which release an app goes back to after a bad deploy, and what that brings back and what not."""

from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.plan.gates import FINISH
from wizard.ports import TargetDeploy
from wizard.run.view import RunView


class Rollback(Noun, frozen=True, kw_only=True):
    """One way back of one app. `bad` ran and is left, `to` is deployed again; `newest` is the number of the
    newest deploy before it was asked for. `done` is the number of the deploy that did it, 0 until then."""

    bad: TargetDeploy
    to: TargetDeploy
    newest: int
    begun_at: str = ""
    done: int = 0


class Rollbacks(Noun, frozen=True, kw_only=True):
    """All of one app, oldest first; kept as the gauge `rollback:<handle>`. `empty` are codes of deploys with
    nothing in them, by which a service was made: none of them is a release."""

    all: tuple[Rollback, ...] = ()
    empty: tuple[str, ...] = ()

    @property
    def unfinished(self) -> Rollback | None:
        """The one that was begun and has no end."""
        return self.all[-1] if self.all and not self.all[-1].done else None


def why_no_rollback(seen: RunView | None) -> str:
    """Why no app of a run is rolled back now; "" when one can be."""
    if seen is None:
        return "Nothing has run yet."
    at_last_gate = seen.run.state == "waiting" and seen.gate is not None and seen.gate.key == FINISH
    if seen.run.state == "done" or at_last_gate:
        return ""
    if seen.can_go_back:
        return "The cut-over is under way: b takes everything back to Heroku."
    if seen.run.state in ("stopped", "taken-back", "going-back"):
        return "Heroku serves: what runs on the target is not used."
    return "The apps are not deployed yet."


def release_before(handle: str, deploys: list[TargetDeploy], known: Rollbacks) -> Rollback:
    """What a way back would do.

    Args:
        deploys: of the app, newest first.

    Raises:
        Trouble: a deploy is under way, nothing has been deployed, or nothing else before.
    """
    if (unfinished := known.unfinished) is not None:
        return unfinished
    running = next((one for one in deploys if not one.ended), None)
    if running is not None:
        raise Trouble(
            f"A deploy of {handle} is under way ({running.in_words()}, operation {running.number}).",
            untouched="Nothing was changed.",
            remedy="Wait for its end, then try again.",
            code="target-busy",
            retry=True,
        )
    good = [one for one in deploys if one.state == "succeeded" and one.code not in known.empty]
    if not good:
        raise _nothing(handle, f"Nothing has been deployed to {handle} that could be gone back from.")
    current = good[0]
    left = {one.bad.code for one in known.all} | {current.code}
    to = next((one for one in good[1:] if one.code not in left), None)
    if to is None:
        raise _nothing(handle, f"{handle} has no release before {current.in_words()} to go back to.")
    return Rollback(bad=current, to=to, newest=deploys[0].number)


def _nothing(handle: str, cause: str) -> Trouble:
    return Trouble(
        cause,
        untouched="Nothing was changed.",
        remedy=f"Correct the code of {handle} and deploy it, or deploy an older commit or image yourself.",
        code="no-release-before",
    )


def rollback_lines(handle: str, back: Rollback, deploys: list[TargetDeploy]) -> list[str]:
    """What a person reads before it: what runs, what will run, and what stays as it is."""
    lines = [
        f"Now {handle} runs {back.bad.in_words()}{_when(back.bad)}.",
        f"Then it runs {back.to.in_words()}{_when(back.to)} again. Its release command runs, too.",
    ]
    newest = deploys[0] if deploys else None
    if newest is not None and newest.state in ("failed", "cancelled"):
        lines.insert(
            1,
            f"The newest deploy ({newest.in_words()}, operation {newest.number}) {newest.state}: it changed "
            "nothing.",
        )
    if back.to.image and "@" not in back.to.image:
        lines.append("If somebody has moved the tag of that image since, what it names now is what will run.")
    return [
        *lines,
        "Not rolled back: the database. Migrations that the newer code made stay, as do all rows.",
        "Not rolled back: config vars, services and their sizes, domains. They stay as they are now.",
        "Heroku is not touched.",
    ]


def _when(deploy: TargetDeploy) -> str:
    moment = f", deployed {deploy.at[:16].replace('T', ' ')} UTC" if len(deploy.at) >= 16 else ""
    return f"{moment} (operation {deploy.number})"
