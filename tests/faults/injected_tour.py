"""Run in a terminal of its own by test_terminal_injection.py and test_every_screen.py: every screen and
dialog, each action of them by its key, over names that are more than names; and at last an error that has
them in its words.

    python -m tests.faults.injected_tour OUT EACH [--no-mouse] [--few]

`EACH`: of the sequences every so manieth gets an app of its own, none with 0. Writes to OUT, as JSON, what
stood on the screens, which of Textual's links were in them, and how often the action ran that they name.
"""

import asyncio
import json
import sys
import traceback
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.app import App

from screens.app import OfframpApp
from screens.keyed import HELP, KeyedScreen
from screens.stages import NAMES
from tests.screens.a_run import COPY, DEPLOY, ARun, progress
from tests.screens.conftest import Begun
from tests.screens.fake_heroku import GOOD_TOKEN
from tests.screens.fakes import TARGET_TOKEN, FakeWorld
from tests.screens.rich_system import rich_system
from tests.screens.seen import seen
from tests.wizard.document import hostile
from wizard import registry
from wizard.credentials import CredentialRef, Vault
from wizard.model.noun import decode, encode
from wizard.model.secret import Secret
from wizard.model.system import System
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.session.store import Session

FREE = frozenset(
    {
        "name",
        "command",
        "email",
        "hostname",
        "question",
        "why",
        "acm_reason",
        "cname",
        "branch",
        "repository",
        "description",
        "buildpacks",
        "owner",
        "user",
        "issuer",
        "names",
        "address",
        "evidence",
        "last_by",
        "team",
        "pipeline",
        "config_vars",
        "procfile",
        "release_command",
    }
)
"""Keys of the inventory whose texts somebody else chooses."""

FEW = ("document", "run", "report")
"""Stages that show most of what others wrote."""

LEAVING = frozenset(("leave", "detach", "read", "start", "retry"))
"""Actions that lead out of the application, ask a vendor, or start a worker."""


def poisoned(value: Any, text: str, key: str = "") -> Any:
    """JSON with `text` behind every word of others, made clean as it is where it enters."""
    if isinstance(value, dict):
        return {name: poisoned(inner, text, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(one, text, key) for one in value]
    return clean(value + text) if isinstance(value, str) and value and key in FREE else value


def hostile_system(texts: list[str]) -> System:
    """The rich system, and an app for each text in which every word has it behind it."""
    rich = json.loads(encode(rich_system()))
    model = rich["apps"][0]
    apps = [{**poisoned(model, text), "id": f"poisoned-{number}"} for number, text in enumerate(texts)]
    whole = poisoned(rich, texts[0])
    whole["apps"] = [*whole["apps"], *apps]
    return decode(json.dumps(whole), System, what="the hostile system")


class Tour:
    """Goes through everything, and remembers what was to be seen."""

    def __init__(self, app: OfframpApp, texts: list[str], folder: Path) -> None:
        self.app, self.texts, self.folder = app, texts, folder
        self.dialogs = 0
        self.seen: list[str] = []
        self.links: set[str] = set()
        self.shown = 0

    async def settle(self) -> None:
        """Until no work is under way. A pilot's own way waits for a screen that is still, and some tick."""
        for _ in range(400):
            await asyncio.sleep(0.02)
            if all(worker.is_finished for worker in self.app.workers):
                break
        await asyncio.sleep(0.04)

    async def press(self, *keys: str) -> None:
        """Press keys, and let them have their effect."""
        await self.app._press_keys(keys)
        await self.settle()

    async def look(self) -> None:
        """Remember the screen as it is now."""
        await self.settle()
        self.shown += 1
        self.seen.append(seen(self.app))
        for strip in self.app.screen._compositor.render_strips():
            for segment in strip:
                meta = segment.style.meta if segment.style else {}
                self.links |= {str(value) for name, value in meta.items() if name.startswith("@")}

    async def at(self, name: str) -> KeyedScreen:
        """Stand at a stage, wherever a key has led."""
        if self.app.session is None:
            await self.app.open(Session(self.folder))
        await self.app.show_stage(name)
        await self.settle()
        screen = self.app.screen
        assert isinstance(screen, KeyedScreen)
        return screen

    async def every_dialog(self, name: str) -> None:
        """Press each key of the screen that leads into something."""
        screen = await self.at(name)
        for key in (*screen.KEYS, HELP):
            if key.name in LEAVING:
                continue
            await self.press(key.key)
            await self.look()
            for _ in range(3):
                if not self.app.screen.is_modal:
                    break
                self.dialogs += 1
                await self.press("escape")
            if self.app.screen is not screen:
                screen = await self.at(name)

    async def stages(self) -> None:
        """Every stage: at its top, each of its dialogs, and further down."""
        for name in FEW if "--few" in sys.argv else NAMES:
            await self.at(name)
            await self.look()
            await self.every_dialog(name)
            for key in ("pagedown", "end"):
                await self.press(key)
                await self.look()

    async def details_of_each(self) -> None:
        """In the inventory: what is told of each app."""
        for number in range(len(self.texts)):
            await self.at("document")
            await self.press("end", *["up"] * number, "enter")
            await self.look()


def a_run(session: Any, texts: list[str]) -> ARun:
    """A run in which everybody has said these texts: each goes in by the door that it would come by."""
    run = ARun(session).start()
    tables = progress(0.3, all_at_work=True)
    named = [
        msgspec.structs.replace(table, name=clean(f"public.{text}"))
        for table, text in zip(tables.tables, texts * 9, strict=False)
    ]
    run.copying(0.3)
    run.journal.gauge(COPY, msgspec.structs.replace(tables, tables=tuple(named), waiting_for=clean(texts[0])))
    for text in texts:
        run.journal.event("step", f"Notice: {text}", step=COPY)
        run.journal.event("tunnel", text)
        run.journal.log(COPY, [f"NOTICE: {text}", text])
    said = "; ".join(texts[:20])
    run.fail(DEPLOY, Trouble(f"It said {said}", remedy=f"Look at {texts[0]}", code="deploy-failed"))
    run.journal.log(DEPLOY, texts)
    return run


async def tour(app: OfframpApp, texts: list[str], run: ARun, out: Path) -> None:
    """See the module's own words."""
    here, broke = Tour(app, texts, run.session.folder), ""
    try:
        await here.settle()
        await here.look()
        await here.stages()
        await here.details_of_each()
    except Exception:
        broke = traceback.format_exc()
    finally:
        found = {
            "broke": broke,
            "seen": "\n".join(here.seen),
            "links": sorted(here.links),
            "booms": booms,
            "screens": here.shown,
            "dialogs": here.dialogs,
        }
        out.write_text(json.dumps(found))
        app.call_later(end_badly, texts)


def end_badly(texts: list[str]) -> None:
    """What ends the application with its words on the terminal."""
    raise Trouble(f"The server said {'; '.join(texts)}", remedy=f"Ask {texts[0]}", code="bad")


booms = 0


def boom(self: App[Any]) -> None:
    """The action that the sequences name."""
    global booms
    booms += 1


def main() -> None:
    """See the module's own words."""
    out, each = Path(sys.argv[1]), int(sys.argv[2])
    texts = [*hostile.MARKUP[:2], *hostile.ALL[::each]] if each else ["one", "two"]
    registry._load.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        world = FakeWorld()
        world.heroku.system = hostile_system(texts)
        patch.setattr(registry, "entry_points", world.entry_points)
        patch.setattr(OfframpApp, "action_boom", boom, raising=False)
        vault = Vault()
        vault.hold(CredentialRef(vendor="heroku", account="user-1"), Secret(GOOD_TOKEN))
        vault.hold(CredentialRef(vendor="aptible", account="t-1"), Secret(TARGET_TOKEN))
        begun = Begun()
        for text in texts[::7]:
            begun.new(f"shop {text}").close()
        run = a_run(begun.chosen(world.heroku.system), texts)
        app = OfframpApp(vault=vault)
        tasks: list[asyncio.Task[None]] = []
        # Not as the result of the call: the application would wait for it, and hear no key meanwhile.
        app.call_later(lambda: tasks.append(asyncio.create_task(tour(app, texts, run, out))))
        app.run(mouse="--no-mouse" not in sys.argv)
        run.close()
    sys.exit(app.return_code)


if __name__ == "__main__":
    main()
