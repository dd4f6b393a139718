"""Opening the full screen, with or without the guided demo. Textual is imported here and no earlier."""

import asyncio
import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from screens import link, terminal_background
from screens.demo_help import DemoHelp
from screens.headless.exit_codes import DONE, TROUBLE
from screens.headless.say import say
from screens.unseen import unseen_until_the_end
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
    ready = _prepare(terminal or Terminal())
    from screens.app import DEMO, OfframpApp

    app = OfframpApp(settings=ready.settings, slow_link=ready.slow)
    if ready.run(app) == DEMO:
        return show_demo("standard", terminal=terminal)
    return _code(app)


@dataclass(frozen=True)
class _Ready:
    """What was found out before Textual is there.

    Args:
        settings: with what the command line says.
        slow: whether the link is slow.
        unanswered: whether an answer of the terminal may still come.
        typed: what was typed while an answer was waited for.
        hush: over the terminal, until the screen has it.
    """

    settings: Settings
    slow: bool
    unanswered: bool
    typed: bytes
    hush: link.Hush

    def run(self, app: "OfframpApp") -> str | None:
        """Show the application to its end."""
        if self.unanswered or self.typed:
            from screens.late_answers import keep_answers_apart

            keep_answers_apart(self.typed)
        app.modes_before = self.hush.before
        try:
            return app.run(mouse=self.settings.mouse)
        finally:
            self.hush.end()


def _prepare(terminal: Terminal) -> _Ready:
    settings = read_settings()
    reads, writes = terminal_background.ends_of_terminal()
    hush = link.Hush(reads)
    heard: link.Heard | None = None
    of_colour = terminal_background.wants_to_know(settings.theme, os.environ)
    if of_colour:
        heard = terminal_background.ask_background(reads, writes, far=link.is_far(os.environ))

    def took() -> float | None:
        nonlocal heard
        heard = heard or link.ask(reads, writes, link.DEADLINE)
        return heard.answer.seconds if heard.answer is not None else None

    slow = link.decide(settings.link, slow=terminal.slow, took=took)
    link.make_way(slow)
    answer = heard.answer if heard is not None else None
    colour = terminal_background.is_light(answer.said) if answer is not None else None
    return _Ready(
        replace(settings, mouse=settings.mouse and terminal.mouse),
        slow,
        unanswered=heard is not None and (answer is None or (of_colour and colour is None)),
        typed=heard.typed if heard is not None else b"",
        hush=hush,
    )


def show_demo(size: str, target: str = "aptible", terminal: Terminal | None = None) -> int:
    """The guided demo: starts the example system, then the wizard over it."""
    if not _terminal():
        return TROUBLE
    ready = _prepare(terminal or Terminal())
    from screens import example

    async def prepare() -> tuple[Session, Vault, DemoHelp]:
        world = await example.start(size, lambda doing: say(f"The example system: {doing}"), target)
        session = example.session_of(world)
        return session, await example.vault_of(world, session), example.help_of(world)

    session, vault, help_ = asyncio.run(prepare())
    from screens.app import OfframpApp

    app = OfframpApp(session=session, vault=vault, demo=help_, settings=ready.settings, slow_link=ready.slow)
    ready.run(app)
    return _code(app)


def _code(app: "OfframpApp") -> int:
    """A crash was told in words when it ended the application; the exit code says it too. Who was typing, a
    secret maybe, types on for a moment."""
    unseen_until_the_end(terminal_background.ends_of_terminal()[0])
    return TROUBLE if app.return_code else DONE


def _terminal() -> bool:
    if sys.stdin.isatty() and sys.stderr.isatty():
        return True
    sys.stderr.write(
        "offramp: this is no terminal, and the wizard needs one. Nothing was changed. "
        "`offramp --plain` asks in lines; `offramp --help` lists the commands that ask nothing.\n"
    )
    return False
