"""Run, in lines: what happens is told as it happens; gates, and what a person does, are asked."""

from collections.abc import Callable
from typing import Any

from screens.headless.follow import TAKES_UP, who
from screens.monitor.dns import open_watch, what_going_on_means
from screens.monitor.guide import open_guide
from screens.monitor.run_keys import refusal
from screens.monitor.status import open_gate, status, wanted_secret
from screens.monitor.words import back_lines
from screens.plain.connect import connect
from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.following import Following, progress
from screens.plain.map import keep_registry_login
from screens.plain.own_tunnel import use_own_tunnel
from screens.plain.plainly import aloud, without_keys
from screens.plain.program_sign_in import sign_in_there
from screens.plain.question import Help, Leave, ask_name
from screens.plain.rollback import roll_back_an_app
from screens.plain.run_lists import lists
from screens.plain.run_now import tell_now
from screens.plain.support import write_bundle
from wizard.run.abandon import abandon
from wizard.run.control import ask, refused
from wizard.run.guide import COPIED
from wizard.run.launch import start_worker
from wizard.run.view import GateView, RunView, view
from wizard.run.watched import DnsWatch
from wizard.session.image_login import wanted_registry
from wizard.session.parts import PLAN

HELP = Help(
    "The run is a process of its own: it goes on when this terminal is closed, and here it is only followed. "
    "ctrl+c ends the following and asks what to do. At a gate it waits for you, for days if need be.",
    "the report says what moved, with the proof.",
)
GATE = Help(
    "A gate is passed by typing its name, and by nothing else. Nothing happens until then. What is true now, "
    "what will happen, how long it takes and the way back were read out above."
)

BACK = Help(
    "Heroku serves again as before the cut-over. What is on the target stays there, unused; what was written "
    "there since does not come along."
)

STANDS = ("paused", "failed", "stopped", "taken-back", "done", "going-back")
"""States in which other things can be done than while a run goes on."""

Other = tuple[str, str, Callable[[], None]]
"""Its words, the action of `screens.monitor.run_keys` that says whether it works now, and what it does."""


def run(desk: Desk) -> None:
    """Follow the run; go on to the report when it has ended.

    Raises:
        Back, Leave, EndOfInput.
    """
    heading(desk, "run")
    _Run(desk).ask()


class _Run:
    """The questions of the stage."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._following = Following(desk)
        self._read: GateView | None = None
        self._asked_at: tuple[str, ...] = ()
        seen = view(desk.session)
        if seen is not None and seen.worker == "alive":
            if not desk.held():
                # It may lack what was signed in to since.
                start_worker(desk.session, desk.vault)
            self._following.follow()

    def ask(self) -> None:
        do_one_of(
            self._desk,
            self._question,
            self._deeds,
            help_=HELP,
            stage="run",
            also=self._also,
            news=self._went_on,
        )

    def _went_on(self) -> str:
        """What the run came to while the question stood there, "" while it waits for the same, or runs."""
        seen = view(self._desk.session)
        if seen is None or waits_for(seen) == self._asked_at:
            return ""
        return f"Meanwhile: {_how(seen)} Enter asks anew what to do."

    # -- what is asked --------------------------------------------------------------------------------

    def _question(self) -> str:
        seen = view(self._desk.session)
        if seen is None:
            return "Nothing has run yet. The plan starts it. What now?"
        trouble = seen.trouble
        if trouble is not None and seen.run.state not in ("done", "running"):
            self._desk.console.say(without_keys(trouble.sentence()))
        for line in progress(seen):
            self._desk.console.say(line)
        if seen.worker == "dead":
            self._desk.console.say("Its worker is gone: nothing moves until it is started again.")
        return f"{_how(seen)} What now?"

    def _deeds(self) -> list[Deed]:
        seen = view(self._desk.session)
        if seen is None:
            return [Deed("Follow the run", lambda: None, "nothing has run yet; b goes back to the plan")]
        held = self._desk.held()
        self._asked_at = waits_for(seen)
        closer = Deed("Look closer: tables, steps, what happened, the log; support", self._look_closer)
        if seen.run.state == "done":
            # Its worker may need a moment to end; it takes no wish any more.
            return [Deed("Go on to the report", lambda: True), *self._back_to_a_release(seen, held), closer]
        found = [*self._wanted(seen, held)]
        if seen.run.state == "taken-back":
            found.append(Deed("Go on to the report", lambda: True))
        if not refusal("resume", seen) and open_watch(seen) is None and open_guide(seen) is None:
            words = "Go on with the run, or try again"
            found.append(Deed(words, lambda: self._resume(seen), held, action="resume"))
        waits = open_gate(seen) or open_guide(seen) or open_watch(seen) or wanted_secret(seen)
        if seen.worker == "alive" and waits is None:
            found.append(Deed("Follow the run", self._follow))
        elif seen.worker == "alive" and held:
            found.insert(0, Deed("Go on watching", self._follow))
        for words, name, do in self._others(seen):
            if not refusal(name, seen):
                found.append(Deed(words, do, held, action=name))
        found += self._back_to_a_release(seen, held)
        return [*found, closer, Deed("Read the report as it stands", lambda: True)]

    def _back_to_a_release(self, seen: RunView, held: str) -> list[Deed]:
        if refusal("roll_back", seen):
            return []
        words = "After a bad deploy: an app goes back to the release before it"
        return [Deed(words, lambda: roll_back_an_app(self._desk), held, action="roll_back")]

    def _also(self) -> list[Deed]:
        """What the letters of the full screen do besides; one that is refused now says why."""
        seen, leave = view(self._desk.session), Deed("Leave; the run goes on", _leave, action="detach")
        if seen is None:
            return [leave]
        refused = [
            Deed(words, lambda: None, without_keys(why), action=name)
            for words, name, _ in self._others(seen)
            if (why := refusal(name, seen))
        ]
        why = self._desk.held() or without_keys(refusal("resume", seen))
        again = Deed("Look again now, or go on", lambda: self._resume(seen), why, action="resume")
        return [*lists(self._desk), *refused, again, leave]

    def _look_closer(self) -> None:
        bundle = Deed("Write a file for whoever helps, safe to send", lambda: write_bundle(self._desk))
        now = Deed("How it stands now: step, tunnels, tokens, what is next", lambda: tell_now(self._desk))
        what = [now, *lists(self._desk), bundle]
        do_one_of(self._desk, lambda: "What do you want to know? b goes back.", lambda: what, help_=HELP)

    def _wanted(self, seen: RunView, held: str) -> list[Deed]:
        """What the run waits for."""
        if (gate := open_gate(seen)) is not None:
            if gate != self._read:
                # Read out once, and again when something of it is not as it was.
                self._read_out(gate)
            words = f"Pass the gate; you are asked to type {gate.word}"
            again = Deed("Read the gate out again", lambda: self._read_out(gate))
            return [Deed(words, lambda: self._pass(gate), held, action="go"), again]
        if (wanted := wanted_secret(seen)) is not None:
            self._desk.console.say(without_keys(f"Waiting for you: {wanted.reason}"))
            return [Deed("Give it; the run goes on by itself", lambda: self._give(wanted.vendor), held)]
        guide, watch = open_guide(seen), open_watch(seen)
        found = []
        if guide is not None and guide.offers:
            words = "Have Offramp sign in there, with the password of this migration"
            found.append(Deed(words, self._sign_in_there, held))
        wait = Deed("Wait: Offramp looks, and goes on by itself", self._follow)
        if watch is not None or (guide is not None and not guide.blind):
            found.append(wait)
        if guide is not None and guide.by_word:
            accept = {"do": "accept", "step": guide.step}
            words = (
                "I did it: the run goes on (Offramp cannot see it)"
                if guide.blind
                else "It is done: the run goes on"
            )
            if guide.without:
                words = "Go on without it"
                found.append(Deed("Try again", self._retry, held, action="resume"))
            found.append(Deed(words, lambda: self._tell(accept), held, avows=True))
        if watch is not None and seen.current is not None:
            accept = {"do": "accept", "step": seen.current.step.key}
            found += [
                Deed("Look at DNS again now", self._retry, held, action="resume"),
                Deed("Go on with DNS as it is", lambda: self._as_it_is(watch, accept), held),
            ]
        return found

    def _others(self, seen: RunView) -> list[Other]:
        pause: Other = ("Pause", "pause", lambda: self._tell({"do": "pause"}))
        return [
            *([] if seen.run.state == "paused" else [pause]),
            ("One worker more for the copy", "more", lambda: self._tell({"do": "more"})),
            ("One worker fewer for the copy", "fewer", lambda: self._tell({"do": "fewer"})),
            ("Sign in again", "sign_in", lambda: connect(self._desk)),
            ("A tunnel that you keep open yourself, by its port", "own_tunnel", self._own_tunnel(seen)),
            ("Take everything back to Heroku", "take_back", lambda: self._take_back(seen)),
            ("Stop the run where it is", "stop", lambda: self._stop(seen)),
        ]

    # -- doing ------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        self._following.follow()

    def _own_tunnel(self, seen: RunView) -> Callable[[], None]:
        return lambda: use_own_tunnel(self._desk, seen)

    def _read_out(self, gate: GateView) -> None:
        say, self._read = self._desk.console.say, gate
        say()
        say(f"{gate.title} is open. True now:")
        for state, sentence in gate.true_now:
            self._at_gate(sentence, f"{state}: ")
        say("What will happen:")
        for sentence in gate.will_happen:
            self._at_gate(sentence)
        say(f"How long: {aloud(gate.duration)}")
        say(f"Way back: {without_keys(gate.way_back)}")

    def _at_gate(self, sentence: str, state: str = "") -> None:
        if sentence.startswith(COPIED):
            # To be typed elsewhere, exactly so.
            self._desk.console.verbatim(sentence.removeprefix(COPIED))
        else:
            self._desk.console.say(f"{state}{without_keys(aloud(sentence))}", indent="  ")

    def _pass(self, gate: GateView) -> None:
        if ask_name(self._desk.console, gate.word, "pass the gate", help_=GATE):
            self._asked({"do": "answer", "gate": gate.key, "word": gate.word})
            self._following.passed(gate.key)
            self._follow()

    def _sign_in_there(self) -> None:
        sign_in_there(self._desk)
        self._follow()

    def _give(self, vendor: str) -> None:
        if registry := wanted_registry(vendor):
            keep_registry_login(self._desk, registry)
        else:
            connect(self._desk)
        self._follow()

    def _tell(self, request: dict[str, Any]) -> None:
        self._asked(request)
        self._following.tried_again(0.0 if request["do"] == "pause" else TAKES_UP)
        self._follow()

    def _as_it_is(self, watch: DnsWatch, request: dict[str, Any]) -> None:
        for sentence in what_going_on_means(watch):
            self._desk.console.say(sentence)
        if ask_name(self._desk.console, "go on", "go on with DNS as it is", help_=HELP):
            self._tell(request)

    def _retry(self) -> None:
        self._tell({"do": "retry"})

    def _resume(self, seen: RunView) -> None:
        if seen.worker != "alive":
            start_worker(self._desk.session, self._desk.vault)
            self._following.tried_again(TAKES_UP)
            self._follow()
        else:
            self._tell({"do": "resume" if seen.run.state == "paused" else "retry"})

    def _take_back(self, seen: RunView) -> None:
        plan = self._desk.session.load(PLAN)
        for line in back_lines(seen, plan.target if plan else "the target"):
            self._desk.console.say(without_keys(aloud(line.replace("  · ", "- "))))
        if ask_name(
            self._desk.console, self._desk.session.name, "take everything back to Heroku", help_=BACK
        ):
            if seen.worker != "alive":
                start_worker(self._desk.session, self._desk.vault)
            self._tell({"do": "back"})

    def _stop(self, seen: RunView) -> None:
        say = self._desk.console.say
        if seen.worker == "alive":
            say("The worker ends after what it is at is broken off cleanly. Heroku goes on serving.")
        say(
            "What is done is kept, and the run can go on from there later; until then answers can be changed."
        )
        if not ask_name(self._desk.console, "stop", "stop the run", help_=HELP):
            return
        if seen.worker == "alive":
            self._tell({"do": "stop"})
        else:
            abandon(self._desk.session, who())
            self._desk.console.say("The run is stopped; what is done is kept.")

    def _asked(self, request: dict[str, Any]) -> None:
        """Pass a wish on to the worker.

        Raises:
            Trouble: it refuses, and why.
        """
        answer = ask(self._desk.session, request | {"who": who()})
        if not answer.get("ok"):
            raise refused(answer, remedy="Look how the run stands.")


def waits_for(seen: RunView) -> tuple[str, ...]:
    """What a person is asked at a run hangs on this: how it ended or stands, and what it waits for."""
    gate, guide, secret = open_gate(seen), open_guide(seen), wanted_secret(seen)
    stands = seen.run.state if seen.run.state in STANDS else "goes on"
    return (
        stands if seen.worker == "alive" or stands != "goes on" else "worker gone",
        gate.key if gate is not None else "",
        guide.step if guide is not None else "",
        str(seen.run.current) if open_watch(seen) is not None else "",
        secret.vendor if secret is not None else "",
    )


def _how(seen: RunView) -> str:
    """How a run stands, in a sentence."""
    word = status(seen).word if seen.worker == "alive" else seen.run.state
    return f"The run is {word}: {seen.done} of {len(seen.steps)} steps done."


def _leave() -> None:
    raise Leave
