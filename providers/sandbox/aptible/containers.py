"""Containers of the sandbox's Aptible: processes of this machine instead of Docker's.

What differs from a container, and how it is made up for: the network is this machine's, so PORT is replaced
by a free port, which is remembered, and databases inside the stack are found on 127.0.0.1 (PGHOSTADDR); the
file system is this machine's, so the image's WORKDIR in a command is replaced by the release's folder.
"""

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from providers.sandbox.processes import Running, free_port

SETTLE = 0.6
"""Seconds a container must live before it counts as started."""

GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL; Aptible's default stop timeout."""


class ReleaseFailed(Exception):
    """A release did not come up; says why in the words of an operation log."""


@dataclass
class Container:
    """`ports` are the ports the app thinks it listens on, and where it really does."""

    service: str
    index: int
    running: Running
    ports: dict[int, int]

    @property
    def port(self) -> int | None:
        return next(iter(self.ports.values()), None)

    def real_port(self, port: int | None) -> int | None:
        """Where `port` of the container is on this machine."""
        if port is None:
            return self.port
        return self.ports.get(port, None if self.ports else port)


def container_environment(
    configured: Mapping[str, str],
    image: Mapping[str, str],
    *,
    metadata: Mapping[str, str],
    programs: Path,
    minute: float,
) -> tuple[dict[str, str], dict[int, int]]:
    """The whole environment of one container, and its ports.

    Order as in Docker: the image's ENV, then the configuration; then what Aptible injects. PORT is not
    injected by Aptible: without one in the configuration or the image there is none.
    """
    environment = {**image, **configured, **metadata}
    ports: dict[int, int] = {}
    said = environment.get("PORT", "")
    if said.isdecimal():
        ports[int(said)] = free_port()
        environment["PORT"] = str(ports[int(said)])
    environment["HOST"] = "127.0.0.1"
    environment["PGHOSTADDR"] = "127.0.0.1"
    environment["SANDBOX_MINUTE_SECONDS"] = f"{minute:g}"
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment.setdefault("HOME", "/")
    environment["PATH"] = os.pathsep.join([str(programs), environment.get("PATH") or os.environ["PATH"]])
    return environment, ports


def in_folder(command: str, workdir: str, folder: Path) -> str:
    """`command` with paths below the image's WORKDIR pointing into `folder`."""
    if workdir in {"", "/"}:
        return command
    return re.sub(rf"(?<![\w./-]){re.escape(workdir.rstrip('/'))}(?=[/\s;\"']|$)", str(folder), command)


async def wait_until_settled(
    container: Container, say: Callable[[str], None], seconds: float = SETTLE
) -> None:
    """Raise ReleaseFailed when the container's process fails at once.

    One that ends well at once is only named: Aptible checks the health of services with endpoints alone.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        if container.running.exit_code is not None:
            break
        await asyncio.sleep(0.02)
    if container.running.exit_code is not None:
        code = await container.running.wait()
        words = f"container {container.service}.{container.index} exited with status {code}"
        if code != 0:
            raise ReleaseFailed(words)
        say(f"WARN -- : {words}")


async def wait_until_healthy(container: Container, port: int, *, strict: bool, seconds: float) -> None:
    """The release health check: any HTTP status on `/`, or, when strict, 200 on `/healthcheck`.

    The Host header is `containers`, as at Aptible.
    """
    real = container.real_port(port)
    path = "/healthcheck" if strict else "/"
    name = f"{container.service}.{container.index}"
    deadline = asyncio.get_running_loop().time() + seconds
    last = "nothing listens there"
    timeout = aiohttp.ClientTimeout(total=max(1.0, min(5.0, seconds)))
    async with aiohttp.ClientSession(timeout=timeout) as client:
        while asyncio.get_running_loop().time() < deadline:
            if container.running.exit_code is not None:
                code = await container.running.wait()
                raise ReleaseFailed(f"container {name} exited with status {code}")
            try:
                async with client.get(
                    f"http://127.0.0.1:{real}{path}", headers={"Host": "containers"}, allow_redirects=False
                ) as answer:
                    if not strict or answer.status == 200:
                        return
                    last = f"status {answer.status}"
            except (aiohttp.ClientError, TimeoutError) as error:
                last = type(error).__name__
            await asyncio.sleep(0.05)
    raise ReleaseFailed(f"container {name} did not pass its health check on port {port}{path}: {last}")


async def stop_all(
    containers: list[Container], say: Callable[[str], None], grace: float | None = None
) -> None:
    """End containers side by side; `grace` are the seconds between SIGTERM and SIGKILL."""
    for container in containers:
        say(f"Stopping container {container.service}.{container.index}")
    await asyncio.gather(*(container.running.stop(grace or GRACE) for container in containers))
