"""The run: a monitor that reads the journal once a second, and speaks to the worker when a key is pressed.

The worker is another process. This screen may come and go; nothing it shows is kept here.
"""

from dataclasses import replace
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult

from screens.background import in_thread
from screens.demo_help import shown_by
from screens.gate import GateDialog
from screens.keys import Key
from screens.lean_wire import LeanCompositor
from screens.link import SLOWER
from screens.monitor.bell import Bell
from screens.monitor.board import Board
from screens.monitor.line import EMPTY, Span, line
from screens.monitor.reading import look
from screens.monitor.run_keys import enter_word, pause_word, refusal, resume_word
from screens.monitor.scene import Kept, Seen, scene
from screens.monitor.status import open_gate, status, wanted_secret
from screens.monitor.whole_lists import Kind
from screens.monitor.words import parting, stop_lines
from screens.quantities import clock
from screens.run_about import ABOUT, KEYS
from screens.run_back import ask_way_back
from screens.run_control import RunControl
from screens.run_gate import follow_gate, show_gate
from screens.run_lists import RunLists
from screens.run_rollback import choose_app
from screens.run_tunnel import ask_port
from screens.run_ways import help_person
from screens.stage import StageScreen
from screens.styles import sheet
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.notice import Notice
from wizard.run.abandon import abandon
from wizard.run.control import ask, said
from wizard.run.launch import start_worker
from wizard.run.view import RunView
from wizard.session.person import this_person

EVERY = 1.0
"""Seconds between two looks at the journal."""

UNTRUE = ("done", "taken-back", "failed")
"""States in which what was said before of going on, or going back, is not true any more."""

STAYS = 10
"""Looks for which a sentence above the footer stays."""


class RunScreen(StageScreen):
    """The monitor."""

    stage = "run"
    CSS_PATH = sheet("run")
    AUTO_FOCUS = ""
    ABOUT = ABOUT
    KEYS: ClassVar[tuple[Key, ...]] = KEYS

    def __init__(self) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self._seen: Seen | None = None
        self._kept = Kept()
        self._looked = False
        self._looking = False
        self._head = ""
        self._bell = Bell()
        self._doing = ""
        self._said_since = 0
        self._control = RunControl(self)

    def compose_body(self) -> ComposeResult:
        """One board."""
        yield Board(id="monitor")

    def on_mount(self) -> None:
        """First look, then one a second."""
        super().on_mount()
        self._tick()
        self.set_interval(EVERY * (SLOWER if self.offramp.slow_link else 1), self._tick)

    def on_unmount(self) -> None:
        """A wish for control ends with the monitor."""
        self._control.close()

    def read_only(self) -> str:
        """A run is for watching and for control; only another Offramp that has the session forbids it."""
        return self.offramp.read_only_words()

    # -- looking --------------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._looking:
            return
        self._looking = True
        self.run_worker(self._look(), group="look", exit_on_error=False)

    async def _look(self) -> None:
        try:
            session = self.session
            self._control.look()
            seen = await in_thread(look, session)
        except Exception as error:  # noqa: BLE001  shown in the panel, logged when it is our mistake
            if self.is_attached:
                self.show_trouble(error)
        else:
            if self.is_attached:
                await self._take(seen)
        finally:
            self._looking = False

    async def _take(self, seen: Seen | None) -> None:
        seen = None if seen is None else seen._replace(keys=self.offramp.keymap.words(self.scope()))
        first, before = not self._looked, self._seen
        self._looked, self._seen = True, seen
        top = self.app.screen
        if isinstance(top, RunLists):
            # They cover the monitor, which is drawn anew when it is seen again.
            if seen is not None:
                top.show(seen)
            return
        self.rebuild()
        head = f"{self.fact()}|{self._refusals()}"
        if head != self._head:
            self._head = head
            self.renew()
        if seen is None:
            return
        if first:
            self._offer_credentials(seen.view)
        self._bell.look(self, seen.view)
        was, now = (before or seen).view, seen.view
        died = was.worker != now.worker == "dead"
        self._forget_notice(ended=died or (was.run.state != now.run.state and now.run.state in UNTRUE))
        if isinstance(top, GateDialog):
            follow_gate(self, top, seen.view)

    def _forget_notice(self, *, ended: bool) -> None:
        """What was said goes after a while, or when the run or its worker ends: it is no longer true then."""
        if self._said_since and self.query_one(Notice).said:
            self._said_since = 0 if ended else self._said_since - 1
            if self._said_since == 0:
                self.say("")

    def say(self, sentence: str, *, good: bool = False) -> None:
        """One line above the footer, for some seconds."""
        super().say(sentence, good=good)
        self._said_since = STAYS if sentence else 0

    def _offer_credentials(self, view: RunView) -> None:
        """Once, when the screen comes up: the person may come from signing in again."""
        if wanted_secret(view) is not None and not self.read_only():
            self._start("")

    # -- showing --------------------------------------------------------------------------------------

    def rebuild(self) -> None:
        """Draw what was seen last."""
        board = self.query_one("#monitor", Board)
        cells, height = board.size
        if not cells:
            return
        if self._seen is None:
            words = (
                "Nothing has run yet. The plan starts it: press esc."
                if self._looked
                else "Reading the journal."
            )
            board.show([line(Span(self.words(words), "muted"))])
            return
        drawn = scene(self._seen, cells, height, self._kept)
        self._kept = drawn.kept
        lines = drawn.lines
        if self._doing:
            lines = [line(Span(f"● {self._doing}", "accent")), EMPTY, *lines][:height]
        board.show(lines)

    def on_resize(self, event: events.Resize) -> None:
        """Columns follow the width; the board knows its size only after the layout."""
        self.call_after_refresh(self.renew)

    def fact(self) -> str:
        """The state in two words, and when the run began."""
        if self._seen is None:
            return ""
        now = status(self._seen.view)
        begun = clock(self._seen.view.run.started_at)[:5]
        pace = f" · drawn every {EVERY * SLOWER:g} s" if self.offramp.slow_link else ""
        return f"{now.glyph} {now.word} · begun {begun}{pace}{self._control.fact()}"

    def _refusals(self) -> str:
        return "|".join(f"{key.name}{self.refusal(key)}{self._word(key)}" for key in self.KEYS)

    def _word(self, key: Key) -> str:
        view = self._seen.view if self._seen else None
        match key.name:
            case "go":
                return enter_word(view)
            case "pause":
                return pause_word(view)
            case "resume":
                return resume_word(view)
        return key.word

    def renew_keys(self) -> None:
        """The words follow the state; enter stands first, and only when something waits for it, as
        does the key that asks for control."""
        keys = [
            (replace(key, word=self._word(key)), not self.refusal(key)) for key in self.KEYS if key.footer
        ]
        keys = [(key, works) for key, works in keys if works or key.name not in ("go", "control")]
        self.show_footer(keys)

    def why_not(self, name: str) -> str:
        """Why an action is refused in the state the run is in."""
        if name == "control":
            return self._control.why_not()
        return refusal(name, self._seen.view if self._seen else None)

    # -- keys -----------------------------------------------------------------------------------------

    async def action_go(self) -> None:
        """What the run waits for."""
        assert self._seen is not None
        view = self._seen.view
        gate = open_gate(view)
        if gate is not None:
            show_gate(self, gate, self._gate_answered)
        elif help_person(self, view):
            return
        elif wanted_secret(view) is not None:
            await self.offramp.show_stage("connect")
        else:
            await self.offramp.show_stage("report")

    async def action_sign_in(self) -> None:
        """To where one signs in; the run does not notice."""
        await self.offramp.show_stage("connect")

    def _gate_answered(self, word: str | None) -> None:
        gate = open_gate(self._seen.view) if self._seen else None
        if word is None:
            return
        if gate is None:
            self.say("The gate is no longer open. Nothing was sent.")
            return
        self._ask({"do": "answer", "gate": gate.key, "word": word}, "The gate is passed; the run goes on.")

    def action_pause(self) -> None:
        """Pause, or go on."""
        assert self._seen is not None
        if self._seen.view.run.state == "paused":
            self._ask({"do": "resume"}, "The run goes on.")
        else:
            self._ask({"do": "pause"}, "Paused. Press p to go on.")

    def action_more(self) -> None:
        """One worker more."""
        self._ask({"do": "more"}, "One worker more, as soon as the servers have room for it.")

    def action_fewer(self) -> None:
        """One worker fewer; never none."""
        self._ask({"do": "fewer"}, "One worker fewer, as soon as it has ended what it is at.")

    def action_resume(self) -> None:
        """Whatever makes the run go on."""
        assert self._seen is not None
        view = self._seen.view
        if view.worker != "alive":
            self._start("The worker runs again; it looks at the world first, then goes on.")
        elif view.run.state == "paused":
            self._ask({"do": "resume"}, "The run goes on.")
        else:
            self._ask({"do": "retry"}, "It is tried again now.")

    def action_take_back(self) -> None:
        """Ask, then back to Heroku."""
        assert self._seen is not None
        ask_way_back(self, self._seen.view, self._go_back)

    def _go_back(self) -> None:
        if self._seen is not None:
            first = self._seen.view.worker != "alive"
            self._ask({"do": "back"}, "Going back to Heroku.", start_first=first)

    def action_control(self) -> None:
        """Ask for control, or take the wish back."""
        self._control.press()

    def action_stop(self) -> None:
        """Ask, then stop."""
        assert self._seen is not None

        def decided(yes: bool | None) -> None:
            if not yes or self._seen is None:
                return
            if self._seen.view.worker == "alive":
                self._ask({"do": "stop"}, "The run stops; what is done is kept.")
            else:
                self.behind(self._abandoned(), group="control")

        lines = [self.words(one) for one in stop_lines(self._seen.view)]
        self.app.push_screen(ConfirmTyping("Stop the run", lines, word="stop", verb="to stop it"), decided)

    async def _abandoned(self) -> None:
        await in_thread(abandon, self.session, this_person())
        if self.is_attached:
            self.say("The run is stopped; what is done is kept.", good=True)
        self._tick()

    def action_detach(self) -> None:
        """Leave; the worker does not notice."""
        self.app.exit(message=self.leaving_words())

    def leaving_words(self) -> str:
        """What becomes of the run, and how to see it again."""
        words = self.words(parting(self._seen.view if self._seen else None))
        return f"{words} `{shown_by(self.session.info)}` shows it again."

    action_roll_back = choose_app

    def action_own_tunnel(self) -> None:
        """A tunnel that the person keeps open."""
        assert self._seen is not None
        ask_port(self, self._seen.view)

    def accept_step(self, key: str, said: str) -> None:
        """Let the step that waits for a person go on with what is there."""
        self._ask({"do": "accept", "step": key}, said)

    def action_tables(self) -> None:
        """All tables."""
        self._lists("tables")

    def action_log(self) -> None:
        """The target's log."""
        self._lists("log")

    def action_steps(self) -> None:
        """All steps."""
        self._lists("steps")

    def action_events(self) -> None:
        """What happened."""
        self._lists("events")

    def _lists(self, kind: Kind) -> None:
        assert self._seen is not None
        self.app.push_screen(RunLists(kind, self._seen))

    # -- speaking to the worker -----------------------------------------------------------------------

    def _ask(self, request: dict[str, Any], good: str, *, start_first: bool = False) -> None:
        self.behind(self._asked(request, good, start_first), group="control")

    async def _asked(self, request: dict[str, Any], good: str, start_first: bool) -> None:
        if start_first:
            await self._started()
        answer = await in_thread(ask, self.session, request | {"who": this_person()})
        if not self.is_attached:
            return
        if answer.get("ok"):
            self.say(good, good=True)
        else:
            self.say(said(answer))
        self._tick()

    def _start(self, good: str) -> None:
        async def start() -> None:
            await self._started()
            if self.is_attached and good:
                self.say(good, good=True)
            self._tick()

        self.behind(start(), group="control")

    async def _started(self) -> None:
        alive = self._seen is not None and self._seen.view.worker == "alive"
        self._doing = "Handing over the credentials." if alive else "Starting the worker."
        self.rebuild()
        try:
            vault = await self.offramp.vault()
            await in_thread(start_worker, self.session, vault)
        finally:
            self._doing = ""
            if self.is_attached:
                self.rebuild()
