"""The form for Heroku Scheduler's jobs, which no API tells: command, how often, at what time."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from screens.marks import MUTED, marked
from screens.mistake import as_trouble
from screens.scheduler_times import interval, time_of
from screens.widgets.dialog import Dialog
from screens.widgets.field import Field
from wizard.document.answers import typed_job, when, with_job
from wizard.model.system import Job
from wizard.model.trouble import Trouble


class SchedulerJobs(Dialog[bool]):
    """Result: True when the list was called complete. `keep` gets the list after each change, so that escape
    loses nothing of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "finish", show=False, priority=True, id="jobs.finish"),
        Binding("ctrl+x", "remove", show=False, priority=True, id="jobs.remove"),
    ]
    scope = "jobs"
    hint = "enter next line, then adds   ctrl+x removes the last   esc later"

    def __init__(
        self, app_id: str, app_name: str, jobs: tuple[Job, ...], keep: Callable[[tuple[Job, ...]], None]
    ) -> None:
        super().__init__(f"Scheduler jobs of {app_name}")
        self._app_id = app_id
        self._app_name = app_name
        self._jobs = jobs
        self._keep = keep
        self._asked_empty = False

    def compose_content(self) -> ComposeResult:
        """The jobs so far, and the lines of the next."""
        yield Static(
            "Heroku has no API for these. Copy them from the Heroku Scheduler dashboard. "
            "Enter on an empty command says that the list is complete.",
            classes="muted",
            markup=False,
        )
        yield Static("", id="jobs", markup=False)
        yield Static("Command", classes="label", markup=False)
        yield Field(id="command", compact=True)
        yield Static("Every", classes="label", markup=False)
        yield Field(id="every", placeholder="10 minutes, hour, or day", compact=True)
        yield Static("At (UTC; empty for 10 minutes)", classes="label", markup=False)
        yield Field(id="at", placeholder=":30 for hour, 02:30 for day", compact=True)

    def on_mount(self) -> None:
        """Draw the jobs."""
        super().on_mount()
        self._draw()

    def _draw(self) -> None:
        lines = [
            Content.assemble(marked("done", when(job)), (f"  {job.command}", "")) for job in self._jobs
        ] or [Content.styled("no job in the list yet", MUTED)]
        self.query_one("#jobs", Static).update(Content("\n").join(lines))

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    @on(Input.Submitted)
    def _enter(self, message: Input.Submitted) -> None:
        following = {"command": "every", "every": "at"}.get(message.input.id or "")
        if message.input.id == "command" and not message.value.strip():
            self.action_finish()
        elif following and not (following == "at" and message.value.strip().startswith("10")):
            self.complain("")
            self._field(following).focus()
        else:
            self._add()

    def _add(self) -> None:
        try:
            every = interval(self._field("every").value)
            at = time_of(self._field("at").value, every)
            job = typed_job(self._app_id, self._field("command").value, every, at)
        except Trouble as trouble:
            self.complain(trouble.brief())
            return
        if not self._kept(with_job(self._jobs, job)):
            return
        for name in ("command", "every", "at"):
            self._field(name).value = ""
        self._field("command").focus()
        self._draw()

    def _kept(self, jobs: tuple[Job, ...]) -> bool:
        """Keep the list; whether it could be saved. What could not is not shown as if it were in it."""
        self._asked_empty = False
        try:
            self._keep(jobs)
        except Exception as error:  # noqa: BLE001  said in the form, logged when it is our mistake
            self.complain(as_trouble(error).sentence())
            return False
        self.complain("")
        self._jobs = jobs
        return True

    def action_remove(self) -> None:
        """Take the last job away."""
        if self._jobs and self._kept(self._jobs[:-1]):
            self._draw()

    def action_finish(self) -> None:
        """The list is complete. A half typed job is not lost silently, and no job at all is said twice."""
        if self._field("command").value.strip():
            self.complain("The job in the lines is not in the list yet: press enter on its last line.")
        elif not self._jobs and not self._asked_empty:
            self._asked_empty = True
            self.complain(f"The list is empty. Enter again says that {self._app_name} has no scheduler job.")
        else:
            self.dismiss(True)
