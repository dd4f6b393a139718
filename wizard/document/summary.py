"""What a screen shows of the inventory: the tree of apps, counts and the bill."""

from collections.abc import Iterable
from typing import Literal

from wizard.document.answers import when
from wizard.document.costs import app_cost, monthly_cost
from wizard.model.noun import Noun
from wizard.model.system import AddOn, App, System

POSTGRES = "heroku-postgresql"
SCHEDULER = "scheduler"

ORDER = {"production": 0, "staging": 1, "development": 2, "test": 3, "review": 4}
"""The stages of a pipeline as they are shown: what people use first."""


class Bill(Noun, frozen=True, kw_only=True):
    """A sum of US cents a month; `unknown` names what Heroku gave no price for, so is not in it."""

    cents: int
    unknown: tuple[str, ...] = ()


class Stage(Noun, frozen=True, kw_only=True):
    """Apps of one stage of a pipeline; `title` is empty for apps of no pipeline. `others` are id and name
    ("" where none was told) of apps in it that this account cannot read."""

    title: str
    app_ids: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()


class Branch(Noun, frozen=True, kw_only=True):
    """A pipeline with its stages, or the apps that are in none. `id` is the pipeline's; its name where an
    inventory tells no more of it, "" for none."""

    title: str
    in_pipeline: bool
    stages: tuple[Stage, ...]
    id: str = ""


class Counts(Noun, frozen=True, kw_only=True):
    """How much there is. `jobs` is None when not all jobs are known."""

    apps: int
    processes: int
    running: int
    config_vars: int
    databases: int
    add_ons: int
    custom_domains: int
    jobs: int | None
    database_bytes: int | None


OriginCounts = dict[str, int]
"""Config vars by kind of origin."""


class Line(Noun, frozen=True, kw_only=True):
    """One fact of an app: a name, what it says, and `look` when a person should look at it."""

    kind: Literal["process", "add-on", "attachment", "job", "domain", "drain", "config"]
    name: str
    text: str
    detail: str = ""
    look: bool = False


class AppFacts(Noun, frozen=True, kw_only=True):
    """All that stands in one app, in the order in which it is shown."""

    app_id: str
    name: str
    subtitle: str
    lines: tuple[Line, ...]
    config: OriginCounts
    bill: Bill


def is_postgres(add_on: AddOn) -> bool:
    """Whether an add-on is a Heroku Postgres database."""
    return add_on.service == POSTGRES or add_on.postgres is not None


def is_scheduler(add_on: AddOn) -> bool:
    """Whether an add-on is Heroku Scheduler, whose jobs are moved one by one."""
    return add_on.service == SCHEDULER


def databases(system: System) -> tuple[AddOn, ...]:
    """The Postgres add-ons."""
    return tuple(add_on for add_on in system.add_ons if is_postgres(add_on))


def tree(system: System) -> tuple[Branch, ...]:
    """Apps grouped by pipeline and stage, production first; apps of no pipeline come last. Pipelines without
    an app are among them."""
    ids = {pipeline.name: pipeline.id for pipeline in system.pipelines}
    # By name, stage: the apps that were read, and those that were not.
    branches: dict[str, dict[str, list[str]]] = {name: {} for name in ids}
    others: dict[tuple[str, str], list[tuple[str, str]]] = {}
    read = {app.id for app in system.apps}
    placed = set()
    for pipeline in system.pipelines:
        for one in pipeline.apps:
            listed = branches[pipeline.name].setdefault(one.stage, [])
            if one.app_id in read:
                listed.append(one.app_id)
                placed.add(one.app_id)
            else:
                others.setdefault((pipeline.name, one.stage), []).append((one.app_id, one.app_name))
    for app in system.apps:
        if app.id not in placed:
            stage = (app.pipeline_stage or "") if app.pipeline else ""
            branches.setdefault(app.pipeline or "", {}).setdefault(stage, []).append(app.id)
    return tuple(
        Branch(
            title=name or "no pipeline",
            in_pipeline=bool(name),
            stages=tuple(
                Stage(
                    title=stage,
                    app_ids=tuple(branches[name][stage]),
                    others=tuple(others.get((name, stage), ())),
                )
                for stage in sorted(branches[name], key=lambda stage: (ORDER.get(stage, 9), stage))
            ),
            id=ids.get(name, name),
        )
        for name in sorted(branches, key=lambda name: (not name, name.casefold(), name))
    )


def counts(system: System) -> Counts:
    """Count what stands there."""
    stores = databases(system)
    sizes = [add_on.postgres.bytes if add_on.postgres else None for add_on in stores]
    known = [app.jobs for app in system.apps if app.jobs is not None]
    return Counts(
        apps=len(system.apps),
        processes=sum(len(app.processes) for app in system.apps),
        running=sum(process.quantity for app in system.apps for process in app.processes),
        config_vars=sum(len(app.config) for app in system.apps),
        databases=len(stores),
        add_ons=len(system.add_ons) - len(stores),
        custom_domains=sum(domain.kind == "custom" for app in system.apps for domain in app.domains),
        jobs=sum(len(jobs) for jobs in known) if len(known) == len(system.apps) else None,
        database_bytes=None if None in sizes else sum(size or 0 for size in sizes),
    )


def monthly_bill(system: System) -> Bill:
    """What Heroku charges a month for the whole system."""
    cost = monthly_cost(system)
    return Bill(cents=cost.cents, unknown=cost.unknown)


def app_bill(system: System, app: App) -> Bill:
    """What Heroku charges a month for one app: its dynos, and the add-ons that are billed to it. Eco dynos
    cost nothing here: an account pays for all of them at once."""
    cost = app_cost(system, app)
    return Bill(cents=cost.cents, unknown=cost.unknown)


def add_bills(bills: Iterable[Bill]) -> Bill:
    """The sum of bills."""
    listed = list(bills)
    return Bill(
        cents=sum(bill.cents for bill in listed),
        unknown=tuple(name for bill in listed for name in bill.unknown),
    )


def app_facts(system: System, app_id: str) -> AppFacts:
    """The facts of one app. Raises KeyError when there is no such app."""
    app = system.app(app_id)
    origins: OriginCounts = {}
    for var in app.config:
        origins[var.origin.kind] = origins.get(var.origin.kind, 0) + 1
    subtitle = [app.stack, app.region.upper()]
    if app.buildpacks:
        subtitle.append(", ".join(app.buildpacks))
    if app.maintenance:
        subtitle.append("maintenance mode")
    return AppFacts(
        app_id=app.id,
        name=app.name,
        subtitle=" · ".join(part for part in subtitle if part),
        lines=(
            *_process_lines(app),
            *_job_lines(app),
            *_add_on_lines(system, app),
            *_domain_lines(app),
            *(Line(kind="drain", name="log drain", text=drain.address) for drain in app.drains),
        ),
        config=origins,
        bill=app_bill(system, app),
    )


def _process_lines(app: App) -> list[Line]:
    lines = []
    for process in app.processes:
        if process.type == "release":
            text = "on every release"
        else:
            text = f"{process.quantity} × {process.size}"
        zero = process.quantity == 0 and process.type != "release"
        lines.append(
            Line(
                kind="process",
                name=process.type,
                text=text,
                detail=f"{process.command} (scaled to zero)" if zero else process.command,
                look=zero,
            )
        )
    if not app.processes:
        lines.append(
            Line(kind="process", name="no process", text="nothing runs", detail="never deployed?", look=True)
        )
    return lines


def _job_lines(app: App) -> list[Line]:
    if app.jobs is None:
        return [Line(kind="job", name="scheduler", text="jobs: ?", detail="no API tells them", look=True)]
    return [Line(kind="job", name="scheduler", text=when(job), detail=job.command) for job in app.jobs]


def _add_on_lines(system: System, app: App) -> list[Line]:
    lines = []
    names = {other.id: other.name for other in system.apps}
    attached = {attachment.add_on_id: attachment for attachment in app.attachments}
    for add_on in system.add_ons:
        own = add_on.app_id == app.id
        if not own and add_on.id not in attached:
            continue
        config_vars = attached[add_on.id].config_vars if add_on.id in attached else add_on.config_vars
        owner = "owner" if own else f"of {names.get(add_on.app_id, 'another app')}"
        lines.append(
            Line(
                kind="add-on" if own else "attachment",
                name=add_on.name,
                text=" · ".join((add_on.plan, dollars(add_on.monthly_cents), owner)),
                detail=", ".join(part for part in (_postgres_text(add_on), *config_vars) if part),
                look=add_on.state not in ("", "provisioned"),
            )
        )
    return lines


def _postgres_text(add_on: AddOn) -> str:
    if add_on.postgres is None:
        return ""
    parts = [f"Postgres {add_on.postgres.version or 'of unknown version'}"]
    if add_on.postgres.bytes is not None:
        parts.append(size_text(add_on.postgres.bytes))
    if add_on.postgres.tables is not None:
        parts.append(f"{add_on.postgres.tables} tables")
    return " · ".join(parts)


def _domain_lines(app: App) -> list[Line]:
    lines = [Line(kind="domain", name="web address", text=app.web_url)] if app.web_url else []
    for domain in app.domains:
        if domain.kind != "custom":
            continue
        acm = f"ACM {domain.acm_status}" if domain.acm_status else ""
        lines.append(
            Line(kind="domain", name=domain.hostname, text=f"→ {domain.cname or 'no target'}", detail=acm)
        )
    return lines


def dollars(cents: int | None) -> str:
    """Cents as text: "$9", "$7.50", "price unknown"."""
    if cents is None:
        return "price unknown"
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}${whole:,}.{rest:02d}" if rest else f"{sign}${whole:,}"


def size_text(count: int) -> str:
    """Bytes as text with an honest precision: "312 MB", "1.2 GB". Decimal units."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit in ("B", "kB", "MB") else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
