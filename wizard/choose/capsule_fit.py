"""What is other than on Heroku where every process is a capsule of its own."""

from collections.abc import Iterator, Mapping

from wizard.choose.capsule_kind import has_capsules, kind_of
from wizard.choose.git_hosts import hosts_in_words
from wizard.choose.point import Point
from wizard.document.checkout import Checkout
from wizard.model.system import App, System
from wizard.ports import Profile


def capsule_points(system: System, profile: Profile, checkouts: Mapping[str, Checkout]) -> Iterator[Point]:
    """The points of a target of that layout; none of any other."""
    if not has_capsules(profile):
        return
    for app in system.apps:
        yield from _kind_points(app, checkouts.get(app.id), profile)
    yield from _repository_points(system, checkouts, profile)
    for pipeline in system.pipelines:
        stages = sorted({one.stage for one in pipeline.apps if one.stage != "production"})
        if stages:
            yield Point(
                kind="loss",
                component=pipeline.name,
                reason=f"the pipeline ends: {' and '.join(stages)} become capsules of another branch",
            )


def _kind_points(app: App, checkout: Checkout | None, profile: Profile) -> Iterator[Point]:
    running = [one for one in app.processes if one.type != "release" and (one.quantity or one.type == "web")]
    kinds = [kind_of(app, one, checkout, profile) for one in running]
    for process, kind in zip(running, kinds, strict=True):
        if kind.capsule == "frontend":
            yield Point(kind="change", component=f"{app.name} {process.type}", reason=kind.why)
    docker = next((kind for kind in kinds if kind.capsule == "docker"), None)
    if docker is not None and not (checkout and checkout.has("Dockerfile")):
        yield Point(kind="change", component=app.name, reason=f"becomes a Docker capsule, {docker.why}")
    if len(running) > 1:
        names = " and ".join(one.type for one in running)
        yield Point(
            kind="change",
            component=app.name,
            reason=f"{names} become {len(running)} capsules: each is built and paid for itself",
        )
    for process in running:
        if process.autoscale and process.autoscale.active:
            between = f"{process.autoscale.least} to {process.autoscale.most}"
            yield Point(
                kind="loss",
                component=f"{app.name} {process.type}",
                reason=f"Heroku runs {between} of it by need; there runs what is set",
            )


def _repository_points(
    system: System, checkouts: Mapping[str, Checkout], profile: Profile
) -> Iterator[Point]:
    hosts = profile.capabilities.git_hosts
    unknown = [app for app in system.apps if not _is_linkable(app, system, checkouts.get(app.id), hosts)]
    if hosts and unknown:
        few = ", ".join(app.name for app in unknown[:3])
        names = few if len(unknown) < 4 else f"{few} and {len(unknown) - 3} more"
        reason = f"the code has to be on {hosts_in_words(hosts)}, and no repository there is known of it"
        yield Point(kind="by-hand", component=names, reason=reason)


def _is_linkable(app: App, system: System, checkout: Checkout | None, hosts: tuple[str, ...]) -> bool:
    pipeline = next((one for one in system.pipelines if app.pipeline in (one.id, one.name)), None)
    if app.deploy.github or (pipeline and pipeline.repository):
        return True
    return checkout is not None and checkout.repository.startswith(
        tuple(f"https://{host}/" for host in hosts)
    )
