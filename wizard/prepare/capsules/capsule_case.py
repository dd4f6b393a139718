"""One app as the parts of a proposal see it, where each of its processes becomes a capsule."""

import functools

from wizard.document.repository.runtime_pins import json_object
from wizard.mapping.names import clock_service
from wizard.mapping.problem import Problem
from wizard.model.mapping import ProcessChoice
from wizard.model.system import Job, System
from wizard.prepare.buildpacks import Built, built_with
from wizard.prepare.capsules.clock_names import clock_command
from wizard.prepare.capsules.commands import lines_together, own_processes
from wizard.prepare.capsules.draft import Draft
from wizard.prepare.case import Case

KINDS = ("backend", "docker", "frontend")


class CapsuleCase:
    """An app, what was decided for it, and its code; `draft` is what the code is to become."""

    def __init__(self, case: Case, system: System | None) -> None:
        self.case = case
        self.app = case.app
        self.mapping = case.mapping
        self.profile = case.profile
        self.checkout = case.checkout
        self.system = system
        self.draft = Draft(case.checkout)

    @functools.cached_property
    def built(self) -> Built:
        return built_with(self.app, self.checkout)

    @property
    def language(self) -> str:
        """As in `wizard.prepare.language`: "nodejs"."""
        return self.built.language.name

    @functools.cached_property
    def processes(self) -> tuple[ProcessChoice, ...]:
        """Those that have a capsule for themselves or begin one."""
        return own_processes(self.mapping, self.app.id)

    def kind(self, choice: ProcessChoice) -> str:
        return choice.capsule or "backend"

    @functools.cached_property
    def clock(self) -> str | None:
        """The service of the clock, where it has a capsule of its own."""
        return clock_service(self.mapping, self.app.id)

    @property
    def clock_kind(self) -> str:
        """What the clock's own capsule is: an image, where the target's builders build nothing of the app."""
        running = [kind for one in self.processes if (kind := self.kind(one)) != "frontend"]
        return "docker" if running and "backend" not in running else "backend"

    def kinds(self) -> set[str]:
        """The kinds of all its capsules."""
        return {self.kind(one) for one in self.processes} | ({self.clock_kind} if self.clock else set())

    @functools.cached_property
    def package(self) -> dict[str, object]:
        """package.json, empty where it cannot be read."""
        return json_object(self.checkout.files, "package.json") or {}

    @property
    def scripts(self) -> dict[str, str]:
        """The scripts of package.json."""
        told = self.package.get("scripts")
        return {k: v for k, v in told.items() if isinstance(v, str)} if isinstance(told, dict) else {}

    @functools.cached_property
    def commands(self) -> dict[str, str]:
        """Commands by process type; Heroku runs `npm start` where nothing names another for `web`."""
        default = {"web": "npm start"} if self.language == "nodejs" and "start" in self.scripts else {}
        return default | self.case.commands

    def together(self, choice: ProcessChoice) -> dict[str, str]:
        """The commands in one capsule, by process type."""
        return lines_together(self.mapping, choice, self.commands, clock_command(self.language))

    @functools.cached_property
    def clock_jobs(self) -> tuple[tuple[Job, str], ...]:
        """The jobs that a clock starts, with the process type in whose capsule it runs ("": its own)."""
        chosen = {
            one.job_id: one.process
            for one in self.mapping.jobs
            if one.app_id == self.app.id and one.action == "in-process"
        }
        return tuple((job, chosen[job.id]) for job in self.app.jobs or () if job.id in chosen)

    def problem(self, code: str, text: str, remedy: str, *, blocks: bool = False) -> Problem:
        """A problem of this app; it only has to be known, if nothing else is said."""
        return self.case.problem(code, text, remedy, blocks=blocks)
