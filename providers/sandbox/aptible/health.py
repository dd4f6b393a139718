"""Which port an endpoint leads to, and the release health check before it does."""

from collections.abc import Mapping

from providers.sandbox.aptible.containers import Container, wait_until_healthy
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import Image, Vhost
from providers.sandbox.aptible.world import World

HTTP = frozenset({"http", "http_proxy_protocol"})


def endpoint_port(vhost: Vhost, image: Image | None, container: Container) -> int:
    """The container's port. Without one that was named it is the lexicographically lowest that the image
    exposes (EXPOSE 80 443 gives 443)."""
    if vhost.container_port:
        return vhost.container_port
    if vhost.container_ports:
        return vhost.container_ports[0]
    if image is not None and image.exposed_ports:
        return min(image.exposed_ports, key=str)
    return container.port or 80


async def check_health(
    world: World,
    vhost: Vhost,
    image: Image | None,
    containers: list[Container],
    *,
    env: Mapping[str, str],
    operation: Operation,
    pace: float,
) -> None:
    """The release check of an HTTP endpoint: any status on `/`, or, strict, 200 on `/healthcheck`, with the
    Host `containers`. It waits for three minutes unless told otherwise; the endpoint's own settings go before
    config variables of the same names. Other endpoints have none.

    Raises:
        ReleaseFailed: a container does not pass.
    """
    if vhost.type not in HTTP:
        return
    known = {**env, **vhost.settings}
    strict = known.get("STRICT_HEALTH_CHECKS", "").lower() == "true"
    seconds = float(known.get("RELEASE_HEALTHCHECK_TIMEOUT") or max(3.0, 180 * pace))
    for container in containers:
        port = endpoint_port(vhost, image, container)
        name = f"{container.service}.{container.index}"
        operation.say(f"Checking health of {name} on port {port}")
        await wait_until_healthy(container, port, strict=strict, seconds=seconds)
        world.health_checks.append(f"{name} on {port}{'/healthcheck' if strict else '/'}")


def point(vhost: Vhost, image: Image | None, containers: list[Container]) -> None:
    """Lead an endpoint to the first of these containers, or to none."""
    first = containers[0] if containers else None
    real = first.real_port(endpoint_port(vhost, image, first)) if first else None
    if vhost.router is not None:
        vhost.router.target = real
    if vhost.relay is not None:
        vhost.relay.target = real
