"""Report: the evidence on the screen, and the way to hand it in."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from screens.background import in_thread
from screens.keys import About, Key
from screens.report_forget import forget_lines, offer_lines
from screens.report_lines import content
from screens.stage import StageScreen
from screens.styles import sheet
from screens.widgets.ask_text import AskText
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.field import Field
from screens.widgets.pick_one import PickOne
from wizard.model.text import clean
from wizard.report.export import export
from wizard.report.markdown import render
from wizard.report.report import Report, build
from wizard.session.accounts import others_with
from wizard.session.forgetting import Given, as_trouble, forget_all, given_to


class ReportScreen(StageScreen):
    """Built anew from the session each time it is shown."""

    stage = "report"
    CSS_PATH = sheet("report")
    ABOUT = About(
        title="report",
        purpose="Shows what moved, what was left behind and why, and the proof: the rows and the digest of "
        "every table on both sides. It holds no secret and no value of a config var.",
        asks="Nothing. With e it is written to a file that you name, as Markdown; no file is overwritten.",
        next="What stands under 'Yours to do now' is done outside Offramp: DNS, and later the end of the "
        "Heroku apps.",
    )
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "page", "scroll", "Show the next page of the report."),
        Key("e", "export", "export", "Write the report to a new file, as Markdown."),
        Key("c", "copy_one", "copy", "Copy a new web address, or what a domain is to point at."),
        Key("slash", "filter", "filter", "Show only what contains the text you type."),
        Key("f", "forget", "forget tokens", "Remove this migration's tokens from the keyring.", writes=True),
        Key("r", "again", "look again", "Build the report again from the journal."),
        Key("down", "down", "down", "One line down.", footer=False),
        Key("up", "up", "up", "One line up.", footer=False),
        Key("pagedown", "page", "page down", "One page down.", footer=False),
        Key("pageup", "page_up", "page up", "One page up.", footer=False),
        Key("home", "top", "top", "To the beginning.", footer=False),
        Key("end", "bottom", "bottom", "To the end.", footer=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None
        self._wanted = ""

    def compose_body(self) -> ComposeResult:
        """One long text that scrolls, below the filter, which is hidden until asked for."""
        field = Field(placeholder="filter", classes="filter", compact=True)
        field.display = False
        yield field
        with VerticalScroll(id="page", can_focus=False):
            yield Static("", id="report", markup=False)

    def on_mount(self) -> None:
        """First picture, then the report."""
        super().on_mount()
        self.action_again()

    def read_only(self) -> str:
        """Nothing here changes an answer."""
        return self.offramp.read_only_words()

    def fact(self) -> str:
        """How the run ended."""
        return "" if self._report is None else f"run: {self._report.state.replace('-', ' ')}"

    def rebuild(self) -> None:
        """Draw what was built last."""
        text = self.query_one("#report", Static)
        if self._report is None:
            text.update(Content("Reading the journal …"))
        else:
            shown = content(self._report, self.size.width - 4, self._wanted)
            if not self._wanted and (offer := offer_lines(self._report.state, given_to(self.session))):
                shown = Content("\n\n").join([shown, self.worn(offer)])
            text.update(shown)

    def why_not(self, name: str) -> str:
        """Nothing can be written before it is built; credentials stay while a run may need them."""
        if name in ("export", "copy_one", "filter") and self._report is None:
            return "There is no report yet."
        if name == "copy_one" and self._report is not None and not self._report.addresses:
            return "There is no new address yet."
        if name == "forget" and self._report is not None and self._report.state not in ("done", "taken-back"):
            return "The run may still need them."
        return ""

    # -- what the keys do -----------------------------------------------------------------------------

    def action_again(self) -> None:
        """Build it anew."""

        def built(report: Report) -> None:
            self._report = report
            self.renew()

        self.behind(in_thread(build, self.session), built, group="report")

    def _page(self) -> VerticalScroll:
        return self.query_one("#page", VerticalScroll)

    def action_page(self) -> None:
        """One page on."""
        self._page().scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """One page back."""
        self._page().scroll_page_up(animate=False)

    def action_down(self) -> None:
        """One line on."""
        self._page().scroll_relative(y=1, animate=False)

    def action_up(self) -> None:
        """One line back."""
        self._page().scroll_relative(y=-1, animate=False)

    def action_top(self) -> None:
        """To the beginning."""
        self._page().scroll_home(animate=False)

    def action_bottom(self) -> None:
        """To the end."""
        self._page().scroll_end(animate=False)

    def action_export(self) -> None:
        """Ask for a name, then write."""

        def named(name: str | None) -> None:
            if name:
                self.behind(in_thread(self._write, name), self._written, group="export")

        question = f"The report is written to a new file, as Markdown. Folder: {clean(str(Path.cwd()))}"
        self.app.push_screen(
            AskText("Export the report", question, value=f"{self.session.id}-report.md"), named
        )

    def _write(self, name: str) -> Path:
        assert self._report is not None
        return export(render(self._report), name)

    def _written(self, path: Path) -> None:
        self.say(f"The report is in {clean(str(path))}.", good=True)

    # -- finding and copying --------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Open the filter line."""
        field = self.query_one(Field)
        field.display = True
        field.focus()

    def close_what_is_open(self) -> bool:
        """Escape first takes the filter away."""
        field = self.query_one(Field)
        if not field.display:
            return False
        field.value = self._wanted = ""
        field.display = False
        self.set_focus(None)
        self.rebuild()
        return True

    @on(Input.Changed)
    def _filter_changed(self, message: Input.Changed) -> None:
        self._wanted = message.value.strip()
        self.rebuild()
        self.action_top()

    @on(Input.Submitted)
    def _filter_done(self, message: Input.Submitted) -> None:
        self.set_focus(None)

    def action_copy_one(self) -> None:
        """Copy the only address, or ask which."""
        assert self._report is not None
        addresses = self._report.addresses
        if len(addresses) == 1:
            self.copy(addresses[0].value)
            return

        def picked(number: str | None) -> None:
            if number is not None:
                self.copy(addresses[int(number)].value)

        rows = [(str(number), f"{one.what}  {one.value}") for number, one in enumerate(addresses)]
        self.app.push_screen(PickOne("Copy an address", Content("Which one?"), rows), picked)

    # -- credentials ----------------------------------------------------------------------------------

    def action_forget(self) -> None:
        """Ask, then remove the credentials of this migration; what cannot be removed is said of each."""
        given = given_to(self.session)
        if not given:
            self.say("There is no token to forget.")
            return

        def decided(yes: bool | None) -> None:
            if yes:
                self.behind(self._forget(given), lambda done: self.say(done, good=True), group="forget")

        def looked(others: tuple[str, ...]) -> None:
            lines = forget_lines(given, others)
            dialog = ConfirmTyping("Forget the tokens", lines, word="forget", verb="to remove them")
            self.app.push_screen(dialog, decided)

        known = [one.connection for one in given if one.connection is not None]
        self.behind(in_thread(others_with, self.session, known), looked, group="forget")

    async def _forget(self, given: tuple[Given, ...]) -> str:
        vault = await self.offramp.vault()
        done = await in_thread(forget_all, self.session, vault, given)
        self.renew()
        if done.failed:
            raise as_trouble(done)
        return f"Forgotten on this machine: {', '.join(one.whose for one in done.gone)}."
