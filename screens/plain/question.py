"""Questions by numbers: what each is for, its answers, the one that enter takes, help, back, leave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from screens.plain.console import Console
from wizard.model.secret import Secret

MANY = 20
"""Answers from which on one is told that `/text` shows fewer."""

HELP, BACK, LEAVE, GO_TO = "?", "b", "q", "g"

WAYS = "? explains, b goes back, q leaves; everything is saved."

BEGIN = (
    "Questions and lines. Type the number of an answer, or enter alone for the one in brackets. ? explains, "
    "b goes back, g goes to another stage, q leaves; everything is saved."
)
"""What is said once, before the first question."""

HIDDEN = "Type or paste it and press enter; nothing of it is shown, no dots either."


class Back(Exception):
    """The person goes back to the question before."""


class Leave(Exception):
    """The person leaves; everything is saved."""


class GoTo(Exception):
    """The person goes to another stage."""

    def __init__(self, stage: str) -> None:
        super().__init__(stage)
        self.stage = stage


@dataclass(frozen=True)
class Answer:
    """One numbered answer. `why_not` says why it cannot be taken now; `letter` takes it as its number.
    `quiet` is one that ? does not list: nobody needs it now."""

    key: str
    words: str
    why_not: str = ""
    letter: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Help:
    """What `?` says of a question: what it is for, and what happens next."""

    purpose: str
    next: str = ""

    def lines(self) -> list[str]:
        """For the console."""
        return [one for one in (self.purpose, self.next and f"Next: {self.next}") if one]


def ask_one(
    console: Console,
    question: str,
    answers: Sequence[Answer],
    *,
    help_: Help,
    default: str | None = None,
    goes: bool = False,
    letters: Sequence[Answer] = (),
) -> str:
    """The key of the answer that was chosen.

    Args:
        default: what enter takes: the first that can be taken, unless one is named.
        goes: whether g is an answer, too: GO_TO.
        letters: what is not listed, and taken by its letter only.

    Raises:
        Back, Leave, EndOfInput, Interrupted.
    """
    usual = _usual(answers, default)
    shown = list(enumerate(answers, 1))
    _list(console, question, shown)
    while True:
        typed = console.line(_prompt(len(answers), usual, goes=goes)).lower()
        if not typed and usual:
            return answers[usual - 1].key
        if goes and typed == GO_TO:
            return GO_TO
        if typed.startswith("/"):
            wanted = typed[1:].strip()
            found = [one for one in shown if wanted in one[1].words.lower()]
            _list(console, f"{len(found)} of {len(shown)} contain “{wanted}”:", found)
        elif _command(console, typed, help_, _how(usual, many=len(answers) > MANY)):
            _explain_letters(console, [*answers, *letters], goes=goes)
            _list(console, question, shown)
        elif (answer := _meant(typed, answers, letters)) is None:
            console.say(f"Type {_numbers(len(answers))}. {WAYS}")
        elif answer.why_not:
            console.say(f"{typed} cannot be taken now: {answer.why_not}")
        else:
            return answer.key


def _meant(typed: str, answers: Sequence[Answer], letters: Sequence[Answer]) -> Answer | None:
    """The answer of a number or a letter."""
    if typed.isascii() and typed.isdigit():
        return answers[int(typed) - 1] if 1 <= int(typed) <= len(answers) else None
    return next((one for one in (*answers, *letters) if one.letter and one.letter == typed), None)


def _explain_letters(console: Console, answers: Sequence[Answer], *, goes: bool) -> None:
    known: dict[str, str] = {}
    for one in answers:
        if one.letter and not one.quiet:
            # The first that has a letter is the one that it takes.
            known.setdefault(one.letter, f"{one.words}{' (not now)' if one.why_not else ''}")
    if goes:
        known[GO_TO] = "Go to another stage"
    if known:
        console.say("Letters do what they do in the full screen:")
    for letter, words in known.items():
        console.say(f"{letter}: {words}", indent="  ")


def ask_text(
    console: Console,
    question: str,
    *,
    help_: Help,
    default: str = "",
    check: Callable[[str], str] = lambda text: "" if text else "Type something, or b to go back.",
) -> str:
    """What was typed and `check` found nothing wrong with. Enter takes `default`; a backslash alone is the
    empty text, and one before a text lets it begin with what would be a command ("\\b").

    Raises:
        Back, Leave, EndOfInput.
    """
    console.say()
    console.say(question)
    while True:
        typed = console.line(f"Type it{f' [{default}]' if default else ''}: ")
        if typed.startswith("\\"):
            text = typed[1:]
        elif _command(console, typed.lower(), help_, _how_to_type(default)):
            continue
        else:
            text = typed or default
        complaint = check(text)
        if not complaint:
            return text
        console.say(complaint)


def ask_hidden(console: Console, question: str, label: str, *, help_: Help) -> Secret:
    """A secret; on a terminal it is not shown.

    Raises:
        Back, Leave, EndOfInput.
    """
    console.say()
    console.say(question)
    while True:
        typed = console.hidden(f"Type or paste the {label}", label)
        word = typed.reveal()
        # No token is that short: one letter is a command, as at every other question.
        if len(word) > 1:
            return typed
        if not _command(console, word.lower(), help_, HIDDEN):
            console.say("Nothing was typed. b goes back.")


def ask_name(console: Console, name: str, what: str, *, help_: Help) -> bool:
    """Whether the person typed `name`; anything else but a command is no.

    Raises:
        Back, Leave, EndOfInput.
    """
    while True:
        typed = console.line(f"Type {name} to {what}, or b to leave it: ")
        if typed == name:
            return True
        if not _command(
            console, typed.lower(), help_, f"Type {name}, letter by letter; anything else does nothing."
        ):
            console.say(f"“{typed}” is not {name}. Nothing was done." if typed else "Nothing was done.")
            return False


def _usual(answers: Sequence[Answer], default: str | None) -> int:
    """The number of what enter takes, 0 for none."""
    for number, answer in enumerate(answers, 1):
        if not answer.why_not and default in (None, answer.key):
            return number
    return 0


def _prompt(count: int, usual: int, *, goes: bool) -> str:
    commands = "?, g, b or q" if goes else "?, b or q"
    return f"Answer {_numbers(count, short=True)}, {commands}{f' [{usual}]' if usual else ''}: "


def _how(usual: int, *, many: bool) -> str:
    """How a numbered question is answered."""
    enter = "; enter alone takes the one in brackets" if usual else ""
    text = " /text lists only the answers that contain that text; their numbers stay." if many else ""
    return f"Type the number of an answer{enter}.{text}"


def _how_to_type(default: str) -> str:
    enter = "; enter alone takes what stands in brackets" if default else ""
    return f"Type a text and press enter{enter}."


def _numbers(count: int, *, short: bool = False) -> str:
    if count < 3:
        return ("1", "1 or 2")[count - 1] if count else "a letter"
    return f"1 to {count}" if short else f"a number from 1 to {count}"


def _list(console: Console, question: str, answers: Sequence[tuple[int, Answer]]) -> None:
    """Without the letters: each line is read aloud, and the number will do. ? lists them."""
    console.say()
    console.say(question)
    told: set[str] = set()
    for number, answer in answers:
        not_now = ""
        if answer.why_not:
            # A reason that many share is read aloud once; whoever takes one of them is told it again.
            not_now = " (not now either)" if answer.why_not in told else f" (not now: {answer.why_not})"
            told.add(answer.why_not)
        console.say(f"{number}. {answer.words}{not_now}", indent="  ")


def _command(console: Console, typed: str, help_: Help, how: str) -> bool:
    """Do what a letter stands for; whether there was something to do. `how` says how one answers."""
    if typed == BACK:
        raise Back
    if typed == LEAVE:
        raise Leave
    if typed != HELP:
        return False
    for line in help_.lines():
        console.say(line)
    console.say(how)
    console.say(
        "b goes back, q leaves. Every answer is saved at once, and the full screen can go on from it."
    )
    return True
