"""The rows of the map: each component, what it is on Heroku, what it becomes, and how that stands."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from screens.map_capsules import code_becomes, files_become, job_becomes, process_becomes, process_details
from screens.map_network import domain_becomes, drain_address, drain_becomes, drains_by_app
from screens.map_spaces import in_space, space_becomes, why_environment
from screens.map_stores import store_after, store_before
from screens.map_ways import WHY
from screens.monitor.line import Tone
from screens.quantities import size
from wizard.choose.capsule_kind import has_capsules
from wizard.document.answers import when
from wizard.mapping.check import Component, components
from wizard.mapping.check_spaces import space_name
from wizard.mapping.check_ways import way_of
from wizard.mapping.problem import Problem
from wizard.mapping.spaces import space_of_data
from wizard.mapping.storages import storage_name
from wizard.mapping.store_config import part_of
from wizard.mapping.stores import store_of
from wizard.mapping.way_words import IN_WORDS, ON_HEROKU
from wizard.model.mapping import (
    AppChoice,
    ConfigChoice,
    DatabaseChoice,
    DomainChoice,
    DrainChoice,
    Mapping,
    ProcessChoice,
    StoreChoice,
)
from wizard.model.system import App, ConfigVar, Process, System
from wizard.ports import Profile

State = Literal["good", "look", "open", "left"]

MARKS: dict[State, tuple[str, Tone]] = {
    "good": ("✓", "good"),
    "look": ("⚠ look", "attention"),
    "open": ("? decide", "attention"),
    "left": ("✗ stays", "muted"),
}

LEAVING = ("leave", "drop", "by-hand")


@dataclass(frozen=True)
class Entry:
    """A row before it is laid out. `component` is empty for a row that sums up others; `why` is the reason of
    the choice, `problem` what is to be looked at or solved first."""

    id: str
    depth: int
    name: str
    before: str
    after: str
    state: State
    component: Component = ()
    why: str = ""
    problem: Problem | None = None


def row_id(component: Component) -> str:
    """The id of a component's row; a config var's name may hold anything but a line break."""
    return "\n".join(component)


def entries(
    system: System, mapping: Mapping, profile: Profile, found: Collection[Problem], opened: Collection[str]
) -> list[Entry]:
    """All rows in the order of the inventory. `opened` are apps whose copied config vars are listed."""
    maker = _Maker(system, mapping, profile, found)
    rows = [maker.environment(), *maker.team(), *maker.region(), *maker.spaces(), maker.port()]
    for app in system.apps:
        rows += maker.app(app, opened)
    rows += maker.space_drains()
    rows += maker.databases()
    rows += maker.stores()
    rows += maker.add_ons()
    return rows


class _Maker:
    def __init__(
        self, system: System, mapping: Mapping, profile: Profile, found: Collection[Problem]
    ) -> None:
        self.system = system
        self.mapping = mapping
        self.profile = profile
        self.names = components(system)
        # An account may have thousands of config vars: each is looked up, none is searched for.
        self.config: dict[str, list[ConfigChoice]] = {}
        for one in mapping.config:
            self.config.setdefault(one.app_id, []).append(one)
        self.processes = {(one.app_id, one.type): one for one in mapping.processes}
        self.jobs = {(one.app_id, one.job_id): one for one in mapping.jobs}
        self.domains: dict[str, list[DomainChoice]] = {}
        for domain in mapping.domains:
            self.domains.setdefault(domain.app_id, []).append(domain)
        self.drains = drains_by_app(mapping)
        self.files = {one.app_id: one for one in mapping.storages}
        self.apps = {one.app_id: one for one in mapping.apps}
        self.add_on_of = {one.id: one for one in system.add_ons}
        self.problems: dict[str, Problem] = {}
        for problem in found:
            for name in problem.component.split(", "):
                self.problems.setdefault(name, problem)

    def _entry(
        self, component: Component, depth: int, name: str, becomes: tuple[str, str], *, action: str, why: str
    ) -> Entry:
        before, after = becomes
        problem = self.problems.get(self.names.get(component, component[-1]))
        state: State = "left" if action in LEAVING else "good"
        if problem is not None:
            state = "open" if problem.blocks else "look"
        elif action == "undecided":
            state = "open"
        return Entry(row_id(component), depth, name, before, after, state, component, why, problem)

    # -- what is there once -------------------------------------------------------------------------

    def environment(self) -> Entry:
        word = self.profile.words.get("environment", "environment")
        problem = self.problems.get(word)
        how = "is created" if self.mapping.create_environment else "is there already"
        after = f"{self.mapping.environment or '?'} ({how})"
        state: State = "open" if problem and problem.blocks else "good"
        if state == "good" and problem is not None:
            state = "look"
        why = why_environment(self.system, self.mapping, self.profile)
        return Entry("environment", 0, word, "", after, state, ("environment",), why, problem)

    def team(self) -> Iterator[Entry]:
        known = self.profile.capabilities.teams
        if not self.mapping.create_environment or not (known or self.mapping.team):
            return
        problem = self.problems.get("team")
        only = next(iter(known)) if len(known) == 1 else "?"
        state: State = "open" if problem else "good"
        why = "it pays for what is made, and its members see it"
        yield Entry("team", 0, "team", "", self.mapping.team or only, state, ("team",), why, problem)

    def region(self) -> Iterator[Entry]:
        if not self.mapping.create_environment or not self.profile.capabilities.regions:
            return
        problem = self.problems.get("region")
        state: State = "good" if problem is None else "open" if problem.blocks else "look"
        today = ", ".join(sorted({app.region for app in self.system.apps if app.region}))
        why = "where the data is today, or nearest to it"
        stacks = [one for one in self.profile.capabilities.stacks if one.region == self.mapping.region]
        if stacks and not self.mapping.stack and not any(one.dedicated for one in stacks):
            why += ", on a stack shared with others, where no regulated data may be"
        after = (self.mapping.region or "?") + (f", on {self.mapping.stack}" if self.mapping.stack else "")
        yield Entry("region", 0, "region", today, after, state, ("region",), why, problem)

    def spaces(self) -> Iterator[Entry]:
        """Further environments."""
        word = self.profile.words.get("environment", "environment")
        for space in self.mapping.spaces:
            component = ("space", space.name)
            self.names[component] = space_name(word, space.name)
            becomes = ("", space_becomes(space, self.mapping, self.profile))
            why = f"a database in it is reached only by what is in it; other {word}s call it by https"
            yield self._entry(component, 0, f"another {word}", becomes, action="move", why=why)

    def port(self) -> Entry:
        problem = self.problems.get("port")
        state: State = "open" if problem and problem.blocks else "good"
        why = "web processes listen on it; they get it as PORT"
        return Entry(
            "port", 0, "port", "set by Heroku", str(self.mapping.port), state, ("port",), why, problem
        )

    # -- an app and what hangs on it ------------------------------------------------------------------

    def app(self, app: App, opened: Collection[str]) -> Iterator[Entry]:
        choice = self.apps.get(app.id)
        action: str = choice.action if choice else "undecided"
        word = self.profile.words.get("app", "app")
        becomes = f"{word} {choice.handle if choice else ''}"
        if choice and choice.space:
            becomes = in_space(self.mapping, choice.space, choice.handle)
        after = {"move": becomes, "leave": "left behind"}.get(action, "?")
        yield self._entry(
            ("app", app.id),
            0,
            app.name,
            (f"app · {app.region}", after),
            action=action,
            why=choice.reason if choice else "",
        )
        if action == "leave":
            return
        if choice is not None and (len(self.profile.capabilities.ways) > 1 or choice.way == "linked"):
            yield self._way(app, choice)
        for process in app.processes:
            yield self._process(app, process, self.processes.get((app.id, process.type)))
        for job in app.jobs or ():
            chosen = self.jobs.get((app.id, job.id))
            action = chosen.action if chosen else "undecided"
            after = {"cron": "crontab, " + when(job), "leave": "left behind"}.get(action, "?")
            after = (job_becomes(chosen) if chosen else "") or after
            yield self._entry(
                ("job", app.id, job.id),
                1,
                f"job {job.command}",
                (when(job), after),
                action=action,
                why=chosen.reason if chosen else "",
            )
        yield from self._files(app)
        yield from self._config(app, opened)
        for domain in self.domains.get(app.id, ()):
            after = domain_becomes(domain)
            if domain.action == "endpoint" and has_capsules(self.profile):
                after = "a domain of web"
            # By hand is a way to go on, not a loss.
            action = "move" if domain.action == "by-hand" else domain.action
            yield self._entry(
                ("domain", app.id, domain.hostname),
                1,
                domain.hostname,
                ("custom domain", after),
                action=action,
                why=domain.reason,
            )
        for drain in self.drains.get(app.id, ()):
            yield self._drain(drain, 1, "log drain")

    def _drain(self, drain: DrainChoice, depth: int, before: str) -> Entry:
        return self._entry(
            ("drain", drain.app_id, drain.drain_id),
            depth,
            drain_address(self.system, drain),
            (before, drain_becomes(drain)),
            action=drain.action,
            why=drain.reason,
        )

    def space_drains(self) -> Iterator[Entry]:
        """Those of Private Spaces: they get the logs of all apps that are there."""
        names = {space.id: space.name for space in self.system.spaces}
        for drain in self.drains.get("", ()):
            name = names.get(drain.space_id, "a space that is gone")
            yield self._drain(drain, 0, f"log drain of {name}")

    def _way(self, app: App, choice: AppChoice) -> Entry:
        component = ("way", app.id)
        self.names[component] = way_of(app.name)
        words = {**IN_WORDS, "image": choice.image or "Docker image ?", "linked": code_becomes(choice)}
        login = ", with a login that you gave" if choice.way == "image" and choice.private else ""
        becomes = (ON_HEROKU[app.deploy.kind], words[choice.way])
        name = "built from" if choice.way == "linked" else "deployed by"
        return self._entry(component, 1, name, becomes, action=choice.action, why=WHY[choice.way] + login)

    def _process(self, app: App, process: Process, choice: ProcessChoice | None) -> Entry:
        before = f"{process.quantity} x {process.size}"
        if process.type == "release":
            before = "on every release"
        action = choice.action if choice else "undecided"
        after = "?"
        if choice and action == "service":
            after = f"service {choice.service}, {choice.count} x {choice.memory_mb} MB"
        elif choice and action == "release-hook":
            hook = self.profile.capabilities.release_hook
            after = hook.key if hook else "release hook"
        elif action == "leave":
            after = "left behind"
        why = choice.reason if choice else ""
        if choice and (other := process_becomes(choice, self.profile)):
            after = other
            why = "; ".join(filter(None, (process_details(choice, process), why)))
        return self._entry(
            ("process", app.id, process.type), 1, process.type, (before, after), action=action, why=why
        )

    def _files(self, app: App) -> Iterator[Entry]:
        choice = self.files.get(app.id)
        if choice is not None:
            component = ("files", app.id)
            self.names[component] = storage_name(app.name)
            becomes = ("written to disk", files_become(choice))
            yield self._entry(component, 1, "files", becomes, action=choice.action, why=choice.reason)

    def _config(self, app: App, opened: Collection[str]) -> Iterator[Entry]:
        copied: list[ConfigChoice] = []
        others: list[ConfigChoice] = []
        for one in self.config.get(app.id, ()):
            plain = one.action == "copy" and not self._problem_of(app, one)
            (copied if plain else others).append(one)
        if copied:
            sign = "▾" if app.id in opened else "▸"
            words = f"{sign} {len(copied)} config var{'s' * (len(copied) != 1)}"
            yield Entry(
                f"copied\n{app.id}", 1, words, "", "copied", "good", (), "enter lists them one by one"
            )
        variables = {var.name: var for var in app.config}
        for one in copied if app.id in opened else ():
            yield self._var(app, one, variables.get(one.name), depth=2)
        for one in others:
            yield self._var(app, one, variables.get(one.name), depth=1)

    def _problem_of(self, app: App, one: ConfigChoice) -> Problem | None:
        return self.problems.get(self.names.get(("config", app.id, one.name), one.name))

    def _var(self, app: App, one: ConfigChoice, var: ConfigVar | None, *, depth: int) -> Entry:
        before = "not set" if var is None else "(empty)" if var.empty else self._origin(var)
        after = self._becomes(one)
        return self._entry(
            ("config", app.id, one.name), depth, one.name, (before, after), action=one.action, why=one.reason
        )

    def _origin(self, var: ConfigVar) -> str:
        reached = var.origin.add_on_id or var.copied_from
        found = self.add_on_of.get(reached)
        how = "from" if var.origin.add_on_id else "copied from"
        return f"{how} {found.name}" if found else "config var"

    def _becomes(self, one: ConfigChoice) -> str:
        match one.action:
            case "copy":
                return "copied"
            case "drop":
                return "dropped"
            case "undecided":
                return "?"
        if one.replacement == "database":
            handles = {s.add_on_id: s.handle for s in self.mapping.stores}
            handles |= {s.add_on_id: s.handle for s in self.mapping.databases}
            part = part_of(one.name) if store_of(self.mapping, one.refers_to) else "url"
            what = "URL" if part in ("", "url") else part
            return f"{what} of {handles.get(one.refers_to, 'the database')}"
        if one.replacement == "app-url":
            app = self.apps.get(one.refers_to)
            return f"address of {app.handle if app else 'the app'}"
        return f"the port, {self.mapping.port}"

    # -- add-ons --------------------------------------------------------------------------------------

    def databases(self) -> Iterator[Entry]:
        for choice in self.mapping.databases:
            yield self._database(choice)

    def _database(self, choice: DatabaseChoice) -> Entry:
        add_on = self.add_on_of.get(choice.add_on_id)
        told = add_on.postgres if add_on else None
        before = f"Postgres {told.version}" if told else "Postgres"
        if told and told.bytes is not None:
            before += f" · {size(told.bytes)}"
        after = {"leave": "left behind", "undecided": "?"}.get(choice.action, "")
        if not after:
            version = f"{choice.version} · " if choice.version else ""
            after = f"{choice.handle}, {version}{choice.memory_mb} MB · {choice.disk_gb} GB"
            after = in_space(self.mapping, space_of_data(self.mapping, choice.add_on_id), after)
        name = add_on.name if add_on else choice.add_on_id
        return self._entry(
            ("database", choice.add_on_id), 0, name, (before, after), action=choice.action, why=choice.reason
        )

    def stores(self) -> Iterator[Entry]:
        for choice in self.mapping.stores:
            add_on = self.add_on_of.get(choice.add_on_id)
            yield self._entry(
                ("add-on", choice.add_on_id),
                0,
                add_on.name if add_on else choice.add_on_id,
                (store_before(add_on, choice), self._store_after(choice)),
                # By hand is a way to go on, not a loss.
                action="move" if choice.action == "by-hand" else choice.action,
                why=choice.reason,
            )

    def _store_after(self, choice: StoreChoice) -> str:
        becomes = store_after(choice)
        if choice.action in ("leave", "undecided"):
            return becomes
        return in_space(self.mapping, space_of_data(self.mapping, choice.add_on_id), becomes)

    def add_ons(self) -> Iterator[Entry]:
        for choice in self.mapping.add_ons:
            add_on = self.add_on_of.get(choice.add_on_id)
            after = {"leave": "left behind", "by-hand": "you replace it"}.get(choice.action, "?")
            yield self._entry(
                ("add-on", choice.add_on_id),
                0,
                add_on.name if add_on else choice.add_on_id,
                (add_on.service if add_on else "", after),
                action=choice.action,
                why=choice.reason,
            )
