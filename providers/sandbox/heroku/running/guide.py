"""What Heroku's buildpack for Node does to the code of the apps of the guide: packages and postbuild."""

import json
from pathlib import Path

from providers.sandbox.heroku.systems.guide import packages
from providers.sandbox.heroku.world.world import App
from providers.sandbox.node import place_packages
from providers.sandbox.processes import Running
from wizard.model.trouble import Trouble


async def build_guide(app: App, folder: Path) -> None:
    """Place the app's packages in `folder`, and run its `heroku-postbuild` with its config vars.

    Raises:
        Trouble: the script fails; its last lines are in the cause.
    """
    place_packages(folder, packages(app.name))
    scripts = json.loads((folder / "package.json").read_text(encoding="utf-8")).get("scripts", {})
    if "heroku-postbuild" not in scripts:
        return
    said: list[str] = []
    running = await Running.start(
        "npm run --silent heroku-postbuild", folder, {"HOME": str(folder), **app.config}, said.append
    )
    if await running.wait() != 0:
        raise Trouble(
            f"The build of {app.name} failed: {' / '.join(said[-3:])}",
            remedy="Look whether npm works on this machine.",
            code="sandbox-build",
        )
