"""The deploy operation of an app, whichever way its code comes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from providers.aptible.answers import Operation
from providers.aptible.operations import Operations
from wizard.ports import Log, TargetApp

IMAGE = "APTIBLE_DOCKER_IMAGE"
UNTOUCHED = "What ran before goes on running."


async def deploy(
    operations: Operations,
    app: TargetApp,
    body: Mapping[str, Any],
    log: Log,
    *,
    what: str,
    folder: Path | None,
    count: int | None = None,
    memory_mb: int | None = None,
) -> Operation:
    """Deploy what `body` names by its `git_ref` or an image in its `settings`, or follow the deploy of the
    same code that is under way. `what` is that code in words.

    Without `count` and `memory_mb` a new service begins as one container of 1 GB; Aptible uses both for new
    services only (aptible-cli, deploy.rb; terraform-provider-aptible, resource_app.go).
    """
    sizes = {"container_count": count, "container_size": memory_mb}
    wanted = _code(body.get("settings"), body.get("git_ref"))
    return await operations.run_once(
        f"apps/{app.id}",
        {"type": "deploy", **body, **{name: size for name, size in sizes.items() if size is not None}},
        log,
        what=f"deploy {what} to the app {app.handle}",
        untouched=UNTOUCHED,
        live=folder,
        same=lambda running: _code(running.settings, running.git_ref) == wanted,
    )


def image_of(settings: Mapping[str, Any] | None) -> str:
    """The image that the settings of a deploy name, "" when they name none."""
    return str((settings or {}).get(IMAGE) or "")


def _code(settings: Mapping[str, Any] | None, ref: str | None) -> tuple[str, str]:
    """Image and ref; a ref beside an image does not count: it only detaches the app from git."""
    image = image_of(settings)
    return image, "" if image else ref or ""
