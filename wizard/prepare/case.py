"""One app as the parts of the prepare stage see it."""

import functools
from typing import Literal

from wizard.document.checkout import Checkout
from wizard.document.procfile import Procfile
from wizard.document.repository.code_nouns import HerokuYml
from wizard.mapping.problem import Problem
from wizard.model.mapping import AppChoice, Mapping, ProcessChoice
from wizard.model.system import App, Job
from wizard.ports import ImageRules, Profile
from wizard.prepare.file_change import FileChange
from wizard.prepare.own_dockerfile import start_command
from wizard.prepare.schedules import cron_jobs

Part = tuple[list[FileChange], list[Problem]]
"""What a part proposes, and what a person should know."""


class Case:
    """An app, what was decided for it, the target and the code. Nothing in it changes."""

    def __init__(self, app: App, mapping: Mapping, profile: Profile, checkout: Checkout) -> None:
        self.app = app
        self.mapping = mapping
        self.profile = profile
        self.checkout = checkout

    @functools.cached_property
    def choice(self) -> AppChoice:
        """What was decided for the app."""
        return self.mapping.app(self.app.id) or AppChoice(app_id=self.app.id)

    @functools.cached_property
    def processes(self) -> tuple[ProcessChoice, ...]:
        """What was decided for its process types."""
        return tuple(choice for choice in self.mapping.processes if choice.app_id == self.app.id)

    @functools.cached_property
    def jobs(self) -> tuple[Job, ...]:
        """The scheduler jobs that become lines of a crontab."""
        return cron_jobs(self.app, self.mapping)

    @property
    def rules(self) -> ImageRules:
        return self.profile.capabilities.images

    @property
    def elsewhere(self) -> bool:
        """Whether its image is built elsewhere, and not by the target after a git push."""
        return self.choice.way == "image" or bool(self.choice.way != "git" and self.choice.image)

    @property
    def container(self) -> bool:
        """Whether Heroku runs images that were built from Dockerfiles."""
        return self.app.stack == "container"

    @functools.cached_property
    def dockerfiles(self) -> dict[str, str]:
        """Paths of Dockerfiles by process type, as heroku.yml or their names say; empty without either."""
        if not self.container:
            return {}
        told = self.checkout.heroku_yml
        if told is not None and told.images:
            return dict(told.images)
        named = [name for name in self.checkout.names if name.startswith("Dockerfile.")]
        return {name.removeprefix("Dockerfile."): name for name in named}

    @functools.cached_property
    def commands(self) -> dict[str, str]:
        """Commands by process type: of the code, which is deployed next, else what Heroku runs now."""
        running = {process.type: process.command for process in self.app.processes if process.command}
        if self.app.release_command:
            running.setdefault("release", self.app.release_command)
        if not self.container:
            return running | self._procfile()
        told = self.checkout.heroku_yml or HerokuYml()
        written = {run.type: run.command for run in told.run if run.command}
        if told.release_command:
            written["release"] = told.release_command
        every = self._of_images() | running | written
        return {type_: command for type_, command in every.items() if command}

    def _procfile(self) -> dict[str, str]:
        procfile = self.checkout.procfile or Procfile(commands={})
        return {name: command for name, command in procfile.commands.items() if command}

    def _of_images(self) -> dict[str, str]:
        """What the images run by themselves."""
        paths = self.dockerfiles or {process.type: "Dockerfile" for process in self.app.processes}
        texts = {type_: self.checkout.files.get(path, "") for type_, path in paths.items()}
        return {type_: start_command(text) for type_, text in texts.items() if text}

    def problem(self, code: str, text: str, remedy: str, *, blocks: bool = True) -> Problem:
        """A problem of this app."""
        return Problem(code=code, component=self.app.name, text=text, remedy=remedy, blocks=blocks)

    def services(self) -> dict[str, tuple[str, str]]:
        """Service name and command by process type, of those that become services."""
        return {
            choice.type: (choice.service, self.commands.get(choice.type, ""))
            for choice in self.processes
            if choice.action == "service"
        }

    def moved(self, action: Literal["service", "release-hook"]) -> tuple[ProcessChoice, ...]:
        return tuple(choice for choice in self.processes if choice.action == action)
