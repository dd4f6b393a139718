"""The answers for the map, put over what is proposed: by name, each with the reason that is given for it."""

from collections.abc import Iterable

import msgspec

from wizard.answers.nouns import (
    AppGiven,
    ConfigGiven,
    DomainGiven,
    DrainGiven,
    Given,
    JobGiven,
    MapGiven,
    SpaceGiven,
)
from wizard.document.answers import when
from wizard.mapping import edit, edit_spaces
from wizard.mapping.certificates import look_at, place
from wizard.mapping.config_rules import follow
from wizard.model.mapping import Mapping, SpaceChoice
from wizard.model.noun import Noun
from wizard.model.system import App, Job, System
from wizard.ports import Profile

BY_FILE = "the answers file says so"
"""The reason of a choice for which none is given."""

WANTS_REASON = ("leave", "drop", "by-hand", "empty")
"""Actions whose reason only a person can give: the report repeats it."""


def over_proposal(
    given: MapGiven, system: System, profile: Profile, proposed: Mapping
) -> tuple[Mapping, dict[str, str], tuple[str, ...]]:
    """The mapping with the answers in it, those that changed something, in words by their keys, and the keys
    that fit nothing.

    Raises:
        Trouble: a certificate cannot be read, or does not fit its domain.
    """
    patch = _Patch(system, proposed)
    patch.whole(given)
    for name, app in given.apps.items():
        patch.app(name, app)
    patch.add_ons(given)
    patch.drains("map", "", given.drains)
    after = follow(system, profile, proposed, patch.mapping)
    patch.mapping = after
    # Config vars follow from all else, so what is said of them comes after it.
    for name, app in given.apps.items():
        patch.config(name, app.config)
    if given.leave_undecided:
        left = edit.leave_undecided(patch.mapping, given.leave_undecided)
        if left != patch.mapping:
            patch.mapping = follow(system, profile, patch.mapping, left)
            patch.changed["map.leave_undecided"] = given.leave_undecided
    return patch.mapping, patch.changed, tuple(patch.unknown)


class _Patch:
    """The mapping as it is changed, answer by answer."""

    def __init__(self, system: System, mapping: Mapping) -> None:
        self.mapping = mapping
        self.changed: dict[str, str] = {}
        self.unknown: list[str] = []
        self._apps: dict[str, App] = {app.name: app for app in system.apps}
        self._add_ons = {add_on.name: add_on.id for add_on in system.add_ons}

    def whole(self, given: MapGiven) -> None:
        for name in ("environment", "create_environment", "region", "stack", "team", "port"):
            value = getattr(given, name)
            if value is not None and value != getattr(self.mapping, name):
                self.mapping = msgspec.structs.replace(self.mapping, **{name: value})
                self.changed[f"map.{name}"] = str(value)
        for name, space in given.spaces.items():
            self._space(name, space)

    def _space(self, name: str, given: SpaceGiven) -> None:
        """A further environment, which is there or is added."""
        if name == self.mapping.environment:
            self.unknown.append(f"map.spaces.{name}")  # what is said of it stands in [map] itself
            return
        before = self.mapping
        said = {key: value for key in given.__struct_fields__ if (value := getattr(given, key)) is not None}
        self.mapping = edit_spaces.set_space(edit_spaces.add_space(before, name), name, **said)
        if self.mapping.spaces != before.spaces:
            (now,) = [one for one in self.mapping.spaces if one.name == name]
            self.changed[f"map.spaces.{name}"] = _difference(SpaceChoice(name=name), now) or "made"

    def app(self, name: str, given: AppGiven) -> None:
        app = self._apps.get(name)
        key = f"map.apps.{name}"
        if app is None:
            self.unknown.append(key)
            return
        self._put("apps", key, given, app_id=app.id)
        for type_, process in given.processes.items():
            self._put("processes", f"{key}.processes.{type_}", process, app_id=app.id, type=type_)
        for command, job in given.jobs.items():
            self._jobs(app, f"{key}.jobs.{command}", command, job)
        for hostname, domain in given.domains.items():
            self._domain(app, f"{key}.domains.{hostname}", hostname, domain)
        self.drains(key, app.id, given.drains)
        if given.files is not None:
            self._put("storages", f"{key}.files", given.files, app_id=app.id)

    def _jobs(self, app: App, key: str, command: str, given: JobGiven) -> None:
        ids = [one.id for one in app.jobs or () if command in (one.command, job_key(one))]
        if not ids:
            self.unknown.append(key)
        for job_id in ids:
            self._put("jobs", key, given, app_id=app.id, job_id=job_id)

    def add_ons(self, given: MapGiven) -> None:
        groups: tuple[tuple[str, Iterable[tuple[str, Given]]], ...] = (
            ("databases", given.databases.items()),
            ("stores", given.stores.items()),
            ("add_ons", given.add_ons.items()),
        )
        for group, items in groups:
            for name, one in items:
                self._put(group, f"map.{group}.{name}", one, add_on_id=self._add_ons.get(name, ""))

    def drains(self, key: str, app_id: str, given: dict[str, DrainGiven]) -> None:
        for drain_id, drain in given.items():
            self._put("drains", f"{key}.drains.{drain_id}", drain, app_id=app_id, drain_id=drain_id)

    def config(self, name: str, given: dict[str, ConfigGiven]) -> None:
        app = self._apps.get(name)
        if app is None:
            return
        for var, one in given.items():
            key = f"map.apps.{name}.config.{var}"
            known = self._add_ons.get(one.refers_to or "")
            known = known or (self._apps[one.refers_to].id if one.refers_to in self._apps else None)
            if one.refers_to and not known:
                self.unknown.append(f"{key}.refers_to")
                continue
            said = msgspec.structs.replace(one, refers_to=known)
            if one.action is not None and one.action != "replace":
                said = msgspec.structs.replace(one, replacement="", refers_to="")
            self._put("config", key, said, app_id=app.id, name=var)

    def _domain(self, app: App, key: str, hostname: str, given: DomainGiven) -> None:
        if given.chain_file and given.key_file:
            files = (place(given.chain_file), place(given.key_file))
            if not any((one.app_id, one.hostname) == (app.id, hostname) for one in self.mapping.domains):
                self.unknown.append(key)
                return
            found = look_at(*files, hostname)
            before = self.mapping
            self.mapping = edit.use_certificate(before, app.id, hostname, files, found)
            if self.mapping != before:
                self.changed[f"{key}.chain_file"] = files[0]
        said = msgspec.structs.replace(given, chain_file=None, key_file=None)
        self._put("domains", key, said, app_id=app.id, hostname=hostname)

    def _put(self, group: str, key: str, given: Given, **which: str) -> None:
        """Change the choice of `group` whose fields are as `which` says."""
        before: tuple[Noun, ...] = getattr(self.mapping, group)
        at = [
            place_
            for place_, one in enumerate(before)
            if all(getattr(one, name) == value for name, value in which.items())
        ]
        if not at:
            self.unknown.append(key)
            return
        after = list(before)
        after[at[0]] = _patched(before[at[0]], given)
        if tuple(after) != before:
            self.mapping = msgspec.structs.replace(self.mapping, **{group: tuple(after)})
            self.changed[key] = _difference(before[at[0]], after[at[0]])


def _difference(before: Noun, after: Noun) -> str:
    """ "action service, reason the answers file says so"."""
    names = [name for name in after.__struct_fields__ if getattr(before, name) != getattr(after, name)]
    return ", ".join(f"{name} {getattr(after, name)}" for name in names)


def job_key(job: Job) -> str:
    """What names a job where its command alone does not: "python report.py, every day at 02:30 UTC"."""
    return f"{job.command}, {when(job)}"


def _patched(choice: Noun, given: Given) -> Noun:
    known = set(choice.__struct_fields__)
    said = {name: getattr(given, name) for name in given.__struct_fields__ if name in known}
    changes = {name: value for name, value in said.items() if value is not None}
    decided = changes.get("action")
    if decided is not None and decided != getattr(choice, "action", None) and "reason" not in changes:
        changes["reason"] = "" if decided in WANTS_REASON else BY_FILE
    return msgspec.structs.replace(choice, **changes)
