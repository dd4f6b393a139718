"""Opening the full screen, with or without the guided demo. Textual is imported here and no earlier."""

import asyncio
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from screens import link
from screens.demo_help import DemoHelp
from screens.headless.exit_codes import DONE, TROUBLE
from screens.headless.say import say
from wizard.credentials import Vault
from wizard.session.store import Session
from wizard.settings import Settings, read_settings

if TYPE_CHECKING:
    from screens.app import OfframpApp


@dataclass(frozen=True)
class Terminal:
    """What the command line says of the terminal; the settings hold where it says nothing."""

    mouse: bool = True
    slow: bool = False


def show(terminal: Terminal | None = None) -> int:
    """The wizard."""
    if not _terminal():
        return TROUBLE
    settings, slow = _prepare(terminal or Terminal())
    from screens.app import DEMO, OfframpApp

    app = OfframpApp(settings=settings, slow_link=slow)
    if app.run(mouse=settings.mouse) == DEMO:
        return show_demo("standard", terminal=terminal)
    return _code(app)


def _prepare(terminal: Terminal) -> tuple[Settings, bool]:
    """The settings with what the command line says, and whether the link is slow. Before Textual is there."""
    settings = read_settings()
    slow = link.decide(settings.link, slow=terminal.slow)
    link.make_way(slow)
    return replace(settings, mouse=settings.mouse and terminal.mouse), slow


def show_demo(size: str, target: str = "aptible", terminal: Terminal | None = None) -> int:
    """The guided demo: starts the example system, then the wizard over it."""
    if not _terminal():
        return TROUBLE
    settings, slow = _prepare(terminal or Terminal())
    from screens import example

    async def prepare() -> tuple[Session, Vault, DemoHelp]:
        world = await example.start(size, lambda doing: say(f"The example system: {doing}"), target)
        session = example.session_of(world)
        return session, await example.vault_of(world, session), example.help_of(world)

    session, vault, help_ = asyncio.run(prepare())
    from screens.app import OfframpApp

    app = OfframpApp(session=session, vault=vault, demo=help_, settings=settings, slow_link=slow)
    app.run(mouse=settings.mouse)
    return _code(app)


def _code(app: "OfframpApp") -> int:
    """A crash was told in words when it ended the application; the exit code says it too."""
    return TROUBLE if app.return_code else DONE


def _terminal() -> bool:
    if sys.stdin.isatty() and sys.stderr.isatty():
        return True
    sys.stderr.write(
        "offramp: this is no terminal, and the wizard needs one. Nothing was changed. "
        "`offramp --plain` asks in lines; `offramp --help` lists the commands that ask nothing.\n"
    )
    return False
