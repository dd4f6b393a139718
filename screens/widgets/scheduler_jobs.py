"""The form for Heroku Scheduler's jobs, which no API tells: command, how often, at what time."""

import re
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from screens.marks import MUTED, marked
from screens.widgets.dialog import Dialog
from screens.widgets.field import Field
from wizard.document.answers import typed_job, when
from wizard.model.system import Job
from wizard.model.trouble import Trouble

EVERY = {"10 minutes": 10, "10": 10, "hour": 60, "60": 60, "day": 1440, "1440": 1440}


def interval(text: str) -> int:
    """Minutes of "10 minutes", "hour" or "day"; raises Trouble for anything else."""
    word = text.strip().lower().removeprefix("every ").strip()
    if word not in EVERY:
        raise Trouble(
            f"`{text}` is no interval of Heroku Scheduler.",
            remedy="Type: 10 minutes, hour, or day.",
            code="job-interval",
        )
    return EVERY[word]


def time_of(text: str, every: int) -> int:
    """Minutes into the hour (":30") or the UTC day ("02:30"); 0 for jobs of every 10 minutes."""
    if every == 10:
        return 0
    match = re.fullmatch(r"(\d{1,2})?:?(\d{2})?", text.strip())
    if match is None or not text.strip():
        shape = ":30" if every == 60 else "02:30"
        raise Trouble(
            f"`{text}` is no time.",
            remedy=f"Type it like {shape}, as the dashboard shows it (UTC).",
            code="job-time",
        )
    if every == 60:
        return int(match[2] or match[1] or 0)
    return int(match[1] or 0) * 60 + int(match[2] or 0)


class SchedulerJobs(Dialog[tuple[Job, ...]]):
    """Result: all jobs of the app as typed in; an empty tuple says that there are none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "finish", show=False, priority=True),
        Binding("ctrl+x", "remove", show=False, priority=True),
    ]
    hint = "enter next line, then adds   ctrl+x removes the last   ctrl+s done"

    def __init__(self, app_id: str, app_name: str, jobs: tuple[Job, ...]) -> None:
        super().__init__(f"Scheduler jobs of {app_name}")
        self._app_id = app_id
        self._jobs = jobs

    def compose_content(self) -> ComposeResult:
        """The jobs so far, and the lines of the next."""
        yield Static(
            "Heroku has no API for these. Copy them from the Heroku Scheduler dashboard. "
            "None there? Press ctrl+s with an empty list.",
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
            self.complain("Type the command, or press ctrl+s when the list is complete.")
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
            self.complain(f"{trouble.cause} {trouble.remedy}")
            return
        self.complain("")
        self._jobs = (*(known for known in self._jobs if known.id != job.id), job)
        for name in ("command", "every", "at"):
            self._field(name).value = ""
        self._field("command").focus()
        self._draw()

    def action_remove(self) -> None:
        """Take the last job away."""
        self._jobs = self._jobs[:-1]
        self._draw()

    def action_finish(self) -> None:
        """The list is complete; a job that is half typed is not lost silently."""
        if self._field("command").value.strip():
            self.complain("The job in the lines is not in the list yet: press enter on its last line.")
        else:
            self.dismiss(self._jobs)
