"""Opening the full screen, with or without the guided demo. Textual is imported here and no earlier."""

import asyncio
import sys
from typing import TYPE_CHECKING

from screens.demo_help import DemoHelp
from screens.headless.exit_codes import DONE, TROUBLE
from screens.headless.say import say
from wizard.credentials import Vault
from wizard.session.store import Session

if TYPE_CHECKING:
    from screens.app import OfframpApp


def show() -> int:
    """The wizard."""
    if not _terminal():
        return TROUBLE
    from screens.app import DEMO, OfframpApp

    app = OfframpApp()
    if app.run(mouse=True) == DEMO:
        return show_demo("standard")
    return _code(app)


def show_demo(size: str, target: str = "aptible") -> int:
    """The guided demo: starts the example system, then the wizard over it."""
    if not _terminal():
        return TROUBLE
    from screens import example

    async def prepare() -> tuple[Session, Vault, DemoHelp]:
        world = await example.start(size, lambda doing: say(f"The example system: {doing}"), target)
        session = example.session_of(world)
        return session, await example.vault_of(world, session), example.help_of(world)

    session, vault, help_ = asyncio.run(prepare())
    from screens.app import OfframpApp

    app = OfframpApp(session=session, vault=vault, demo=help_)
    app.run()
    return _code(app)


def _code(app: "OfframpApp") -> int:
    """A crash was told in words when it ended the application; the exit code says it too."""
    return TROUBLE if app.return_code else DONE


def _terminal() -> bool:
    if sys.stdin.isatty() and sys.stderr.isatty():
        return True
    sys.stderr.write(
        "offramp: this is no terminal, and the wizard needs one. Nothing was changed. "
        "`offramp --help` lists the commands that need none.\n"
    )
    return False
