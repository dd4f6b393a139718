"""Pipelines: their stages, also of apps that this account cannot read, review apps and the repository.

Platform API v3 (heroku/cli): `/pipelines` and `/pipeline-couplings` list what the account can see, an app's
own coupling is 404 when it is in none; review apps are in the variant 3.review-apps, and a pipeline without
them answers 404. The repository is told by kolkrabbi only.
"""

import asyncio
import urllib.parse
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from providers.heroku import github
from providers.heroku.fields import flag, name_or_text, number, text
from providers.heroku.gaps import Topic, part_of
from providers.heroku.survey import Survey
from wizard.model.delivery import Pipeline, PipelineApp, ReviewApp, ReviewApps
from wizard.model.text import clean

Row = dict[str, Any]
T = TypeVar("T")
D = TypeVar("D")

STAGES: Final = ("test", "review", "development", "staging", "production")
"""In the order of promotion."""

_COUPLINGS: Final = Topic(
    "pipeline",
    "The pipeline of {name} is not known.",
    "The pipelines of {count} apps are not known: {names}.",
)
_PIPELINES: Final = Topic("pipelines", "Not all pipelines are known.", "Not all pipelines are known.")


def _part(what: str) -> Topic:
    return part_of(what, "the pipeline {name}", "pipelines")


_NAMES: Final = _part("name and owner")
_APPS: Final = _part("apps")
_CONFIG: Final = _part("settings of review apps")
_REVIEW_APPS: Final = _part("review apps")
_STAGE_CONFIG: Final = _part("config vars")
_REPOSITORIES: Final = _part("GitHub links")


@dataclass
class PipelineReading:
    """The answers about one pipeline; None for what was not told."""

    row: Row
    couplings: list[Row] | None = None
    config: Row = field(default_factory=dict)
    review_apps: list[Row] = field(default_factory=list)
    repository: str | None = None
    stage_config: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class PipelinesRead:
    """All pipelines by id, and the coupling of each app that is in one."""

    pipelines: dict[str, PipelineReading] = field(default_factory=dict)
    couplings: dict[str, Row] = field(default_factory=dict)


async def read_pipelines(survey: Survey, apps: Awaitable[list[Row]]) -> PipelinesRead:
    """Read the pipelines of the lists and all that is in them; then ask each app that is in none of these,
    and read what that leads to.

    Args:
        apps: the rows of the apps, once they are known.
    """
    client, found = survey.client, PipelinesRead()
    async with asyncio.TaskGroup() as group:
        listing = group.create_task(
            survey.part("pipelines", lambda: client.get_all("/pipelines"), list[Row](), topic=_PIPELINES)
        )
        # What fails here is asked of each app instead.
        coupling = group.create_task(
            survey.perhaps("pipelines of all apps", lambda: client.get_all("/pipeline-couplings"))
        )
    rows = {text(row, "id"): row for row in listing.result() if text(row, "id")}
    _couple(found, coupling.result() or ())
    await _read_some(survey, found, {*rows, *_pipelines_of(found)}, rows)
    lonely = [row for row in await apps if text(row, "id") not in found.couplings]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_coupling(survey, row)) for row in lonely]
    _couple(found, (row for task in tasks if (row := task.result())))
    await _read_some(survey, found, _pipelines_of(found) - found.pipelines.keys(), rows)
    return found


async def _read_some(survey: Survey, found: PipelinesRead, marks: set[str], rows: Mapping[str, Row]) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = {
            mark: group.create_task(_PipelineReader(survey, mark, rows.get(mark)).read())
            for mark in sorted(marks)
        }
    for mark, task in tasks.items():
        found.pipelines[mark] = task.result()
        _couple(found, task.result().couplings or ())


def _couple(found: PipelinesRead, rows: Iterable[Row]) -> None:
    for row in rows:
        if text(row, "app", "id") and text(row, "pipeline", "id"):
            found.couplings.setdefault(text(row, "app", "id"), row)


def _pipelines_of(found: PipelinesRead) -> set[str]:
    return {text(row, "pipeline", "id") for row in found.couplings.values()}


async def _coupling(survey: Survey, app: Row) -> Row | None:
    """An app's own coupling; None when it is in no pipeline, or that could not be read."""
    app_id, name = text(app, "id"), text(app, "name")
    found = await survey.part(
        f"pipeline of {name}",
        lambda: survey.client.get(f"/apps/{_quoted(app_id)}/pipeline-couplings"),
        None,
        topic=_COUPLINGS,
        mark=app_id,
        name=name,
        app_id=app_id,
        may_lack=True,
    )
    return {"app": {"id": app_id}, **found} if isinstance(found, dict) else None


class _PipelineReader:
    """Reads one pipeline. `row` is what the list says of it, None when it is not in it."""

    def __init__(self, survey: Survey, mark: str, row: Row | None) -> None:
        self._survey = survey
        self._client = survey.client
        self._mark = mark
        self._row = row
        self._name = text(row, "name") or mark
        self._path = f"/pipelines/{_quoted(mark)}"

    async def read(self) -> PipelineReading:
        """Everything of it, side by side."""
        path, variant = self._path, "review-apps"
        get, get_all = self._client.get, self._client.get_all
        async with asyncio.TaskGroup() as group:
            told = group.create_task(self._itself())
            couplings = group.create_task(
                self._ask("apps", _APPS, lambda: get_all(f"{path}/pipeline-couplings"), None)
            )
            config = group.create_task(
                self._ask(
                    "review app settings",
                    _CONFIG,
                    lambda: get(f"{path}/review-app-config", variant=variant),
                    None,
                    may_lack=True,
                )
            )
            review_apps = group.create_task(
                self._ask(
                    "review apps",
                    _REVIEW_APPS,
                    lambda: get_all(f"{path}/review-apps", variant=variant),
                    list[Row](),
                    may_lack=True,
                )
            )
            linked = group.create_task(self._repository())
            stages = {stage: group.create_task(self._config_of(stage)) for stage in ("test", "review")}
        settings = config.result()
        return PipelineReading(
            row=told.result(),
            couplings=couplings.result(),
            config=settings if isinstance(settings, dict) else {},
            review_apps=review_apps.result(),
            repository=linked.result(),
            stage_config={stage: task.result() for stage, task in stages.items()},
        )

    async def _ask(
        self,
        what: str,
        topic: Topic,
        question: Callable[[], Awaitable[T]],
        otherwise: D,
        *,
        side: bool = False,
        may_lack: bool = False,
    ) -> T | D:
        return await self._survey.part(
            f"{what} of the pipeline {self._name}",
            question,
            otherwise,
            topic=topic,
            mark=self._mark,
            name=self._name,
            side=side,
            may_lack=may_lack,
        )

    async def _itself(self) -> Row:
        if self._row is not None:
            return self._row
        found = await self._ask("name", _NAMES, lambda: self._client.get(self._path), None)
        # Somebody else's, or not told now: its id still groups the apps.
        return {**found, "id": self._mark} if isinstance(found, dict) else {"id": self._mark}

    async def _repository(self) -> str | None:
        if github.HOST not in self._client.hosts:
            return None
        return await self._ask(
            "repository",
            _REPOSITORIES,
            lambda: github.read_repository(self._client, self._mark),
            None,
            side=True,
        )

    async def _config_of(self, stage: str) -> tuple[str, ...]:
        async def question() -> tuple[str, ...]:
            # Values are secrets, and stay on Heroku.
            values = await self._client.get_raw(f"{self._path}/stage/{stage}/config-vars")
            return tuple(sorted(clean(one) for one in values if values[one] is not None))

        return await self._ask(f"{stage} config vars", _STAGE_CONFIG, question, (), may_lack=True)


def pipeline_noun(
    one: PipelineReading, known: Iterable[Row], names: Mapping[str, str], places: Mapping[str, str]
) -> Pipeline:
    """Make one pipeline's noun.

    Args:
        known: the couplings that are known beside the pipeline's own list.
        names: names of apps by id, those not read included.
        places: names of spaces, teams and accounts by id, for the owner and for where review apps are made.
    """
    mark = text(one.row, "id")
    rows = [*(one.couplings or ()), *(row for row in known if text(row, "pipeline", "id") == mark)]
    apps = {
        app_id: PipelineApp(app_id=app_id, app_name=names.get(app_id, ""), stage=text(row, "stage"))
        for row in rows
        if (app_id := text(row, "app", "id"))
    }
    return Pipeline(
        id=mark,
        name=text(one.row, "name") or mark,
        owner=_owner(one.row, places),
        generation=name_or_text(one.row, "generation") or "cedar",
        apps=tuple(sorted(apps.values(), key=lambda app: (_place(app.stage), app.app_name, app.app_id))),
        repository=one.repository,
        review=_review(one.config, places) if one.config else None,
        review_apps=tuple(_review_app(row) for row in one.review_apps),
        test_config=one.stage_config.get("test", ()),
        review_config=one.stage_config.get("review", ()),
    )


def _owner(row: Row, places: Mapping[str, str]) -> str:
    """ "team acme", "user robin@acme.example"; with an id where nothing tells the name."""
    kind, mark = text(row, "owner", "type"), text(row, "owner", "id")
    return f"{kind} {text(row, 'owner', 'name') or places.get(mark, mark)}".strip()


def _place(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


def _review(said: Row, places: Mapping[str, str]) -> ReviewApps:
    target = text(said, "deploy_target", "id")
    kind = text(said, "deploy_target", "type")
    return ReviewApps(
        automatic=flag(said, "automatic_review_apps"),
        base_name=text(said, "base_name"),
        destroy_stale=flag(said, "destroy_stale_apps"),
        stale_days=number(said, "stale_days"),
        wait_for_ci=flag(said, "wait_for_ci"),
        target=f"{kind} {text(said, 'deploy_target', 'name') or places.get(target, target)}".strip(),
    )


def _review_app(row: Row) -> ReviewApp:
    return ReviewApp(
        branch=text(row, "branch"),
        status=text(row, "status"),
        pr_number=number(row, "pr_number"),
        app_id=text(row, "app", "id") or None,
    )


def _quoted(part: str) -> str:
    return urllib.parse.quote(part, safe="")
