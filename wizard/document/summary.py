"""What a screen shows of the inventory: the tree of apps, counts and the bill."""

from wizard.document.costs import monthly_cost
from wizard.model.noun import Noun
from wizard.model.system import AddOn, System

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
        running=sum(
            process.quantity for app in system.apps for process in app.processes if process.type != "release"
        ),
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


def dollars(cents: int | None) -> str:
    """Cents as text: "$9", "$7.50", "price unknown"."""
    if cents is None:
        return "price unknown"
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}${whole:,}.{rest:02d}" if rest else f"{sign}${whole:,}"


def region_name(region: str) -> str:
    """How Heroku's own pages write a region: "EU" for eu, but "Oregon" for that of a Private Space."""
    return region.upper() if len(region) <= 2 else region.capitalize()


def size_text(count: int) -> str:
    """Bytes as text with an honest precision: "312 MB", "1.2 GB". Decimal units."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit in ("B", "kB", "MB") else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
