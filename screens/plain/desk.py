"""What every stage of the plain wizard works with: the session, the credentials, the console, the code."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec

from screens.code_folders import CodeFolders
from screens.demo_help import DemoHelp
from screens.mistake import as_trouble
from screens.plain.console import Console, EndOfInput, GivenAway, Interrupted
from screens.plain.control import Doorkeeper, Overtaken, ask_for_control
from screens.plain.letters import letter_of
from screens.plain.plainly import without_keys
from screens.plain.question import GO_TO, Answer, Back, GoTo, Help, Leave, ask_one
from screens.quantities import duration
from screens.stages import NAMES, newest_run, standing, whole_system
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

QUIET = 0.7
"""Seconds for which nothing is said of something that is waited for: each line is read aloud."""

TOLD_EVERY = 15.0
"""Seconds between lines about something that is still waited for."""


STAGES_HELP = Help("The stages in their order. One that cannot be entered yet says what comes first.")


@dataclass(frozen=True)
class Deed:
    """Something that can be done at a stage. `do` returns True when the stage is left for the next one.
    `action` is the same thing of the full screen, whose letter is taken here, too. `avows` that doing it says
    something on the person's word: enter alone is none."""

    words: str
    do: Callable[[], bool | None]
    why_not: str = ""
    action: str = ""
    avows: bool = False


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
        self.door = console.aside = Doorkeeper(session, self._give_to)

    @property
    def vault(self) -> Vault:
        """Where credentials are; the keyring is tried out once."""
        if self._vault is None:
            self._vault = self._opened()
        return self._vault

    def _opened(self) -> Vault:
        # In a thread and by no loop: this may be asked for from within one.
        with ThreadPoolExecutor(1) as thread:
            opening = thread.submit(open_vault)
            if not wait({opening}, timeout=QUIET).done:
                self.console.say("Looking at the keyring ...")
            return opening.result()

    def look_at_keyring_again(self) -> None:
        """Try the keyring out anew, after a person unlocked it."""
        fresh = self._opened()
        fresh.take_over(self.vault)
        self._vault = fresh

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

    def _give_to(self, asker: Holder) -> None:
        """Control was given away; until the other has taken it, it is the one who is next."""
        self._holder = self.session.claim() or asker

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
        """Do it; where it takes long, say what is done, and for how long it has been.

        Raises:
            Trouble: it cannot be done.
        """
        return asyncio.run(self._watched(doing, work))

    async def _watched(self, doing: str, work: Coroutine[Any, Any, T]) -> T:
        begun = time.monotonic()
        task = asyncio.ensure_future(work)
        try:
            if not (await asyncio.wait({task}, timeout=QUIET))[0]:
                self.console.say(f"{doing} ...")
            while not (await asyncio.wait({task}, timeout=TOLD_EVERY))[0]:
                lasted = duration(time.monotonic() - begun)
                self.console.say(f"{doing}: still at it after {lasted}; ctrl+c breaks it off.")
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
    desk: Desk,
    question: Callable[[], str],
    deeds: Callable[[], Sequence[Deed]],
    *,
    help_: Help,
    stage: str = "",
    also: Callable[[], Sequence[Deed]] = tuple,
    news: Callable[[], str] | None = None,
) -> None:
    """Offer what can be done, again and again, until something leads on.

    Args:
        stage: the one that is asked about; "" for a question within one.
        also: what is not listed, and done by its letter all the same, as in the full screen.
        news: says, while the question is open, what makes another question of it; "" while nothing does.

    Raises:
        Back, GoTo, Leave, EndOfInput, Interrupted; what `deeds` and `question` raise.
    """
    while True:
        asks = _control(desk, stage)
        offered = [*deeds(), *(asks if desk.held() else ())]
        # Also while it is not offered: control may be given away at the open question.
        hidden = [*also(), *asks]
        answers = [_answer(number, deed, stage) for number, deed in enumerate(offered)]
        letters = [_answer(len(offered) + number, deed, stage) for number, deed in enumerate(hidden)]
        if asks and not desk.held():
            letters[-1] = replace(letters[-1], quiet=True)
        words = question()
        desk.door.watch(news)
        try:
            chosen = ask_one(
                desk.console,
                words,
                answers,
                help_=help_,
                default="" if offered and offered[0].avows else None,
                goes=bool(stage),
                letters=letters,
            )
        except GivenAway:
            if not stage:
                raise
            continue
        except Overtaken:
            continue
        finally:
            desk.door.watch(None)
        go_to = Deed("", lambda: _go_to_another(desk, stage))
        if _does(desk, go_to if chosen == GO_TO else [*offered, *hidden][int(chosen)], stage):
            return


def _does(desk: Desk, deed: Deed, stage: str) -> bool:
    """Do it; whether it leads on. What is in its way is told.

    Raises:
        GoTo, Leave, EndOfInput, Interrupted; GivenAway within a question: it is asked anew, at the stage.
    """
    try:
        return bool(deed.do())
    except Back:
        pass
    except GivenAway:
        # What could be done a moment ago is for the other now.
        if not stage:
            raise
    except (GoTo, Leave, EndOfInput, Interrupted):
        raise
    except KeyboardInterrupt:
        desk.console.broken_off("Broken off.")
    except Exception as error:  # noqa: BLE001  told in words, logged when it is our mistake
        desk.console.trouble(as_trouble(error))
    return False


def _answer(number: int, deed: Deed, stage: str) -> Answer:
    return Answer(str(number), deed.words, deed.why_not, letter_of(stage, deed.action))


def _control(desk: Desk, stage: str) -> list[Deed]:
    """Asking for a session that another terminal has; at every stage, since each may want to change it."""

    def ask() -> None:
        if desk.held():
            ask_for_control(desk.session, desk.console)
        else:
            desk.console.say("You have control already.")

    return [Deed("Ask whoever has this migration for control", ask, action="control")] if stage else []


def _go_to_another(desk: Desk, stage: str) -> None:
    """Ask for a stage.

    Raises:
        GoTo: one was chosen. Back, Leave, EndOfInput, Interrupted.
    """
    where = standing(desk.session)
    answers = [
        Answer(name, name + (", where you are" if name == stage else ""), without_keys(where.why_not[name]))
        for name in NAMES
    ]
    raise GoTo(ask_one(desk.console, "To which stage?", answers, help_=STAGES_HELP, default=where.current))
