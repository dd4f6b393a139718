"""The steps of a plan that differ where a move goes into several environments (Spaces): each is found or
made, and whatever is made in one says in which."""

from collections.abc import Iterable, Sequence

import msgspec

from wizard.mapping.spaces import space_of_app, space_of_capsule, space_of_data, used_spaces
from wizard.model.mapping import Mapping, SpaceChoice
from wizard.model.plan import Step
from wizard.ports import Profile

PLACED = ("capsule", "database", "storage", "capsule-settings", "capsule-domain")
"""Kinds of steps about something that lies in one environment."""


def environment_step(space: SpaceChoice, profile: Profile, *, key: str, stack: str = "") -> Step:
    """The step that finds or makes an environment; `stack` is the one that it is made on."""
    word = profile.words.get("environment", "environment")
    verb = "Create" if space.create else "Find"
    region = space.region if space.create else ""
    on = {"stack": stack} if space.create and stack else {}
    team = {"team": space.team} if space.create and space.team else {}
    return Step(
        key=key,
        kind="environment",
        title=f"{verb} the {word} {space.name}"
        + (f" in {region}" if region else "")
        + (f", on {stack}" if on else "")
        + (f", for the team {space.team}" if team else ""),
        phase="prepare",
        writes="target" if space.create else "nothing",
        args={"handle": space.name, "create": space.create, "region": region, **on, **team},
        way_back="nothing on Heroku was touched; delete it on the target if it is not wanted",
    )


def with_spaces(steps: Sequence[Step], mapping: Mapping, profile: Profile) -> tuple[Step, ...]:
    """The steps, each in its environment; as they are where there is one only."""
    _, *further = used_spaces(mapping)
    if not further or profile.capabilities.environments == "one":
        return tuple(steps)
    placer = _Placer(mapping, profile)
    found: list[Step] = []
    for step in steps:
        if step.key == "environment":
            found.append(step)
            found += (environment_step(one, profile, key=f"environment:{one.name}") for one in further)
        elif step.kind == "link-repository":
            found += placer.links(step)
        else:
            found.append(placer.placed(step))
    return tuple(found)


class _Placer:
    def __init__(self, mapping: Mapping, profile: Profile) -> None:
        self.mapping = mapping
        self.word = profile.words.get("environment", "environment")
        self.spaces = {one.name: one for one in used_spaces(mapping)}

    def links(self, step: Step) -> Iterable[Step]:
        """A repository is linked to a team: once for each that has a Space with an app of it."""
        repository = str(step.args["repository"])
        told: list[str] = []
        for name in self._spaces_of(repository):
            key = self._link_key(repository, name)
            if key in told:
                continue
            told.append(key)
            yield msgspec.structs.replace(
                step,
                key=key,
                title=f"{step.title}, for the {self.word} {name}",
                needs=(self._environment_key(name),),
                args={**step.args, "team": self.spaces[name].team, "space": name},
            )

    def placed(self, step: Step) -> Step:
        """A step in the environment of what it is about."""
        if step.kind not in PLACED:
            return step
        name = self._space_of(step)
        needs = tuple(self._needed(one, name) for one in step.needs)
        title = step.title
        if step.kind in ("capsule", "database", "storage"):
            title += f", in the {self.word} {name}"
        return msgspec.structs.replace(step, title=title, needs=needs, args={**step.args, "space": name})

    def _needed(self, key: str, name: str) -> str:
        if key == "environment":
            return self._environment_key(name)
        kind, _, repository = key.partition(":")
        return self._link_key(repository, name) if kind == "repository" else key

    def _space_of(self, step: Step) -> str:
        if "app" in step.args:
            return space_of_app(self.mapping, str(step.args["app"]))
        if "add_on" in step.args:
            return space_of_data(self.mapping, str(step.args["add_on"]))
        return space_of_capsule(self.mapping, str(step.args["name"]))

    def _environment_key(self, name: str) -> str:
        return "environment" if name == self.mapping.environment else f"environment:{name}"

    def _spaces_of(self, repository: str) -> list[str]:
        apps = [one for one in self.mapping.moved_apps() if one.repository == repository]
        return list(dict.fromkeys(space_of_app(self.mapping, one.app_id) for one in apps))

    def _link_key(self, repository: str, name: str) -> str:
        """The step that links a repository for a Space: the first's, where both are of one team for sure."""
        spaces = self._spaces_of(repository)
        first = next(one for one in spaces if self._team(one) == self._team(name))
        return f"repository:{repository}" if first == spaces[0] else f"repository:{repository} for {first}"

    def _team(self, name: str) -> tuple[str, str]:
        """Whose a Space is; of one that is there already nobody knows before the run."""
        space = self.spaces[name]
        return ("team", space.team) if space.create else ("space", name)
