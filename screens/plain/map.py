"""Map, in lines: what becomes of each component, by numbers; what is undecided is asked row by row."""

import re
from collections.abc import Callable, Collection, Sequence

from screens.map_option import Option
from screens.map_options import options
from screens.map_rows import Entry, entries
from screens.map_ways import advice_of
from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.plainly import without_keys
from screens.plain.proposing import Parts, mapped, propose_map
from screens.plain.question import Answer, Help, ask_hidden, ask_one, ask_text
from wizard.document.pages.page import counted
from wizard.mapping.check import blocking, components, decided, problems, undecided
from wizard.mapping.config_rules import follow
from wizard.mapping.edit import leave_undecided
from wizard.mapping.problem import Problem
from wizard.model.mapping import Mapping
from wizard.ports import RegistryLogin
from wizard.run.control import hand_over
from wizard.run.launch import running
from wizard.session.image_login import login_ref, pack
from wizard.session.parts import MAPPING

HELP = Help(
    "Shows each component of the system, what it is on Heroku and what it becomes on the target, with the "
    "reason. Offramp proposes; you may change all of it. What is left behind needs a reason: the report "
    "repeats it.",
    "with nothing undecided, the code is prepared for the target.",
)
LOGIN = Help(
    "A registry that asks who pulls: the login is kept where tokens are, and given to the target with the "
    "deploy."
)
MANY_ROWS = 60
"""Rows that are listed without being asked for."""

_SHARE = re.compile(r"MB (\d+) %")

CHOSEN = " (chosen)"
"""Behind the option that holds now, where there is one."""

STATES = {"good": "", "look": " (look)", "open": " (to be solved)", "left": ""}


def map_components(desk: Desk) -> None:
    """Propose, show, decide; then go on.

    Raises:
        Back, Leave, EndOfInput.
    """
    heading(desk, "map")
    propose_map(desk)
    _Map(desk).ask()


class _Map:
    """The questions of the stage. Everything shown comes from the session, each time anew."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._told = False

    def ask(self) -> None:
        do_one_of(self._desk, self._question, self._deeds, help_=HELP, stage="map")

    def _entries(self, parts: Parts, opened: Collection[str] = ()) -> list[Entry]:
        """The rows. What a row sums up is asked for at that row, so that no row changes its number by it."""
        return entries(*parts, problems(*parts), opened)

    def _question(self) -> str:
        parts = mapped(self._desk)
        if parts is None:
            return "There is nothing to map yet: read the system and choose a target first. What now?"
        done, known = decided(parts[0], parts[1])
        rows = sum(entry.state == "open" for entry in self._entries(parts))
        still = f", {counted(rows, 'row')} to be solved" if rows and done == known else ""
        return f"{done} of {known} decided{still}. What now?"

    def _deeds(self) -> list[Deed]:
        desk, parts = self._desk, mapped(self._desk)
        if parts is None:
            return [Deed("Go on", lambda: None, "there is nothing to map yet")]
        if not self._told:
            self._told = True
            self._list_first(self._entries(parts))
        why = desk.read_only()
        stopping = blocking(problems(*parts))
        open_rows = sum(entry.state == "open" for entry in self._entries(parts))
        left = len(undecided(parts[0], parts[1]))
        change = Deed("Change a row, by its number", self._change, why, action="leave_row")
        show = Deed("List the rows again", lambda: self._list(self._entries(parts)))
        reasons = Deed(
            "List the rows with the reason of each", lambda: self._list(self._entries(parts), why=True)
        )
        if not stopping:
            on = Deed("Go on to preparing the code", lambda: True, action="next")
            return [on, change, show, reasons]
        words = f"Decide what is open, one by one: {counted(open_rows, 'row')}"
        decide = Deed(words, self._decide, why, action="jump")
        leave_all = Deed(
            "Leave all that is undecided behind, for one reason",
            self._leave_all,
            why or ("" if left else "nothing is undecided; what is open has to be solved"),
            action="leave_open",
        )
        return [decide, leave_all, change, show, reasons]

    def _list_first(self, rows: Sequence[Entry]) -> None:
        """All rows; of a large system those that want somebody, since each line is read aloud."""
        if len(rows) <= MANY_ROWS:
            self._list(rows)
            return
        self._desk.console.say(f"{len(rows):,} rows. Those that are to be decided, or to be looked at:")
        self._list(rows, only=("open", "look"))

    # -- showing --------------------------------------------------------------------------------------

    def _list(
        self, rows: Sequence[Entry], *, why: bool = False, wanted: str = "", only: Sequence[str] = ()
    ) -> None:
        for number, entry in enumerate(rows, 1):
            within = self._within(entry, wanted) if wanted else []
            if (wanted not in _words(entry).lower() and not within) or (only and entry.state not in only):
                continue
            found = f"; among them {', '.join(within)}" if within else ""
            self._desk.console.say(f"{number}. {_words(entry)}{found}", indent="  " * entry.depth)
            if entry.problem is not None:
                problem = entry.problem
                self._desk.console.say(_problem(problem), indent="  " * entry.depth + "   ")
            elif why and entry.why:
                reason = _why(entry)
                self._desk.console.say(f"Why: {reason}.", indent="  " * entry.depth + "   ")

    def _summed_up(self, entry: Entry) -> list[Entry]:
        """The rows that one without a component of its own sums up."""
        parts = mapped(self._desk)
        if entry.component or parts is None:
            return []
        opened = self._entries(parts, {entry.id.partition("\n")[2]})
        known = {one.id for one in self._entries(parts)}
        return [one for one in opened if one.id not in known]

    def _within(self, entry: Entry, wanted: str) -> list[str]:
        return [one.name for one in self._summed_up(entry) if wanted in one.name.lower()]

    # -- deciding -------------------------------------------------------------------------------------

    def _change(self) -> None:
        parts = mapped(self._desk)
        assert parts is not None
        rows = self._entries(parts)

        def check(text: str) -> str:
            if text.startswith("/"):
                wanted = text[1:].strip().lower()
                self._list(rows, wanted=wanted)
                there = any(wanted in _words(one).lower() or self._within(one, wanted) for one in rows)
                return "Which one of these?" if there else f"No row contains “{wanted}”."
            good = text.isascii() and text.isdigit() and 1 <= int(text) <= len(rows)
            return "" if good else f"Type the number of a row, from 1 to {len(rows)}; /text lists some."

        question = "Which row? Its number; /text lists only the rows that contain that text."
        typed = ask_text(self._desk.console, question, help_=HELP, check=check)
        entry = rows[int(typed) - 1]
        if within := self._summed_up(entry):
            answers = [Answer(one.id, _words(one)) for one in within]
            chosen = ask_one(self._desk.console, "Which of them?", answers, help_=HELP, default="")
            entry = next(one for one in within if one.id == chosen)
        self._decide_row(entry, parts)

    def _decide(self) -> None:
        """Ask for each open row in turn; one that stays open after it was decided is not asked again."""
        asked: set[str] = set()
        while (parts := mapped(self._desk)) is not None:
            rows = self._entries(parts)
            entry = next((one for one in rows if one.state == "open" and one.id not in asked), None)
            if entry is None:
                return
            asked.add(entry.id)
            self._decide_row(entry, parts)
            self._still_open(entry.id)

    def _still_open(self, row: str) -> None:
        """Say of a row that was decided and stops all the same that it does, and why."""
        parts = mapped(self._desk)
        found = (one for one in self._entries(parts) if one.id == row) if parts is not None else ()
        if (entry := next(iter(found), None)) is not None and entry.state == "open":
            why = f" {_problem(entry.problem)}" if entry.problem is not None else ""
            self._desk.console.say(f"It is not solved by that.{why}")

    def _decide_row(self, entry: Entry, parts: Parts) -> None:
        desk, console = self._desk, self._desk.console
        system, mapping, profile = parts
        offered = options(entry.component, system, mapping, profile)
        name = components(system).get(entry.component, entry.name)
        if entry.component[0] == "way":
            name = f"the way of the code of {system.app(entry.component[1]).name}"
        console.say()
        console.say(f"{name}: {_becomes(entry)}")
        if entry.problem is not None:
            console.say(_problem(entry.problem))
        elif entry.why:
            console.say(f"Why: {_why(entry)}.")
        if entry.component[0] == "way":
            for line in advice_of(
                entry.component[1], system, profile, desk.code.checkouts().get(entry.component[1])
            ):
                console.say(line.replace("· ", "Another way, "))
        if not offered:
            console.say("Nothing can be decided for this row by itself.")
            return
        answers = [Answer(option.id, option.words) for option in offered]
        # What stays behind wants a reason, so that enter alone decides nothing of what is open.
        stays = entry.state == "open" and any(option.id == "leave" for option in offered)
        default = "leave" if stays else next((one.id for one in offered if one.words.endswith(CHOSEN)), None)
        chosen = ask_one(console, f"What becomes of {name}?", answers, help_=HELP, default=default)
        self._take(next(one for one in offered if one.id == chosen), entry)

    def _take(self, option: Option, entry: Entry) -> None:
        desk = self._desk
        if option.registry:
            keep_registry_login(desk, option.registry)
            self._apply(option, "")
        elif not option.question:
            self._apply(option, "")
        else:
            text = ask_text(
                desk.console, option.question, help_=HELP, default=option.value, check=_plainly(option.check)
            )
            if option.then is not None:
                self._take(option.then(text), entry)
            elif option.folder:
                app_id, path = desk.wait("Reading the code", desk.code.read_one(entry.component[1], text))
                desk.keep_code_folder(app_id, path)
                self._apply(option, path)
                propose_map(desk)
            else:
                self._apply(option, text)

    def _apply(self, option: Option, text: str) -> None:
        parts = mapped(self._desk)
        if parts is None:
            return
        system, before, profile = parts
        after = follow(system, profile, before, option.change(before, text))
        self._keep(before, after)

    def _keep(self, before: Mapping, after: Mapping) -> None:
        if after == before:
            self._desk.console.say("Nothing changed by that.")
            return
        self._desk.save(MAPPING, after)
        self._desk.console.say("Kept.")

    def _leave_all(self) -> None:
        parts = mapped(self._desk)
        assert parts is not None
        system, before, profile = parts
        count = len(undecided(system, before))
        question = f"Why are these {count} left behind? The report repeats it."
        reason = ask_text(self._desk.console, question, help_=HELP)
        self._keep(before, follow(system, profile, before, leave_undecided(before, reason)))


def keep_registry_login(desk: Desk, registry: str) -> None:
    """Ask who may pull from a registry, and keep it; a running worker gets it at once.

    Raises:
        Back, Leave, EndOfInput, Trouble.
    """
    username = ask_text(desk.console, f"The user name at {registry}", help_=LOGIN)
    password = ask_hidden(desk.console, f"The password or token of {username} there", "password", help_=LOGIN)
    ref, secret = login_ref(registry), pack(RegistryLogin(username, password))
    kept = desk.vault.put(ref, secret)
    if running(desk.session):
        hand_over(desk.session, ref, secret)
    desk.console.say(kept.sentence)


def _plainly(check: Callable[[str], str]) -> Callable[[str], str]:
    """A check made for the full screen, which names its keys."""
    return lambda text: check(text).replace("press esc", "b to go back")


def _problem(problem: Problem) -> str:
    return f"{problem.text[:1].upper()}{problem.text[1:]}. {without_keys(problem.remedy)}"


def _why(entry: Entry) -> str:
    """The reason. What the full screen's keys do is named where the words are ours, and no person's."""
    ours = not entry.component or entry.component[0] == "way"
    return without_keys(entry.why) if ours else entry.why


def _words(entry: Entry) -> str:
    return f"{entry.name.lstrip('▸▾ ')}: {_becomes(entry)}"


def _becomes(entry: Entry) -> str:
    if not entry.component:
        return entry.after
    if entry.after == "?":
        said = f"{entry.before}, to be decided" if entry.before else "to be decided"
    elif entry.state == "left":
        said = f"{entry.before} is {entry.after}" if entry.before else entry.after
    else:
        before = f"{entry.before} " if entry.before else ""
        said = f"{before}becomes {entry.after}{STATES[entry.state]}"
    # Dots between parts are read aloud, and a share is one of something.
    return _SHARE.sub(r"MB, \1 % of a CPU", said.replace(" · ", ", "))
