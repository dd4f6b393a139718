"""The ways into the plain wizard. Textual is not imported by anything here."""

import asyncio

from screens import example
from screens.headless.exit_codes import DONE, INTERRUPTED, WAITS
from screens.mistake import as_trouble
from screens.plain.console import Console, EndOfInput, Interrupted
from screens.plain.desk import Desk
from screens.plain.home import WantsExample, choose_session
from screens.plain.journey import travel
from screens.plain.question import BEGIN, Back, Leave
from wizard.session.store import Session


def show() -> int:
    """The list of migrations, and whatever is opened from it; the exit code."""
    console = Console()
    console.watch_stops()
    while True:
        try:
            session = choose_session(console)
        except WantsExample:
            return show_demo("standard", console=console)
        except (Back, Leave):
            return _left(console, "offramp --plain")
        except (Interrupted, KeyboardInterrupt):
            return _interrupted(console, "offramp --plain")
        except EndOfInput:
            return _ended(console, "offramp --plain")
        except Exception as error:  # noqa: BLE001  told in words, logged when it is our mistake
            console.trouble(as_trouble(error))
            continue
        if session is None:
            continue
        code = _opened(Desk(session, console), "offramp --plain")
        if code is not None:
            return code


def show_demo(size: str, target: str = example.TARGETS[0], console: Console | None = None) -> int:
    """The guided demo: starts the example system, then the plain wizard over it; the exit code. A `console`
    that asked before may hold answers that were typed ahead."""
    if console is None:
        console = Console()
        console.say(BEGIN)
    console.watch_stops()
    desk = demo_desk(console, size, target)
    more = "" if target == example.TARGETS[0] else f" --target {target}"
    code = _opened(desk, again := f"offramp demo --plain --size {size}{more}")
    if code is None:  # back from its first question
        code = _left(console, again)
    console.say("The example system goes on; `offramp demo --stop` ends it and removes its data.")
    return code


def demo_desk(console: Console, size: str, target: str) -> Desk:
    """The example's session, with what saves a person from typing its credentials.

    Raises:
        Trouble: the example cannot be started.
    """

    async def prepare() -> Desk:
        world = await example.start(size, lambda doing: console.say(f"The example system: {doing}"), target)
        session: Session = example.session_of(world)
        vault = await example.vault_of(world, session)
        return Desk(session, console, vault=vault, demo=example.help_of(world))

    return asyncio.run(prepare())


def _opened(desk: Desk, again: str) -> int | None:
    """Go through the stages of one session; None when the person is back at the list."""
    try:
        travel(desk)
    except Leave:
        return _left(desk.console, again)
    except (Interrupted, KeyboardInterrupt):
        return _interrupted(desk.console, again)
    except EndOfInput:
        return _ended(desk.console, again)
    finally:
        desk.console.aside = None
        desk.session.close()
    return None


def _left(console: Console, again: str) -> int:
    console.say(f"Everything is saved; a run goes on by itself. `{again}` goes on from here.")
    return DONE


def _interrupted(console: Console, again: str) -> int:
    console.say()
    console.say(f"Left by ctrl+c. Everything is saved; a run goes on by itself. `{again}` goes on from here.")
    return INTERRUPTED


def _ended(console: Console, again: str) -> int:
    console.say(
        f"The input has ended. Everything is saved; a run goes on by itself. `{again}` asks on from here."
    )
    return WAITS
