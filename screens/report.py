"""Report: the evidence on the screen, and the way to hand it in."""

import os
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.background import in_thread
from screens.keys import About, Key
from screens.report_lines import content
from screens.sign_in import forget
from screens.stage import StageScreen
from screens.styles import sheet
from screens.widgets.ask_text import AskText
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.report.markdown import render
from wizard.report.report import Report, build
from wizard.session.parts import CONNECTIONS


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
        Key("f", "forget", "forget credentials", "Remove this migration's credentials from the keyring."),
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

    def compose_body(self) -> ComposeResult:
        """One long text that scrolls."""
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
        return "" if self._report is None else f"run: {self._report.state}"

    def rebuild(self) -> None:
        """Draw what was built last."""
        text = self.query_one("#report", Static)
        if self._report is None:
            text.update(Content("Reading the journal …"))
        else:
            text.update(content(self._report, self.size.width - 4))

    def why_not(self, name: str) -> str:
        """Nothing can be written before it is built; credentials stay while a run may need them."""
        if name == "export" and self._report is None:
            return "There is no report yet."
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
        report = self._report
        assert report is not None
        path = Path(name).expanduser()
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            there = isinstance(error, FileExistsError)
            raise Trouble(
                f"{clean(name)} {'is there already' if there else f'cannot be written: {error.strerror}'}.",
                untouched="Nothing was overwritten.",
                remedy="Press e and name another file.",
                code="file-exists" if there else "file",
            ) from error
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(render(report))
        return path.resolve()

    def _written(self, path: Path) -> None:
        self.say(f"The report is in {clean(str(path))}.", good=True)

    def action_forget(self) -> None:
        """Remove the credentials of this migration; a failure is said."""
        self.behind(self._forget(), lambda done: self.say(done, good=True), group="forget")

    async def _forget(self) -> str:
        connections = self.session.load(CONNECTIONS)
        vendors = sorted(connections.by_provider) if connections else []
        vault = await self.offramp.vault()
        for vendor in vendors:
            await forget(self.session, vault, vendor)
        return f"The credentials for {', '.join(vendors) or 'nobody'} are forgotten on this machine."
