"""Everything that Heroku tells of one app, part by part, and what becomes of a part that it does not tell.

What Heroku's own lists of the whole account say is not asked again (`AccountLists`); what such a list does
not know of an app is asked of the app itself, so that nothing depends on what the list leaves out.
"""

import asyncio
import urllib.parse
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from providers.heroku import github, network_parts
from providers.heroku.add_ons import AccountLists, read_add_ons, read_attachments, scheduler_of
from providers.heroku.answers import Gone, Refused
from providers.heroku.app_told import AppLostError, AppReading, Row
from providers.heroku.autoscale import may_scale, read_autoscale
from providers.heroku.config import read_config
from providers.heroku.deploy_path import Evidence, deploy_of
from providers.heroku.fields import name_or_text, number, text
from providers.heroku.gaps import Topic, hole, part_of
from providers.heroku.jobs import SCHEDULER, read_jobs
from providers.heroku.people import collaborator, enabled
from providers.heroku.releases import (
    build_noun,
    buildpack_name,
    current_of,
    read_builds,
    read_image,
    read_releases,
    release_nouns,
)
from providers.heroku.survey import NOTHING_ASKED, Survey
from wizard.model.delivery import GitHubLink
from wizard.model.network import Certificate, Drain, TelemetryDrain, Webhook
from wizard.model.system import Gap
from wizard.model.text import clean
from wizard.model.trouble import SecondFactorNeeded, Trouble

S = TypeVar("S", Drain, TelemetryDrain, Webhook)

CORE: Final = ("process types", "add-ons", "attachments", "config vars")
"""Parts without which nobody knows what an app needs: until they are read it cannot be moved."""

_TELLING: Final = ("process types", "config vars", "releases", "domains")
"""Parts that are asked of the app itself, by which one that refuses everything is known."""

_TOPICS: Final = {
    "current code": Topic(
        "current code",
        "The code that {name} runs, and its process types, are not known from its slug or image.",
        "The code that {count} apps run is not known from their slugs or images: {names}.",
    ),
    "autoscaling": Topic(
        "autoscaling",
        "Whether Heroku scales web of {name} by itself is not known.",
        "Whether Heroku scales web of {count} apps by itself is not known: {names}.",
    ),
}
"""Of parts that are no plural."""


@dataclass(frozen=True)
class _Part:
    """One part: what it is in words, who reads it, whether another host than the API's tells it."""

    what: str
    read: Callable[[], Awaitable[object]]
    side: bool = False


class AppReader:
    """Reads one app, all parts side by side; with `only`, those of these names."""

    def __init__(self, survey: Survey, row: Row, lists: AccountLists, *, only: Collection[str] = ()) -> None:
        self._survey = survey
        self._client = survey.client
        self._lists = lists
        self._row = row
        self._id = text(row, "id")
        self._name = text(row, "name")
        self._path = f"/apps/{urllib.parse.quote(self._id, safe='')}"
        self._fir = name_or_text(row, "generation") == "fir"
        self._container = text(row, "stack", "name") == "container"
        self._only = only
        self._reading = AppReading(row)
        self._failed: dict[str, Trouble] = {}
        self._done = {part.what: asyncio.Event() for part in self._parts()}
        self._history: list[Row] | None = None
        self._built: list[Row] | None = None
        self._link: GitHubLink | None = None
        self._domain_names: dict[str, str] = {}
        self._certificates: list[tuple[Certificate, bool]] = []
        survey.progress.expect(len(self._done))

    async def read(self) -> AppReading:
        """Read all parts side by side.

        Raises:
            AppLostError: the app has vanished, or refuses nearly everything.
            Trouble: the token is no longer good, or Heroku is down.
        """
        async with asyncio.TaskGroup() as group:
            for part in self._parts():
                group.create_task(self._one(part))
        await self._lost()
        await self._add_ons_again()
        self._conclude()
        for what in self._done:
            if trouble := self._failed.get(what):
                self._reading.unread.append(what)
                topic = _TOPICS.get(what) or part_of(what)
                self._survey.findings.append(hole(topic, self._id, self._name, trouble, self._id))
            elif what == "current code" and "releases" in self._failed:
                # The releases say what it is; that they are not known is gap enough.
                self._reading.unread.append(what)
        return self._reading

    def _parts(self) -> list[_Part]:
        parts = [
            _Part("process types", self._read_formation),
            _Part("add-ons", self._read_add_ons),
            _Part("attachments", self._read_attachments),
            _Part("config vars", self._read_config),
            _Part("releases", self._read_releases),
            _Part("current code", self._read_image),
            _Part("builds", self._read_builds),
            _Part("domains", self._read_domains),
            _Part("certificates", self._read_certificates),
            _Part("collaborators", self._read_collaborators),
            _Part("features", self._read_features),
            _Part("webhooks", self._read_webhooks),
            _Part("log drains", self._read_drains),
            _Part("scheduler jobs", self._read_jobs, side=True),
        ]
        if self._fir:
            # Only Fir sends telemetry; its buildpacks stand in project.toml, and nothing scales it.
            parts.append(_Part("telemetry drains", self._read_telemetry))
        else:
            if not self._container:
                parts.append(_Part("buildpacks", self._read_buildpacks))
            parts.append(_Part("autoscaling", self._read_autoscale, side=True))
        if github.HOST in self._client.hosts:
            parts.append(_Part("GitHub links", self._read_link, side=True))
        return [part for part in parts if not self._only or part.what in self._only]

    async def _one(self, part: _Part) -> None:
        doing = f"{part.what} of {self._name}"
        self._survey.progress.began(doing)
        try:
            await self._survey.ask(part.what, part.read, side=part.side)
        except Trouble as trouble:
            self._survey.bear(trouble, side=part.side)
            self._failed[part.what] = trouble
        finally:
            self._done[part.what].set()
        self._survey.progress.ended(doing)

    async def _lost(self) -> None:
        """Whether it is the app that is missing, and not parts of it."""
        telling = [what for what in _TELLING if what in self._done]
        refused = [
            trouble
            for what in telling
            if isinstance(trouble := self._failed.get(what), Refused | SecondFactorNeeded)
        ]
        if len(refused) == len(telling):
            raise _lost_by(refused[0])
        if not any(isinstance(trouble, Gone) for trouble in self._failed.values()):
            return
        # Every list of an app that is there is told, an empty one too: what is 404 is not known.
        try:
            await self._survey.ask("the app", lambda: self._client.get(self._path))
        except Gone as trouble:
            why = "It vanished (renamed or deleted) while Offramp was reading."
            raise AppLostError(why, trouble) from None
        except (Refused, SecondFactorNeeded) as trouble:
            raise _lost_by(trouble) from None
        except Trouble as trouble:
            # It is there, as far as anybody knows; its parts say for themselves what is wrong.
            self._survey.bear(trouble)

    async def _add_ons_again(self) -> None:
        """A release names the plans of its app's add-ons: one that the account's list does not have shows
        that the list is not the whole truth about this app."""
        if not self._lists.complete or {"add-ons", "releases"} & self._failed.keys():
            return
        told = self._reading.release.get("addon_plan_names")
        plans = {name for name in told if isinstance(name, str)} if isinstance(told, list) else set()
        if not plans <= {text(row, "plan", "name") for row in self._reading.add_ons}:
            try:
                self._reading.add_ons = await self._survey.ask(
                    "add-ons", lambda: read_add_ons(self._client, self._id)
                )
                self._reading.attachments = await self._survey.ask(
                    "attachments", lambda: read_attachments(self._client, self._id)
                )
            except Trouble as trouble:
                self._survey.bear(trouble)
                self._failed["add-ons"] = trouble

    def _conclude(self) -> None:
        """What follows from several parts together."""
        one = self._reading
        one.certificates = tuple(
            network_parts.with_acm(each, told, one.domains, self._domain_names)
            for each, told in sorted(self._certificates, key=lambda pair: (pair[0].name, pair[0].id))
        )
        one.deploy = deploy_of(
            Evidence(
                releases=self._history,
                builds=self._built,
                link=self._link,
                link_told=github.HOST in self._client.hosts and "GitHub links" not in self._failed,
                stack=text(self._row, "stack", "name"),
                repo_size=number(self._row, "repo_size"),
            )
        )
        for name in ("BUILDPACK_URL", "LANGUAGE_PACK_URL"):
            if (value := one.config.get(name)) and not self._fir and not self._container:
                # It wins over the list (heroku/cli).
                one.buildpacks = (clean(buildpack_name(value.reveal())),)
                break

    async def _read_formation(self) -> None:
        variant = "docker-releases" if self._container else ""
        self._reading.formation = await self._client.get_all(f"{self._path}/formation", variant=variant)

    async def _read_add_ons(self) -> None:
        self._reading.add_ons = await self._lists.add_ons_of(self._client, self._id)

    async def _read_attachments(self) -> None:
        self._reading.attachments = await self._lists.attachments_of(self._client, self._id)

    async def _read_config(self) -> None:
        self._reading.config = await read_config(self._client, self._id)

    async def _read_releases(self) -> None:
        self._history = await read_releases(self._client, self._id, fir=self._fir)
        self._reading.release = current_of(self._history)
        self._reading.releases = release_nouns(self._history)

    async def _read_image(self) -> None:
        await self._done["releases"].wait()
        if self._container:
            await self._done["process types"].wait()
        one = self._reading
        one.image, one.commands = await read_image(self._client, self._id, one.release, one.formation)

    async def _read_builds(self) -> None:
        self._built = await read_builds(self._client, self._id)
        self._reading.builds = tuple(build_noun(row) for row in self._built)

    async def _read_domains(self) -> None:
        rows = await self._client.get_all(f"{self._path}/domains")
        self._domain_names = {text(row, "id"): text(row, "hostname") for row in rows}
        found = [network_parts.domain(row) for row in rows]
        self._reading.domains = tuple(sorted(found, key=lambda one: (one.kind != "heroku", one.hostname)))

    async def _read_certificates(self) -> None:
        rows = await self._client.get_all(f"{self._path}/sni-endpoints")
        self._certificates = [(network_parts.certificate(row), network_parts.tells_acm(row)) for row in rows]

    async def _read_drains(self) -> None:
        try:
            rows = await self._client.get_all(f"{self._path}/log-drains")
        except Trouble as trouble:
            if not self._fir or trouble.code != "not-taken":
                raise
            rows = []  # Fir sends logs by telemetry drains
        self._reading.drains = _by_address(network_parts.drain(row) for row in rows)

    async def _read_telemetry(self) -> None:
        rows = await self._client.get_all(f"{self._path}/telemetry-drains")
        self._reading.telemetry = _by_address(network_parts.telemetry(row) for row in rows)

    async def _read_webhooks(self) -> None:
        rows = await self._client.get_all(f"{self._path}/webhooks", variant="webhooks")
        self._reading.webhooks = _by_address(network_parts.webhook(row) for row in rows)

    async def _read_buildpacks(self) -> None:
        rows = await self._client.get_all(f"{self._path}/buildpack-installations", order="")
        ordered = sorted(rows, key=lambda row: number(row, "ordinal") or 0)
        names = (text(row, "buildpack", "name") or text(row, "buildpack", "url") for row in ordered)
        self._reading.buildpacks = tuple(buildpack_name(name) for name in names if name)

    async def _read_collaborators(self) -> None:
        rows = await self._client.get_all(f"{self._path}/collaborators")
        people = [collaborator(row) for row in rows]
        self._reading.collaborators = tuple(sorted(people, key=lambda one: one.email))

    async def _read_features(self) -> None:
        self._reading.features = enabled(await self._client.get_all(f"{self._path}/features"))

    async def _read_link(self) -> None:
        self._link = await github.read_link(self._client, self._id)

    async def _read_autoscale(self) -> object:
        await self._done["process types"].wait()
        if not may_scale(self._reading.formation):
            return NOTHING_ASKED
        self._reading.autoscale = await read_autoscale(self._client, self._id)
        return None

    async def _read_jobs(self) -> None:
        """The jobs, or a question for a person. Undocumented: whatever goes wrong is only told there."""
        await self._done["add-ons"].wait()
        scheduler, why = scheduler_of(self._id, self._reading.add_ons), ""
        if not scheduler:
            return
        self._reading.jobs = None
        if scheduler == SCHEDULER:
            try:
                self._reading.jobs = await read_jobs(self._client, self._id)
                return
            except Trouble as trouble:
                if trouble.code == "rate-limit":
                    raise
                why = trouble.cause
        else:
            why = f"The add-on {scheduler} keeps them, and Heroku's API does not tell them."
        self._survey.gaps.append(
            Gap(
                key=f"jobs:{self._id}",
                kind="jobs",
                app_id=self._id,
                question=f"Which jobs does the scheduler of {self._name} run, and when?",
                why=why,
                group="scheduler jobs",
            )
        )


def _by_address(found: Iterable[S]) -> tuple[S, ...]:
    """In an order that stays from one reading to the next."""
    return tuple(sorted(found, key=lambda one: (one.address, one.id)))


def _lost_by(refusal: Trouble) -> AppLostError:
    """Who lacks a second factor must know what to do; other refusals say what they are."""
    remedy = f" {refusal.remedy}" if isinstance(refusal, SecondFactorNeeded) else ""
    return AppLostError(f"{refusal.cause}{remedy}", refusal)
