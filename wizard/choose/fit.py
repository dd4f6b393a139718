"""How a target fits this system: what stops it, what changes, what is lost, what a person does by hand."""

from collections.abc import Iterator, Mapping

from wizard.choose.capsule_fit import capsule_points
from wizard.choose.capsule_kind import has_capsules, kind_of, memory_needed
from wizard.choose.disk import disk_limits, recommended_disk
from wizard.choose.hostnames import too_many
from wizard.choose.own_image import own_image
from wizard.choose.point import Kind, Point
from wizard.choose.sizes import less_than, plan_memory_mb, size_at_least, version_for
from wizard.choose.stores import COPIED, offered, order, source_version, store_type, store_version, type_name
from wizard.choose.vendor_services import advice
from wizard.document.checkout import Checkout
from wizard.document.summary import databases, is_postgres, is_scheduler, size_text
from wizard.model.noun import Noun
from wizard.model.system import AddOn, App, System
from wizard.ports import Profile


class Fit(Noun, frozen=True, kw_only=True):
    """How one target fits. `components` counts what runs or stores, `fitting` those without a blocker."""

    target: str
    title: str
    works: bool
    missing: tuple[str, ...]
    components: int
    fitting: int
    points: tuple[Point, ...]

    @property
    def choosable(self) -> bool:
        """Whether the target can be chosen: Offramp can move there. What one component cannot do there is
        decided on the map, where it may also be left behind."""
        return self.works

    def of(self, kind: Kind) -> tuple[Point, ...]:
        """The points of one kind."""
        return tuple(point for point in self.points if point.kind == kind)

    def why_not(self) -> tuple[str, ...]:
        """Why it cannot be chosen, in sentences; empty when it can."""
        return () if self.works else self.missing


def fit(system: System, profile: Profile, checkouts: Mapping[str, Checkout] | None = None) -> Fit:
    """Judge `profile` for `system`.

    Args:
        checkouts: what is known of the code, by app id; apps without an entry count as having no Dockerfile.
    """
    points = tuple(_points(system, profile, checkouts or {}))
    components = component_names(system)
    blocked = {point.component for point in points if point.kind == "blocker"}
    return Fit(
        target=profile.name,
        title=profile.title,
        works=profile.capabilities.works,
        missing=profile.capabilities.missing,
        components=len(components),
        fitting=sum(name not in blocked for name in components),
        points=points,
    )


def component_names(system: System) -> tuple[str, ...]:
    """Names of all that runs or stores: processes, jobs, add-ons and custom domains."""
    names = []
    for app in system.apps:
        names += [f"{app.name} {process.type}" for process in app.processes]
        names += [f"{app.name} job {job.command}" for job in app.jobs or ()]
        names += [domain.hostname for domain in app.domains if domain.kind == "custom"]
    names += [add_on.name for add_on in system.add_ons]
    return tuple(names)


def _add_on_point(add_on: AddOn, profile: Profile) -> Point:
    type_ = store_type(add_on)
    name = type_name(type_)
    if type_ and (version := store_version(profile, type_, source_version(add_on))):
        version = version if order(version) else "of the version that is made"
        if type_ in COPIED:
            reason = f"becomes {name} {version} there; what is in it is copied and proven"
            return Point(kind="change", component=add_on.name, reason=reason)
        reason = f"becomes {name} {version} there; what is in it you move yourself, with a guide"
    elif type_ and offered(profile, type_):
        reason = f"is {name} {source_version(add_on)}; {profile.title} offers none that is as new"
    elif has_capsules(profile) and own_image(type_):
        own = f"run it in a Docker capsule of its own (FROM {own_image(type_)})"
        reason = f"is {name}: {own}, or keep it at its vendor by an account of your own"
    elif type_:
        reason = f"is {name}, which {profile.title} does not have: replace it, or say why it is left behind"
    else:
        reason = advice(add_on, profile)
    return Point(kind="by-hand", component=add_on.name, reason=reason)


def _points(system: System, profile: Profile, checkouts: Mapping[str, Checkout]) -> Iterator[Point]:
    for app in system.apps:
        yield from _process_points(app, profile, checkouts.get(app.id))
        yield from _code_points(app, profile, checkouts.get(app.id))
        yield from _schedule_points(app, profile)
        yield from _config_points(app, profile)
        yield from _domain_points(app, profile)
        yield from _drain_points(app, profile)
    for space in system.spaces:
        scheme = space.drain.address.partition("://")[0] if space.drain else ""
        if scheme and scheme not in profile.capabilities.log_drains:
            yield _drains_left(space.name, 1, profile)
    yield from capsule_points(system, profile, checkouts)
    yield from _database_points(system, profile)
    for add_on in system.add_ons:
        if not is_postgres(add_on) and not is_scheduler(add_on):
            yield _add_on_point(add_on, profile)
    for lost in profile.capabilities.loses:
        yield Point(kind="loss", component="", reason=lost)
    for step in profile.capabilities.by_hand:
        yield Point(kind="by-hand", component="", reason=step)


def _process_points(app: App, profile: Profile, checkout: Checkout | None) -> Iterator[Point]:
    can = profile.capabilities
    for process in app.processes:
        name = f"{app.name} {process.type}"
        kind = kind_of(app, process, checkout, profile).capsule if has_capsules(profile) else ""
        needed = memory_needed(process, kind, profile)
        if process.type == "release":
            if not can.release_phase:
                yield Point(
                    kind="change",
                    component=name,
                    reason=f"{profile.title} has no release phase: "
                    + (
                        "it runs before the web command, at each of its starts"
                        if has_capsules(profile)
                        else "run it by hand, or before the web command"
                    ),
                )
            continue
        if process.quantity and size_at_least(profile, needed) is None:
            largest = can.max_memory_mb or max(profile.memory_sizes_mb)
            yield Point(
                kind="blocker", component=name, reason=f"needs {needed} MB of memory (at most {largest} MB)"
            )
        elif process.quantity and (less := less_than(profile, needed)) is not None:
            yield Point(kind="change", component=name, reason=_less(needed, less))
        if can.max_containers is not None and process.quantity > can.max_containers:
            yield Point(
                kind="blocker",
                component=name,
                reason=f"runs {process.quantity} times (at most {can.max_containers} times)",
            )


def _less(needed: int, offered: int) -> str:
    return f"has {needed} MB of memory today, and {offered} MB there, the nearest size"


def _code_points(app: App, profile: Profile, checkout: Checkout | None) -> Iterator[Point]:
    can = profile.capabilities
    if can.needs_dockerfile and not (checkout and checkout.has("Dockerfile")):
        yield Point(kind="change", component=app.name, reason="needs a Dockerfile")
    if any(process.type == "release" for process in app.processes) and can.release_hook:
        yield Point(
            kind="change",
            component=f"{app.name} release",
            reason=f"the release command moves to {can.release_hook.file}",
        )


def _schedule_points(app: App, profile: Profile) -> Iterator[Point]:
    for job in app.jobs or ():
        name = f"{app.name} job {job.command}"
        if profile.capabilities.scheduler == "none":
            reason = f"{profile.title} has no scheduler: run it from inside the app"
            if has_capsules(profile):
                reason = f"{profile.title} has no scheduler: a clock in a capsule of its own starts it"
        else:
            reason = "the scheduler becomes a crontab in the app"
        yield Point(kind="change", component=name, reason=reason)


def _config_points(app: App, profile: Profile) -> Iterator[Point]:
    if profile.capabilities.empty_config_values:
        return
    for var in app.config:
        if var.empty:
            yield Point(
                kind="change",
                component=f"{app.name} {var.name}",
                reason=f"is empty, and {profile.title} cannot hold an empty value",
            )


def _domain_points(app: App, profile: Profile) -> Iterator[Point]:
    can = profile.capabilities
    custom = [domain.hostname for domain in app.domains if domain.kind == "custom"]
    for hostname in custom:
        if hostname.startswith("*.") and not can.wildcard_domains:
            yield Point(kind="blocker", component=hostname, reason="wildcard domains are not possible")
        else:
            when = "in the cut-over, when Offramp asks for it" if can.managed_tls else "after the cut-over"
            yield Point(kind="by-hand", component=hostname, reason=f"change its DNS record {when}")
    for hostname, reason in too_many(custom, can).items():
        yield Point(kind="blocker", component=hostname, reason=reason)


def _drain_points(app: App, profile: Profile) -> Iterator[Point]:
    """Those that Offramp cannot make there: of an add-on that stays, or of a kind that the target has not."""
    offered = profile.capabilities.log_drains
    left = [
        drain for drain in app.drains if drain.add_on_id or drain.address.partition("://")[0] not in offered
    ]
    if left:
        yield _drains_left(app.name, len(left), profile)


def _drains_left(name: str, count: int, profile: Profile) -> Point:
    drains = f"{count} log drain{'s' * (count > 1)}"
    if has_capsules(profile) and not profile.capabilities.log_drains:
        return Point(kind="loss", component=name, reason=f"{drains}: {profile.title} sends logs nowhere")
    return Point(
        kind="by-hand", component=name, reason=f"{drains} {'are' if count > 1 else 'is'} to be made anew"
    )


def _database_points(system: System, profile: Profile) -> Iterator[Point]:
    offered = profile.capabilities.postgres_versions
    for add_on in databases(system):
        memory = plan_memory_mb(add_on.plan)
        size = add_on.postgres.bytes if add_on.postgres else None
        needed, most = recommended_disk(size, least=1).needed_gb, disk_limits(profile)[1]
        if size is not None and needed > most:
            reason = f"takes {needed} GB of disk (at most {most} GB)"
            yield Point(kind="blocker", component=add_on.name, reason=reason)
        if (less := less_than(profile, memory)) is not None:
            yield Point(kind="change", component=add_on.name, reason=_less(memory, less))
        if add_on.postgres is None or not add_on.postgres.version:
            yield Point(
                kind="by-hand", component=add_on.name, reason="Heroku did not tell its version: look it up"
            )
            continue
        version = add_on.postgres.version
        if not offered:
            yield Point(
                kind="by-hand",
                component=add_on.name,
                reason=f"{profile.title} does not say which Postgres it runs; it must be {version} or newer",
            )
        elif version_for(profile, version) is None:
            yield Point(
                kind="blocker",
                component=add_on.name,
                reason=f"is Postgres {version}; the newest there is {max(offered)}",
            )


def data_to_move(system: System) -> str:
    """How much data there is, in words: "1.2 GB in 34 tables"."""
    stores = databases(system)
    if not stores:
        return "none"
    sizes = [add_on.postgres.bytes if add_on.postgres else None for add_on in stores]
    tables = [add_on.postgres.tables if add_on.postgres else None for add_on in stores]
    if None in sizes:
        return "size not told"
    text = size_text(sum(size or 0 for size in sizes))
    return text if None in tables else f"{text} in {sum(count or 0 for count in tables)} tables"
