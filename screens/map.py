"""Map: what becomes of each component, decided row by row; nothing undecided goes on."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from screens.code_folders import CodeFolders
from screens.keys import About, Key
from screens.map_layout import layout
from screens.map_option import Option
from screens.map_options import leaving, options
from screens.map_rows import Entry, entries
from screens.map_ways import advice_of
from screens.marks import ATTENTION, MUTED
from screens.monitor.content import content
from screens.monitor.line import Span, line, pad
from screens.patience import Patience
from screens.registry_login import ask_login
from screens.stage import StageScreen
from screens.stages import whole_system
from screens.styles import sheet
from screens.widgets.ask_text import AskText
from screens.widgets.pick_one import PickOne
from screens.widgets.row_list import RowList
from wizard.choose.capsule_kind import has_capsules
from wizard.choose.offer import OFFER, profile_of, read_offer
from wizard.document.checkout import Checkout
from wizard.mapping.check import blocking, decided, problems, undecided
from wizard.mapping.config_rules import follow
from wizard.mapping.edit import leave_undecided, set_checkout
from wizard.mapping.edit_capsules import keep_chosen
from wizard.mapping.problem import Problem
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.system import System
from wizard.model.trouble import Trouble, joined, tag
from wizard.ports import Profile
from wizard.session.parts import ANSWERS, MAPPING, TARGET, Answers

Parts = tuple[System, Mapping, Profile]

OFFER_PATIENCE = 15.0
"""Seconds that a proposal waits for the target's live lists."""


class MapScreen(StageScreen):
    """Proposes at the first visit; keeps what was decided when the system was read anew."""

    stage = "map"
    CSS_PATH = sheet("map")
    ABOUT = About(
        title="map",
        purpose="Shows each component of the system, what it is on Heroku and what it becomes on the target, "
        "with the reason. Offramp proposes; you may change all of it. Every change is saved at once.",
        asks="A decision for each row with ?. What is left behind needs a reason: the report repeats it.",
        next="With nothing undecided, the code is prepared for the target.",
    )
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "change", "change", "Change what becomes of the row, or list its config vars."),
        Key("x", "leave_row", "leave", "Leave the row behind, with a reason.", writes=True),
        Key("n", "next", "next", "Go on to preparing the code."),
        Key("u", "leave_open", "leave all ?", "Leave all undecided rows behind for one reason.", writes=True),
        Key("j", "jump", "next ?", "Jump to the next row that needs a decision."),
        Key("slash", "filter", "filter", "Show only what contains the text you type."),
    )

    def __init__(self) -> None:
        super().__init__()
        self._code = CodeFolders(lambda: whole_system(self.session))
        self._opened: set[str] = set()
        self._entries: list[Entry] = []
        self._parts: Parts | None = None
        self._problems: tuple[Problem, ...] = ()
        self._undecided = 0
        self._proposed = False
        self._wait = Patience("Proposing what becomes of each component")

    def compose_body(self) -> ComposeResult:
        """Heads, rows, and the reason of the highlighted one."""
        yield Static("", id="heads", markup=False)
        yield RowList()
        yield Static("", id="why", markup=False)

    def begin(self) -> None:
        """A proposal, which looks into the code."""
        self.set_interval(1.0, self._tick)
        folders = (self.session.load(ANSWERS) or Answers()).checkouts
        self.behind(self._offered(), lambda _: self._read_code(folders), group="offer")

    def _read_code(self, folders: dict[str, str]) -> None:
        self.behind(self._code.read(folders), lambda _: self._look_through(), group="code")

    def _look_through(self) -> None:
        """Propose; where each process is a capsule, after a look at all files, which say what kind of one."""
        profile = self._profile()
        if profile is None or not has_capsules(profile):
            self._propose()
            return
        self.behind(self._code.look_through({}), lambda _: self._propose(), group="code")

    async def _offered(self) -> None:
        """What the target offers now is better than what a catalogue remembers; without it that stands."""
        if self.read_only():
            return
        try:
            offer = await asyncio.wait_for(
                read_offer(self.session, await self.offramp.vault()), OFFER_PATIENCE
            )
        except Trouble as trouble:
            self.say(
                joined(trouble.cause, "Versions and stacks are as the catalogue has them.", tag(trouble.code))
            )
        except TimeoutError:
            self.say("The target takes too long: versions and stacks are as the catalogue has them.")
        else:
            if offer is not None and not self.read_only():
                self.session.save(OFFER, offer)

    # -- what is true ---------------------------------------------------------------------------------

    def _read_parts(self) -> Parts | None:
        """The system, its mapping and the target from the session; None before there is a mapping."""
        system, mapping, profile = whole_system(self.session), self.session.load(MAPPING), self._profile()
        if system is None or mapping is None or profile is None:
            return None
        return system, mapping, profile

    def _profile(self) -> Profile | None:
        choice = self.session.load(TARGET)
        return profile_of(self.session, choice.provider) if choice else None

    def _propose(self) -> None:
        """Propose what is new, keep what was decided, drop what is gone."""
        system, profile = whole_system(self.session), self._profile()
        self._proposed = True
        if system is None or profile is None or self.read_only():
            self.renew()
            return
        before = self.session.load(MAPPING)
        code = self._code.checkouts()
        mapping = (
            propose(system, profile, code) if before is None else keep_chosen(before, system, profile, code)
        )
        for app_id, checkout in code.items():
            if mapping.app(app_id) is not None:
                mapping = set_checkout(mapping, app_id, checkout.path)
        if mapping != before:
            self.save(MAPPING, mapping)
        self.renew()

    def fact(self) -> str:
        """How much is decided."""
        if self._parts is None or self.offramp.read_only_words():
            return ""
        done, known = decided(self._parts[0], self._parts[1])
        open_ = len(blocking(self._problems)) if done == known else 0
        return f"{done} of {known} decided" + (f", {open_} to settle" if open_ else "")

    def rebuild(self) -> None:
        """Draw the rows as the session has them. What is judged here once serves every key until then."""
        self._parts = parts = self._read_parts()
        self._problems = problems(*parts) if parts else ()
        self._undecided = len(undecided(parts[0], parts[1])) if parts else 0
        rows = self.query_one(RowList)
        if parts is None:
            self._entries = []
            rows.show([])
            words = "Nothing to map yet." if self._proposed else self._wait.sentence()
            self.query_one("#heads", Static).update(Content.styled(words, MUTED))
            return
        cells = max(40, self.size.width - 3)
        self._entries = entries(*parts, self._problems, self._opened)
        self.query_one("#heads", Static).update(_heads(parts[2], cells))
        rows.show([layout(entry, cells) for entry in self._entries])
        self._draw_why()

    def _tick(self) -> None:
        if not self._proposed and not self._entries:
            self.query_one("#heads", Static).update(Content.styled(self._wait.sentence(), MUTED))

    def _current(self) -> Entry | None:
        row = self.query_one(RowList).current
        return next((entry for entry in self._entries if entry.id == row), None)

    def _draw_why(self) -> None:
        entry = self._current()
        where = self.query_one("#why", Static)
        if entry is None:
            where.update("")
        elif entry.problem is not None:
            problem = entry.problem
            words = f"{problem.text[:1].upper()}{problem.text[1:]}"
            words += "" if words[-1:] in (".", "?") else "."
            where.update(self.worn(Content.assemble((words, ATTENTION), f" {problem.remedy}")))
        else:
            where.update(Content.styled(f"Why: {entry.why}." if entry.why else "", MUTED))

    def follow_highlight(self) -> None:
        """The reason follows the highlight."""
        self._draw_why()

    def why_not(self, name: str) -> str:
        """Going on needs every decision."""
        if self._parts is None:
            return "There is nothing to map yet: read the system (2) and choose a target (3)."
        if name == "next":
            stopping = blocking(self._problems)
            named = "; ".join(problem.sentence() for problem in stopping[:2])
            more = f"; and {len(stopping) - 2} more (j jumps to them)" if len(stopping) > 2 else ""
            return f"First decide: {named}{more}." if stopping else ""
        open_rows = any(entry.state == "open" for entry in self._entries)
        if name == "jump" and not open_rows:
            return "Nothing is undecided."
        if name == "leave_open" and not self._undecided:
            return "Nothing is undecided." + (" What stops the map: j jumps to it." if open_rows else "")
        if name == "leave_row":
            entry = self._current()
            if entry is None or self._leaving(entry) is None:
                return "This row is not left behind by itself; enter shows what can be decided."
        return ""

    def _leaving(self, entry: Entry) -> Option | None:
        return leaving(entry.component, *self._parts) if self._parts and entry.component else None

    # -- deciding -------------------------------------------------------------------------------------

    def action_change(self) -> None:
        """Open a summed-up row, or offer what can be decided."""
        entry, parts = self._current(), self._parts
        if entry is None or parts is None:
            return
        if not entry.component:
            self._opened ^= {entry.id.partition("\n")[2]}
            self.renew()
            return
        if why := self.read_only():
            self.say(why)
            return
        offered = options(entry.component, *parts)
        about = Content.assemble(
            (entry.before or entry.name, MUTED),
            (f"  → {entry.after}", ""),
            (f"\n{entry.problem.text}" if entry.problem else f"\n{entry.why}", MUTED),
        )

        if entry.component[0] == "way":
            app_id, code = entry.component[1], self._code.checkouts()
            advised, *reasons = advice_of(app_id, parts[0], parts[2], code.get(app_id))
            about = Content("\n").join([Content(advised), *(Content.styled(one, MUTED) for one in reasons)])

        def picked(option_id: str | None) -> None:
            option = next((one for one in offered if one.id == option_id), None)
            if option is not None:
                self._take(option)

        rows = [(option.id, option.words) for option in offered]
        self.ask(PickOne(self._title(entry), about, rows), picked)

    def _title(self, entry: Entry) -> str:
        """What is decided, with the app that it belongs to: each app has a `web`."""
        if entry.depth == 0:
            return entry.name
        above = self._entries[: self._entries.index(entry)]
        return f"{next(one.name for one in reversed(above) if one.depth == 0)}: {entry.name}"

    def _take(self, option: Option) -> None:
        if option.registry:
            ask_login(self, option.registry, lambda: self._apply(option, ""))
            return
        if not option.question:
            self._apply(option, "")
            return

        def typed(text: str | None) -> None:
            if text is None:
                return
            if option.then is not None:
                self._take(option.then(text))
            elif option.folder:
                entry = self._current()
                assert entry is not None
                app_id = entry.component[1]
                self.behind(
                    self._code.read_one(app_id, text),
                    lambda kept: self._keep_folder(option, *kept),
                    group="code-folder",
                )
            else:
                self._apply(option, text)

        question = AskText(option.words, option.question, value=option.value, check=option.check)
        self.ask(question, typed)

    def _keep_folder(self, option: Option, app_id: str, path: str) -> None:
        self.keep_code_folder(app_id, path)
        self._apply(option, path)
        if self._parts is not None and has_capsules(self._parts[2]):
            self._look_through()
        code = self._code.known.get(app_id)
        if isinstance(code, Checkout):
            self.say(f"The code is read from {path}.", good=True)

    def _apply(self, option: Option, text: str) -> None:
        parts = self._read_parts()
        if parts is None:
            return
        system, before, profile = parts
        after = follow(system, profile, before, option.change(before, text))
        if after != before:
            self.save(MAPPING, after)
        self.renew()

    def action_leave_row(self) -> None:
        """Ask why, and leave it."""
        entry = self._current()
        option = self._leaving(entry) if entry else None
        if option is not None:
            self._take(option)

    def action_leave_open(self) -> None:
        """Ask for one reason for all that is undecided, and say what is still to be solved."""
        count = self._undecided

        def typed(reason: str | None) -> None:
            parts = self._read_parts()
            if reason and parts is not None:
                system, before, profile = parts
                self.save(MAPPING, follow(system, profile, before, leave_undecided(before, reason)))
                self.renew()
                stops = sum(entry.state == "open" for entry in self._entries)
                rest = f" {stops} still stop the map: j jumps to them." if stops else ""
                self.say(f"{count} left behind.{rest}", good=not stops)

        question = f"Why are these {count} left behind? The report repeats it."
        self.ask(AskText("Leave all that is undecided", question), typed)

    def action_jump(self) -> None:
        """To the next undecided row, around the end."""
        ids = [entry.id for entry in self._entries]
        current = self._current()
        at = ids.index(current.id) + 1 if current else 0
        for entry in (*self._entries[at:], *self._entries[:at]):
            if entry.state == "open":
                self.query_one(RowList).go_to(entry.id)
                return

    async def action_next(self) -> None:
        """On to the code."""
        await self.go_on()


def _heads(profile: Profile, cells: int) -> Content:
    name = max(18, cells * 28 // 100)
    before = max(12, cells * 22 // 100)
    return content(
        line(
            Span(pad("component", name) + " ", "muted"),
            Span(pad("on Heroku", before) + " ", "muted"),
            Span(f"  on {profile.title}", "muted"),
        )
    )
