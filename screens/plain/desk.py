"""What every stage of the plain wizard works with: the session, the credentials, the console, the code."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from screens.code_folders import CodeFolders
from screens.demo_help import DemoHelp
from screens.mistake import as_trouble
from screens.plain.console import Console, EndOfInput
from screens.plain.question import Answer, Back, Help, Leave, ask_one
from screens.quantities import duration
from screens.stages import NAMES, newest_run, whole_system
from wizard.choose.offer import profile_of
from wizard.credentials import Vault, open_vault
from wizard.mapping.edit import set_checkout
from wizard.model.system import System
from wizard.model.trouble import Trouble
from wizard.ports import Profile
from wizard.registry import source_provider, target_provider
from wizard.session.lock import Holder
from wizard.session.parts import ANSWERS, MAPPING, PLAN, PREFLIGHT, TARGET, Answers
from wizard.session.store import Part, Session

T = TypeVar("T")

TOLD_EVERY = 15.0
"""Seconds between lines about something that is still waited for."""


@dataclass(frozen=True)
class Deed:
    """Something that can be done at a stage. `do` returns True when the stage is left for the next one."""

    words: str
    do: Callable[[], bool | None]
    why_not: str = ""


class Desk:
    """One open session."""

    def __init__(
        self, session: Session, console: Console, *, vault: Vault | None = None, demo: DemoHelp | None = None
    ) -> None:
        self.session = session
        self.console = console
        self.demo = demo
        self.code = CodeFolders(lambda: whole_system(session))
        self._vault = vault
        self._holder: Holder | None = session.claim()

    @property
    def vault(self) -> Vault:
        """Where credentials are; the keyring is tried out once."""
        if self._vault is None:
            self._vault = open_vault()
        return self._vault

    # -- what is true -------------------------------------------------------------------------------

    def system(self) -> System | None:
        """The inventory with the person's answers in it."""
        return whole_system(self.session)

    def answers(self) -> Answers:
        """What was told that no API tells."""
        return self.session.load(ANSWERS) or Answers()

    def profile(self) -> Profile | None:
        """The target that was chosen."""
        choice = self.session.load(TARGET)
        return profile_of(self.session, choice.provider) if choice else None

    def route(self) -> str:
        """ "Heroku to Aptible", "Heroku, no target yet"."""
        source = source_provider(self.session.info.source).title
        choice = self.session.load(TARGET)
        return (
            f"{source} to {target_provider(choice.provider).title}" if choice else f"{source}, no target yet"
        )

    def held(self) -> str:
        """Who else has the session, "" when it is ours to write."""
        if self._holder is not None:
            self._holder = self.session.claim()
        if self._holder is None:
            return ""
        return (
            f"Read only: {self._holder.words()}, has this session. Close it there; this one then takes over."
        )

    def read_only(self) -> str:
        """Why answers cannot be changed now, "" when they can."""
        if held := self.held():
            return held
        run = newest_run(self.session)
        if run is None or run.state in ("stopped", "taken-back"):
            return ""
        if run.state == "done":
            return "this migration is done; its answers are part of the report"
        return "a run is under way with these answers; stop it, or take it back, at the stage run"

    # -- doing ----------------------------------------------------------------------------------------

    def save(self, part: Part[T], value: T, *, keeps_plan: bool = False) -> None:
        """Write an answer; the plan was made from the answers, so it goes, unless `keeps_plan`."""
        if held := self.held():
            raise Trouble(held, remedy="Close it there, then answer again.", code="held")
        self.session.save(part, value)
        if not keeps_plan:
            self.session.drop(PLAN)
            self.session.drop(PREFLIGHT)

    def keep_code_folder(self, app_id: str, path: str) -> None:
        """Write the folder with an app's code wherever it is read from."""
        answers, mapping = self.answers(), self.session.load(MAPPING)
        folders = {**answers.checkouts, app_id: path}
        self.save(ANSWERS, msgspec.structs.replace(answers, checkouts=folders))
        if mapping is not None and mapping.app(app_id) is not None:
            self.save(MAPPING, set_checkout(mapping, app_id, path))

    def wait(self, doing: str, work: Coroutine[Any, Any, T]) -> T:
        """Say what is done, and do it; where it takes long, say for how long it has.

        Raises:
            Trouble: it cannot be done.
        """
        self.console.say(f"{doing} …")
        return asyncio.run(self._watched(doing, work))

    async def _watched(self, doing: str, work: Coroutine[Any, Any, T]) -> T:
        begun = time.monotonic()
        task = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait({task}, timeout=TOLD_EVERY))[0]:
                lasted = duration(time.monotonic() - begun)
                self.console.say(f"{doing}: still at it after {lasted}; ctrl+c leaves.")
        finally:
            task.cancel()
        return task.result()


def heading(desk: Desk, stage: str) -> None:
    """Where the person is, in two lines."""
    number = NAMES.index(stage) + 1
    desk.console.say()
    desk.console.say(f"Stage {number} of {len(NAMES)}: {stage}.")
    demo = " The example, on this machine only." if desk.session.info.demo else ""
    desk.console.say(f"Migration {desk.session.name}, {desk.route()}.{demo}")


def do_one_of(
    desk: Desk, question: Callable[[], str], deeds: Callable[[], Sequence[Deed]], *, help_: Help
) -> None:
    """Offer what can be done, again and again, until something leads on.

    Raises:
        Back, Leave, EndOfInput.
    """
    while True:
        offered = deeds()
        answers = [Answer(str(number), deed.words, deed.why_not) for number, deed in enumerate(offered)]
        chosen = ask_one(desk.console, question(), answers, help_=help_)
        try:
            if offered[int(chosen)].do():
                return
        except Back:
            continue
        except (Leave, EndOfInput):
            raise
        except Exception as error:  # noqa: BLE001  told in words, logged when it is our mistake
            desk.console.trouble(as_trouble(error))
