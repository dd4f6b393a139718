"""Document: everything that stands on Heroku, and what no API tells."""

from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.background import in_thread
from screens.code_folders import CodeFolders
from screens.document_rows import NO_APP_REMEDY, config_row, details, list_rows, summary_line
from screens.keys import About, Key
from screens.marks import MUTED, marked
from screens.patience import Patience
from screens.quantities import clock
from screens.stage import StageScreen
from screens.stages import whole_system
from screens.styles import sheet
from screens.widgets.ask_text import AskText
from screens.widgets.config_vars import ConfigVarsDialog
from screens.widgets.details import DetailsDialog
from screens.widgets.pick_one import PickOne
from screens.widgets.row_list import RowList
from screens.widgets.scheduler_jobs import SchedulerJobs
from wizard.document.answers import acknowledge, set_jobs
from wizard.model.secret import Secret
from wizard.model.system import App, Gap, Job, System
from wizard.ports import ReadProgress
from wizard.registry import open_source
from wizard.session.parts import ANSWERS, SYSTEM, Answers


class DocumentScreen(StageScreen):
    """Reads by itself when nothing was read yet."""

    stage = "document"
    CSS_PATH = sheet("document")
    ABOUT = About(
        title="document",
        purpose="Shows everything that stands on Heroku: apps, what they run, add-ons, config vars and where "
        "each comes from, domains. Nothing is changed there. Values of config vars stay on Heroku; v shows "
        "one at a time.",
        asks="What no API tells: the jobs of Heroku Scheduler where they cannot be read, and the folders "
        "with the code of each app (c), from which the target is deployed later.",
        next="With every question answered, targets are compared for this very system.",
    )
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "open", "open", "Show the details of the app, or answer the highlighted question."),
        Key(
            "j",
            "answer",
            "answer",
            "Answer the next thing that no API tells, or change an answer.",
            writes=True,
        ),
        Key("n", "next", "next", "Go on to choosing a target."),
        Key("c", "code", "code", "Name the folder with the code of the app.", writes=True),
        Key("v", "vars", "vars", "Show the config vars of the app."),
        Key("r", "read", "read", "Read everything from Heroku again.", writes=True),
        Key("slash", "filter", "filter", "Show only what contains the text you type, config vars included."),
    )

    def __init__(self) -> None:
        super().__init__()
        self._progress: ReadProgress | None = None
        self._reading = False
        self._quiet = Patience("reading")
        self._code = CodeFolders()

    def compose_body(self) -> ComposeResult:
        """A line about the whole, the tree, the details beside it where there is room."""
        yield Static("", id="summary", markup=False)
        with Horizontal(id="panes"):
            yield RowList()
            with VerticalScroll(id="side", can_focus=False):
                yield Static("", id="details", markup=False)

    def begin(self) -> None:
        """Read when there is nothing; look into the code folders."""
        self.set_interval(1.0, self._tick)
        if self.session.load(SYSTEM) is None and not self.read_only():
            self.action_read()
        else:
            self._look_at_code()

    # -- what is true -------------------------------------------------------------------------------

    def _answers(self) -> Answers:
        return self.session.load(ANSWERS) or Answers()

    def fact(self) -> str:
        """When it was read."""
        system = self.session.load(SYSTEM)
        if system is None or self.offramp.read_only_words():
            return ""
        return f"read {clock(system.taken_at)[:5]} · {system.calls} calls"

    def rebuild(self) -> None:
        """Draw the inventory as the session has it."""
        system = whole_system(self.session)
        wide = self.size.width >= 100
        self.query_one("#side").display = wide and system is not None
        self._draw_progress()
        if system is None:
            self.query_one(RowList).show([])
            return
        width = (self.size.width - 4) // 2 - 4 if wide else self.size.width - 4
        self.query_one(RowList).show(list_rows(system, system.gaps, self._code.known, width))
        self._draw_details(system)

    def _tick(self) -> None:
        if self._reading:
            self._draw_progress()

    def _draw_progress(self) -> None:
        line = self.query_one("#summary", Static)
        system = whole_system(self.session)
        if self._reading:
            progress = self._progress
            text = "reading from Heroku …"
            if progress is not None:
                text = (
                    f"reading {progress.doing} · {progress.done} of {progress.total} · {progress.calls} calls"
                )
            if quiet := self._quiet.lasted():
                text += f" · no answer for {quiet}"
            line.update(Content.assemble(marked("now", text)))
        elif system is None:
            line.update(Content.styled("Nothing is read yet. Press r to read.", MUTED))
        else:
            line.update(summary_line(system))

    def _draw_details(self, system: System) -> None:
        row = self.query_one(RowList).current
        self.query_one("#details", Static).update(self._details_of(system, row) if row else "")

    def _details_of(self, system: System, row: str) -> Content:
        gap = self._gap(system, row)
        if gap is not None:
            return Content.assemble(
                marked("look", gap.question), f"\n\n{gap.why}", ("\n\nenter answers", MUTED)
            )
        return details(system, row, self._code.known.get(row))

    def follow_highlight(self) -> None:
        """Details follow the highlight."""
        system = whole_system(self.session)
        if system is not None and self.query_one("#side").display:
            self._draw_details(system)

    def _gap(self, system: System, row: str) -> Gap | None:
        return next((gap for gap in system.gaps if f"gap:{gap.key}" == row), None)

    def _app(self) -> App | None:
        system, row = whole_system(self.session), self.query_one(RowList).current
        if system is None or row is None:
            return None
        gap = self._gap(system, row)
        app_id = gap.app_id if gap else row
        return next((app for app in system.apps if app.id == app_id), None)

    def why_not(self, name: str) -> str:
        """Going on needs the whole inventory, and every question answered."""
        system = whole_system(self.session)
        if name == "read":
            return "It is reading now." if self._reading else ""
        if name == "filter" and system is not None:
            return ""
        if system is None:
            return "First everything is read from Heroku." if self._reading else "First read: press r."
        if name == "next" and self._reading:
            return "It is reading now; a moment."
        if name == "next" and not system.apps:
            return f"There is no app that could move. {NO_APP_REMEDY}"
        if name == "next" and system.gaps:
            return f"{len(system.gaps)} things no API tells are not answered yet: press j."
        if name == "answer" and not system.gaps and not self._ever_asked():
            return "Everything is answered."
        if name in ("code", "vars") and self._app() is None:
            return "Move to an app first."
        return ""

    def _ever_asked(self) -> bool:
        read = self.session.load(SYSTEM)
        return read is not None and bool(read.gaps)

    # -- reading ------------------------------------------------------------------------------------

    def action_read(self) -> None:
        """Read everything from the source."""
        self._reading, self._progress = True, None
        self._quiet = Patience("reading")
        self._draw_progress()
        self.behind(
            self._read(), self._have_read, group="read", on_trouble=lambda trouble: self._read_ended()
        )

    async def _read(self) -> System:
        source = await in_thread(open_source, self.session, await self.offramp.vault())
        try:
            system: System = await source.read(self._report)
        finally:
            await source.close()
        return system

    def _report(self, progress: ReadProgress) -> None:
        self._progress = progress
        self._quiet = Patience("reading")

    def _read_ended(self) -> bool:
        self._reading = False
        self._draw_progress()
        return False  # the panel says what went wrong

    def _have_read(self, system: System) -> None:
        self._reading = False
        self.save(SYSTEM, system)
        self._take_demo_folders(system)
        self.renew()
        self.query_one(RowList).focus_rows()
        self._look_at_code()

    def _take_demo_folders(self, system: System) -> None:
        demo = self.offramp.demo
        if demo is None:
            return
        answers = self._answers()
        known = {app.id: demo.checkouts[app.name] for app in system.apps if app.name in demo.checkouts}
        self.save(ANSWERS, msgspec.structs.replace(answers, checkouts={**known, **answers.checkouts}))

    # -- code folders -------------------------------------------------------------------------------

    def _look_at_code(self) -> None:
        folders = self._answers().checkouts
        if folders:
            self.behind(self._code.read(folders), lambda _: self.renew(), group="code")

    def action_code(self) -> None:
        """Ask for the folder of the highlighted app."""
        app = self._app()
        if app is None:
            return
        question = f"The folder with the code of {app.name}: the git clone that is pushed to Heroku."
        known = self._answers().checkouts.get(app.id, "")
        dialog = AskText("Code folder", question, value=known, placeholder="~/src/my-app")

        def named(path: str | None) -> None:
            if path:
                self.behind(self._code.read_one(app.id, path), self._keep_folder, group="code-folder")

        self.ask(dialog, named)

    def _keep_folder(self, kept: tuple[str, str]) -> None:
        app_id, path = kept
        self.keep_code_folder(app_id, path)
        self.say(f"The code is read from {path}.", good=True)
        self.renew()

    # -- answers ------------------------------------------------------------------------------------

    async def action_open(self) -> None:
        """Details of an app, or the answer to a question."""
        system, row = whole_system(self.session), self.query_one(RowList).current
        if system is None or row is None:
            return
        gap = self._gap(system, row)
        if gap is None:
            app = system.app(row)
            self.app.push_screen(DetailsDialog(app.name, self._details_of(system, row)))
        elif why := self.read_only():
            self.say(why)
        else:
            self._ask(system, gap)

    def action_answer(self) -> None:
        """Ask the next open question, the highlighted one first; with none open, change an answer."""
        system, read = whole_system(self.session), self.session.load(SYSTEM)
        if system is None or read is None:
            return
        row = self.query_one(RowList).current or ""
        if system.gaps:
            self._ask(system, self._gap(system, row) or system.gaps[0])
            return
        answered = sorted(read.gaps, key=lambda gap: gap.app_id != row)
        if len(answered) == 1:
            self._ask(system, answered[0])
            return

        def picked(key: str | None) -> None:
            gap = next((gap for gap in answered if gap.key == key), None)
            if gap is not None:
                self._ask(system, gap)

        about = Content("Everything is answered. Which answer is to change?")
        self.ask(PickOne("Answers", about, [(gap.key, gap.question) for gap in answered]), picked)

    def _ask(self, system: System, gap: Gap) -> None:
        if gap.kind == "jobs" and gap.app_id is not None:
            self._ask_jobs(system.app(gap.app_id))
            return
        text = Content.assemble(gap.question, (f"\n\n{gap.why}", MUTED))

        def read(accepted: bool | None) -> None:
            if accepted:
                self.save(ANSWERS, acknowledge(self._answers(), gap.key))
                self.renew()

        self.ask(DetailsDialog("No API tells", text, accept="I know, go on"), read)

    def _ask_jobs(self, app: App) -> None:
        def keep(jobs: tuple[Job, ...]) -> None:
            self.save(ANSWERS, set_jobs(self._answers(), app.id, jobs, complete=False))

        def ended(complete: bool | None) -> None:
            jobs = self._answers().jobs.get(app.id, ())
            if complete:
                self.save(ANSWERS, set_jobs(self._answers(), app.id, jobs, complete=True))
            self.renew()

        self.ask(SchedulerJobs(app.id, app.name, self._answers().jobs.get(app.id, ()), keep), ended)

    # -- config vars --------------------------------------------------------------------------------

    def action_vars(self) -> None:
        """Show the config vars of the highlighted app."""
        app, system = self._app(), whole_system(self.session)
        if app is None or system is None:
            return
        rows = [config_row(var, system, 68) for var in app.config]

        async def read(name: str) -> Secret:
            source = await in_thread(open_source, self.session, await self.offramp.vault())
            try:
                values: dict[str, Secret] = await source.config(app.id)
            finally:
                await source.close()
            return values.get(name, Secret("", label=name))

        self.app.push_screen(ConfigVarsDialog(app.name, rows, read))

    async def action_next(self) -> None:
        """To choosing."""
        await self.go_on()
