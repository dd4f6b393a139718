"""Which app a step of a workflow deploys to."""

import re
from typing import Literal, NamedTuple

from wizard.model.mapping import AppChoice, Mapping
from wizard.model.system import App, System
from wizard.prepare.same_code import moved_together
from wizard.prepare.workflow.action import Destination
from wizard.prepare.workflow.jobs import Job, Step, matrix_values

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_GUESSABLE = re.compile(r"((secrets|vars|env)\.\w+|\$\w+)?")
_STAGES = ("production", "prod", "staging", "stage", "development", "dev", "review", "preview", "test", "qa")
_NEXT = {"development": "staging", "staging": "production"}
_SAME_STAGE = {"prod": "production", "stage": "staging", "dev": "development", "preview": "review"}


class Here(NamedTuple):
    """The apps that move with this code, by their names on Heroku, and where they go."""

    apps: dict[str, tuple[App, AppChoice]]
    environment: str

    def destination(self, name: str) -> Destination:
        """Where the app of that name goes."""
        _, choice = self.apps[name]
        return Destination(app=choice.handle, environment=self.environment, image=choice.image)

    def promoted(self, name: str) -> Destination | None:
        """Where the app goes that a promotion of another one reaches; None where that is not known."""
        if name not in self.apps:
            return None
        app, _ = self.apps[name]
        stage = _NEXT.get(app.pipeline_stage or "")
        return next(
            (
                self.destination(other)
                for other, (one, _) in self.apps.items()
                if one.pipeline == app.pipeline and one.pipeline_stage == stage
            ),
            None,
        )

    def by_terraform(self, name: str) -> bool:
        """Whether Terraform deploys the app of that name, and a workflow must not do it too."""
        return name in self.apps and self.apps[name][1].way == "terraform"


class Owner(NamedTuple):
    """`ours` with the name of the app ("" where a matrix names several), `other`, or `unknown`. `to` is where
    it deploys then; `guessed` says that the workflow does not name it. An `unknown` one with `renames` (old
    and new names) would deploy to `to` once its matrix has the new ones."""

    kind: Literal["ours", "other", "unknown"]
    name: str = ""
    to: Destination | None = None
    guessed: bool = False
    renames: tuple[tuple[str, str], ...] = ()


def here(app: App, system: System | None, mapping: Mapping) -> Here:
    """The app itself, and those that move and have the same folder of code."""
    chosen = moved_together(app, system, mapping)
    return Here({one.name: (one, choice) for one, choice in chosen}, mapping.environment)


def owner(job: Job, step: Step, place: Here) -> Owner:
    """Whose a deploying step is."""
    if step.app in place.apps:
        return Owner("ours", step.app, place.destination(step.app))
    if _NAME.fullmatch(step.app):
        return Owner("other")
    if step.app.startswith("matrix."):
        return _of_matrix(job, step.app, place)
    if ", " in step.app:
        named = set(step.app.split(", "))
        return Owner("unknown") if named & place.apps.keys() else Owner("other")
    if not _GUESSABLE.fullmatch(step.app) or "${{" in job.stage:
        return Owner("unknown")  # it may be another one each time
    staged = _stages(job.stage)
    same = [name for name, (app, _) in place.apps.items() if app.pipeline_stage in staged]
    if len(same) != 1 and len(place.apps) == 1:
        (name,) = place.apps
        same = [name] if not staged or place.apps[name][0].pipeline_stage is None else []
    if len(same) == 1:
        return Owner("ours", same[0], place.destination(same[0]), guessed=True)
    return Owner("unknown")


def _of_matrix(job: Job, told: str, place: Here) -> Owner:
    variable = told.removeprefix("matrix.")
    names = matrix_values(job, variable)
    if not names or not all(_NAME.fullmatch(name) for name in names):
        return Owner("unknown")  # an expression makes them
    moved = [name for name in names if name in place.apps and not place.by_terraform(name)]
    if not moved:
        return Owner("unknown" if set(names) & place.apps.keys() else "other")
    first = place.destination(moved[0])
    if any(place.destination(name).image != first.image for name in moved):
        return Owner("unknown")
    to = Destination(app=f"${{{{ matrix.{variable} }}}}", environment=first.environment, image=first.image)
    renames = tuple((name, place.destination(name).app) for name in moved)
    if len(moved) < len(names) or any(old != new for old, new in renames):
        return Owner("unknown", to=to, renames=renames)
    return Owner("ours", "", to)


def _stages(text: str) -> set[str]:
    words = re.split(r"[^a-z]+", text.lower())
    return {_SAME_STAGE.get(word, word) for word in words if word in _STAGES}
