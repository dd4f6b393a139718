"""Plan: exactly what will happen, in order, and the checks that must pass first."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from screens.background import in_thread
from screens.keys import About, Key
from screens.marks import STRONG
from screens.patience import Patience
from screens.plan_checks import old_checks
from screens.plan_outline import outline
from screens.plan_rows import about_row, before_start, rows, verdict
from screens.quantities import day_and_clock
from screens.stage import StageScreen
from screens.stages import newest_run, standing, whole_system
from screens.styles import sheet
from screens.widgets.details import DetailsDialog
from screens.widgets.row_list import RowList
from wizard.choose.offer import profile_of
from wizard.model.plan import Plan
from wizard.model.trouble import Trouble
from wizard.plan.plan import make_plan
from wizard.plan.preflight import look
from wizard.registry import source_provider
from wizard.run.launch import start_worker
from wizard.session.parts import MAPPING, PLAN, PREFLIGHT, PREPARED, TARGET, Preflight

TITLE_FITS = 60
"""Cells that the title of a dialog has at 80 columns; a longer one stands in its text."""


class PlanScreen(StageScreen):
    """Makes the plan when there is none, and looks whether it can run."""

    stage = "plan"
    CSS_PATH = sheet("plan")
    ABOUT = About(
        title="plan",
        purpose="Shows every step in the order in which it will run: who does it, what it changes, how long "
        "it is expected to take (~ marks an estimate), and the way back. What runs is exactly this.",
        asks="That you read it, and solve what the checks say stops it.",
        next="The run starts; it waits for you at each gate. Heroku is not changed before the first.",
    )
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "open", "read", "Show all of the highlighted row."),
        Key("s", "start", "start the run", "Start the worker that carries the plan out.", writes=True),
        Key("r", "look", "check again", "Look at everything again; nothing is changed by it.", writes=True),
        Key("n", "next", "to the run", "Go to the run that was started.", footer=False),
        Key("slash", "filter", "filter", "Show only what contains the text you type."),
    )

    def __init__(self) -> None:
        super().__init__()
        self._wait: Patience | None = None
        """What is being looked at now."""
        self._all_checks = False
        self._starting = False

    def compose_body(self) -> ComposeResult:
        """What the checks say, the rows, what is known of the highlighted one."""
        yield Static("", id="verdict", markup=False)
        yield Static("", id="whole", markup=False)
        yield RowList()
        yield Static("", id="about", markup=False)

    def begin(self) -> None:
        """Make the plan if there is none; then check it unless that was done."""
        self.set_interval(1.0, self._tick)
        self._make()
        wanted = self._preflight() is None or old_checks(self.session) is not None
        if self._plan() is not None and wanted and not self.read_only():
            self.action_look()

    # -- what is true ---------------------------------------------------------------------------------

    def _plan(self) -> Plan | None:
        return self.session.load(PLAN)

    def _preflight(self) -> Preflight | None:
        """The last checks, when they were about this very plan."""
        plan, found = self._plan(), self.session.load(PREFLIGHT)
        return found if plan and found and found.plan_digest == plan.digest() else None

    def _make(self) -> None:
        system, mapping = whole_system(self.session), self.session.load(MAPPING)
        prepared, choice = self.session.load(PREPARED), self.session.load(TARGET)
        if self._plan() is not None or self.read_only():
            return
        if system is None or mapping is None or prepared is None or choice is None:
            return
        if standing(self.session).why_not["plan"]:
            return  # a stage before it is open again: an app came or went, or the map changed
        source = source_provider(self.session.info.source).title
        profile = profile_of(self.session, choice.provider)
        plan = make_plan(self.session.name, system, mapping, prepared, source_title=source, profile=profile)
        self.save(PLAN, plan, keeps_plan=True)
        self.renew()

    def rebuild(self) -> None:
        """Draw the plan as the session has it."""
        plan, preflight = self._plan(), self._preflight()
        list_ = self.query_one(RowList)
        if plan is None:
            self.query_one("#verdict", Static).update(
                self.words("There is no plan yet: map (4) and prepare (5) come first.")
            )
            list_.show([])
            return
        self.query_one("#verdict", Static).update(self.worn(verdict(preflight, self._doing())))
        self.query_one("#whole", Static).update(outline(plan))
        width = max(50, self.size.width - 3)
        list_.show(rows(plan, preflight, width, all_checks=self._all_checks))
        self._draw_about()

    def _doing(self) -> str:
        if self._wait is None:
            return ""
        # One line at 80 columns: how long it lasts takes the place of what is known by then.
        return self._wait.sentence() + ("" if self._wait.lasted() else " Nothing is changed by it.")

    def _tick(self) -> None:
        if self._wait is not None:
            self.query_one("#verdict", Static).update(self.worn(verdict(None, self._doing())))

    def _draw_about(self) -> None:
        row, plan = self.query_one(RowList).current, self._plan()
        text = self.worn(about_row(row, plan, self._preflight())) if row and plan else ""
        self.query_one("#about", Static).update(text)

    def follow_highlight(self) -> None:
        """The lines below follow the highlight."""
        self._draw_about()

    def why_not(self, name: str) -> str:
        """The run starts only when nothing stops it."""
        plan, preflight = self._plan(), self._preflight()
        if name == "next":
            return "" if newest_run(self.session) else "Nothing has run yet: s starts it."
        if plan is None:
            return "There is no plan yet: map (4) and prepare (5) come first."
        if name in ("look", "start") and self._wait is not None:
            return "The checks are still looking; wait a moment."
        if name == "start":
            if self._starting:
                return "The worker is being started."
            if preflight is None:
                return "The checks come first: r looks."
            if old := old_checks(self.session):
                return f"The checks are from {day_and_clock(old.looked_at)}: r looks again."
            stops = next((finding for finding in preflight.findings if finding.state == "blocks"), None)
            if stops is not None:
                return f"{stops.what}. {stops.remedy}"
        return ""

    # -- checking -------------------------------------------------------------------------------------

    def action_look(self) -> None:
        """Look at everything the plan needs."""
        self._wait = Patience("Looking at this machine")
        self.renew()
        self.behind(self._look(), lambda _: self._looked(), group="look", on_trouble=self._not_looked)

    async def _look(self) -> Preflight:
        return await look(self.session, await self.offramp.vault(), self._report)

    def _report(self, doing: str) -> None:
        self._wait = Patience(f"Looking at {doing}")
        if self.is_attached:
            self._tick()

    def _looked(self) -> None:
        self._wait = None
        self.renew()
        found = self._preflight()
        stops = [at for at, one in enumerate(found.findings) if one.state == "blocks"] if found else []
        if stops:
            self.query_one(RowList).go_to(f"finding\n{stops[0]}")

    def _not_looked(self, trouble: Trouble) -> bool:
        self._looked()
        return False

    # -- actions --------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """List the good checks, or show all of a row."""
        row, plan = self.query_one(RowList).current, self._plan()
        if row is None or plan is None:
            return
        if row == "good":
            self._all_checks = True
            self.renew()
            return
        kind, _, key = row.partition("\n")
        preflight = self._preflight()
        what = "Step" if kind == "step" else "Check"
        title = plan.step(key).title if kind == "step" else what
        if kind == "finding" and preflight is not None:
            title = preflight.findings[int(key)].what
        text = self.worn(about_row(row, plan, preflight))
        if len(title) > TITLE_FITS:
            title, text = what, Content.assemble((f"{title}.", STRONG), "\n\n", text)
        self.app.push_screen(DetailsDialog(title, text))

    def action_start(self) -> None:
        """Say what begins, then start the worker."""
        plan = self._plan()
        assert plan is not None

        def decided(yes: bool | None) -> None:
            if yes:
                self._starting = True
                self.say("Starting the worker, and handing it the credentials.", good=True)
                self.behind(self._start(), self._started, group="start", on_trouble=self._not_started)

        dialog = DetailsDialog(
            "Start the run",
            before_start(plan, self._preflight(), demo=self.session.info.demo),
            accept="starts it",
        )
        self.ask(dialog, decided)

    async def _start(self) -> None:
        vault = await self.offramp.vault()
        await in_thread(start_worker, self.session, vault)

    def _started(self, _: None) -> None:
        self._starting = False
        # By the application, not from here: this runs in a worker of the screen that is taken away, and
        # each would wait for the other's end.
        self.app.call_later(self.offramp.show_stage, "run")

    def _not_started(self, trouble: Trouble) -> bool:
        self._starting = False
        self.say("")
        return False

    async def action_next(self) -> None:
        """To the run."""
        await self.offramp.show_stage("run")
