"""Choose: the targets side by side, for this very system."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.code_folders import CodeFolders
from screens.keys import About, Key
from screens.marks import MUTED
from screens.side_by_side import table
from screens.stage import StageScreen
from screens.stages import whole_system
from screens.styles import sheet
from wizard.choose.compare import Column, Comparison, choose, compare
from wizard.choose.offer import profile_of
from wizard.choose.price import rates
from wizard.model.mapping import TargetChoice
from wizard.ports import Profile
from wizard.registry import hosts_of, target_names
from wizard.session.parts import ANSWERS, TARGET, Answers
from wizard.session.store import Session


def _profiles(session: Session) -> list[Profile]:
    return [profile_of(session, name) for name in target_names()]


class ChooseScreen(StageScreen):
    """Left and right move between targets; Enter chooses the one that is marked."""

    stage = "choose"
    CSS_PATH = sheet("choose")
    ABOUT = About(
        title="choose",
        purpose="Compares the targets for the system that was read: what stops it, what changes in the code, "
        "what is lost, what it costs. Estimates say so, with the date and the source of the prices.",
        asks="One target. Only those that Offramp can move to from end to end can be chosen; the others say "
        "what is missing.",
        next="You sign in to the target; then each component is mapped to what it becomes there.",
    )
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "choose", "choose", "Choose the marked target and go on.", writes=True),
        Key("n", "next", "next", "Go on with the target that was chosen."),
        Key("right", "mark_next", "other target", "Mark the next target.", shown="←→"),
        Key("left", "mark_before", "", "Mark the target before.", footer=False, shown="←"),
        Key("d", "details", "details", "Show every point in the table, or only the first of each cell."),
        Key("down", "line_down", "scroll", "Scroll down.", footer=False, shown="↓"),
        Key("up", "line_up", "", "Scroll up.", footer=False, shown="↑"),
        Key("pagedown", "page_down", "", "Scroll a page down.", footer=False),
        Key("pageup", "page_up", "", "Scroll a page up.", footer=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self._at: int | None = None
        self._full: bool | None = None
        self._code = CodeFolders(lambda: whole_system(self.session))

    def compose_body(self) -> ComposeResult:
        """The table, scrolling."""
        with VerticalScroll(id="table", can_focus=False):
            yield Static("", id="cells", markup=False)

    def begin(self) -> None:
        """The code changes what a target asks of it."""
        folders = (self.session.load(ANSWERS) or Answers()).checkouts
        if folders:
            self.behind(self._code.read(folders), lambda _: self.renew(), group="code")

    # -- what is true -------------------------------------------------------------------------------

    def _comparison(self) -> Comparison | None:
        system = whole_system(self.session)
        if system is None:
            return None
        return compare(system, _profiles(self.session), self._code.checkouts())

    def _kept(self) -> str:
        choice = self.session.load(TARGET)
        return choice.provider if choice else ""

    def _marked(self, comparison: Comparison) -> int:
        if self._at is None:
            names = [column.target for column in comparison.columns]
            demo = self.offramp.demo
            first = self._kept() or (demo.target if demo is not None else "")
            return names.index(first) if first in names else 0
        return self._at % len(comparison.columns)

    def _column(self) -> Column | None:
        comparison = self._comparison()
        return comparison.columns[self._marked(comparison)] if comparison else None

    def rebuild(self) -> None:
        """Draw the table."""
        cells = self.query_one("#cells", Static)
        comparison = self._comparison()
        if comparison is None:
            cells.update("Nothing was read from Heroku yet. Press 2 to read.")
            return
        width = min(self.size.width - 3, 140)
        full = self._full if self._full is not None else self.size.height >= 36
        drawn = table(
            comparison, self._marked(comparison), self._kept(), width, full=full, key=self.words("d")
        )
        prices = "; ".join(
            f"{profile.title}: {rates(profile.prices)} ({profile.prices.source}, {profile.prices.date})"
            for profile in _profiles(self.session)
        )
        cells.update(drawn.append(Content.styled(f"\n\nPrices are estimates from {prices}", MUTED)))

    def why_not(self, name: str) -> str:
        """A target that cannot be chosen says what is missing."""
        column = self._column()
        if column is None:
            return "First read what stands on Heroku: press 2."
        if name == "choose" and not column.choosable:
            return f"{column.title} cannot be chosen. " + " ".join(column.why_not)
        if name == "next" and not self._kept():
            return "First choose a target: press enter on the marked one."
        return ""

    # -- actions ------------------------------------------------------------------------------------

    def action_mark_next(self) -> None:
        """Mark the next target."""
        self._mark(1)

    def action_mark_before(self) -> None:
        """Mark the target before."""
        self._mark(-1)

    def _mark(self, by: int) -> None:
        comparison = self._comparison()
        if comparison is not None:
            self._at = (self._marked(comparison) + by) % len(comparison.columns)
            self.renew()

    def action_details(self) -> None:
        """Show every point of every cell, or the first ones."""
        shown = self._full if self._full is not None else self.size.height >= 36
        self._full = not shown
        self.renew()

    def action_line_down(self) -> None:
        """Scroll down."""
        self._scroll(1)

    def action_line_up(self) -> None:
        """Scroll up."""
        self._scroll(-1)

    def action_page_down(self) -> None:
        """Scroll a page down."""
        self._scroll(10)

    def action_page_up(self) -> None:
        """Scroll a page up."""
        self._scroll(-10)

    def _scroll(self, lines: int) -> None:
        self.query_one("#table", VerticalScroll).scroll_relative(y=lines, animate=False)

    async def action_choose(self) -> None:
        """Keep the choice with its reason, and go on."""
        comparison, column = self._comparison(), self._column()
        if comparison is None or column is None:
            return
        choose(comparison, column.target)
        hosts_of(self.session, column.target)
        fitting = f"{column.fit.fitting} of {column.fit.components} components fit"
        changed = column.target != self._kept()
        choice = TargetChoice(provider=column.target, reason=f"{fitting}; {column.estimate.text()}")
        self.save(TARGET, choice, keeps_plan=not changed)
        await self.go_on()

    async def action_next(self) -> None:
        """Go on with the choice as it is."""
        await self.go_on()
