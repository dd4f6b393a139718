"""What a person adds to the document: answers to what no API tells, deploy paths, notes and owners."""

from collections.abc import Callable
from typing import cast

from textual.content import Content

from screens.inventory.base import DocumentBase
from screens.inventory.details import group_lines, text_of
from screens.marks import MUTED
from screens.widgets.ask_note import AskNote
from screens.widgets.ask_text import AskText
from screens.widgets.details import DetailsDialog
from screens.widgets.pick_one import PickOne
from screens.widgets.scheduler_jobs import SchedulerJobs
from wizard.document.answers import (
    GapGroup,
    acknowledge,
    acknowledge_all,
    gap_groups,
    set_deploy,
    set_jobs,
    set_note,
)
from wizard.document.pages.delivery import WAYS, deploy_words
from wizard.model.delivery import DeployKind
from wizard.model.system import App, Gap, Job
from wizard.session.parts import ANSWERS, SYSTEM, Answers, Note

DIALOG_WIDTH = 68
"""Cells of a text in a dialog of the usual width, at 80 columns."""


class AnsweringScreen(DocumentBase):
    """Each answer is saved at once."""

    def _answer(self, change: Callable[[Answers], Answers]) -> None:
        self.save(ANSWERS, change(self.answers()))
        self.renew()

    # -- what no API tells --------------------------------------------------------------------------

    def action_answer(self) -> None:
        """Ask the next open question, the highlighted one first; with none open, change an answer."""
        index, read = self.index(), self.session.load(SYSTEM)
        if index is None or read is None:
            return
        if index.system.gaps:
            gap = self.current_gap()
            group = self.current_group() or gap_groups(index.system.gaps)[0]
            if gap is not None:
                self.ask_gap(gap)
            else:
                self.ask_group(group)
            return
        app = self.current_app()
        answered = sorted(read.gaps, key=lambda gap: app is None or gap.app_id != app.id)
        if len(answered) == 1:
            self.ask_gap(answered[0])
            return

        def picked(key: str | None) -> None:
            gap = next((gap for gap in answered if gap.key == key), None)
            if gap is not None:
                self.ask_gap(gap)

        about = Content("Everything is answered. Which answer is to change?")
        self.ask(PickOne("Answers", about, [(gap.key, gap.question) for gap in answered]), picked)

    def current_group(self) -> GapGroup | None:
        """The group of open questions that is highlighted."""
        index, row = self.index(), self.listing.current or ""
        if index is None or not row.startswith("gap-group:"):
            return None
        groups = gap_groups(index.system.gaps)
        return next((one for one in groups if f"gap-group:{one.name}" == row), None)

    def ask_group(self, group: GapGroup) -> None:
        """Show all questions of a group; those that are answered by reading are answered at once."""
        if len(group.at_once) < 2:
            self.ask_gap(group.gaps[0])
            return
        shown = GapGroup(name=group.name, gaps=group.at_once)
        count = len(shown.gaps)

        def read(accepted: bool | None) -> None:
            if accepted:
                self._answer(lambda answers: acknowledge_all(answers, shown.gaps))

        content = text_of(group_lines(shown, DIALOG_WIDTH))
        self.ask(
            DetailsDialog(f"No API tells: {group.name}", content, accept=f"I know all {count}, go on"), read
        )

    def ask_gap(self, gap: Gap) -> None:
        """Ask one question, as its kind wants it."""
        index = self.index()
        app = index.apps.get(gap.app_id or "") if index else None
        if gap.kind == "jobs" and app is not None:
            self._ask_jobs(app)
            return
        if gap.kind == "deploy" and app is not None:
            self.ask_deploy(app)
            return
        text = Content.assemble(gap.question, (f"\n\n{gap.why}", MUTED))

        def read(accepted: bool | None) -> None:
            if accepted:
                self._answer(lambda answers: acknowledge(answers, gap.key))

        self.ask(DetailsDialog("No API tells", text, accept="I know, go on"), read)

    def _ask_jobs(self, app: App) -> None:
        def keep(jobs: tuple[Job, ...]) -> None:
            self.save(ANSWERS, set_jobs(self.answers(), app.id, jobs, complete=False))

        def ended(complete: bool | None) -> None:
            jobs = self.answers().jobs.get(app.id, ())
            if complete:
                self.save(ANSWERS, set_jobs(self.answers(), app.id, jobs, complete=True))
            self.renew()

        self.ask(SchedulerJobs(app.id, app.name, self.answers().jobs.get(app.id, ()), keep), ended)

    # -- how an app is deployed ---------------------------------------------------------------------

    def action_deploy(self) -> None:
        """Confirm or correct how the highlighted app is deployed."""
        app = self.current_app()
        if app is not None:
            self.ask_deploy(app)

    def ask_deploy(self, app: App) -> None:
        """Ask by which way an app is deployed: what is thought now stands first."""
        told = app.deploy
        who = "You said" if told.told_by == "person" else "It looks like"
        now = "Heroku does not tell." if told.kind == "unknown" else f"{who}: {deploy_words(told)}."
        question = f"By which way does new code come to {app.name}?"
        kinds = sorted((kind for kind in WAYS if kind != "unknown"), key=lambda kind: kind != told.kind)

        def picked(kind: str | None) -> None:
            if kind is not None:
                self._ask_deploy_words(app, cast(DeployKind, kind))

        about = Content.assemble(
            question, f"\n\n{now}", (f" {told.evidence}" if told.evidence else "", MUTED)
        )
        rows = [(one, WAYS[one] + ("  (as it is now)" if one == told.kind else "")) for one in kinds]
        self.ask(PickOne(f"How is {app.name} deployed?", about, rows), picked)

    def _ask_deploy_words(self, app: App, kind: DeployKind) -> None:
        known = self.answers().deploys.get(app.id)

        def typed(words: str | None) -> None:
            if words is not None:
                self._answer(lambda answers: set_deploy(answers, app.id, kind, words))
                self.say(f"Kept: {app.name} is deployed by {WAYS[kind]}.", good=True)

        question = "What should the next person know of it? The repository, the branch, who may; or nothing."
        value = known.evidence if known else ""
        self.ask(
            AskText(WAYS[kind], question, value=value, placeholder="may stay empty", check=lambda _: ""),
            typed,
        )

    # -- notes --------------------------------------------------------------------------------------

    def action_note(self) -> None:
        """Ask for the note on what is highlighted."""
        key, page, app = self.current_key(), self.current_page(), self.current_app()
        title = page.title if page is not None else key
        if app is not None and key != f"app:{app.id}":
            title += f" of {app.name}"

        def typed(note: Note | None) -> None:
            if note is None:
                return
            # What a team writes changes nothing of the plan.
            self.save(ANSWERS, set_note(self.answers(), key, note.text, note.owner), keeps_plan=True)
            self.renew()

        self.ask(AskNote(title, self.answers().notes.get(key, Note())), typed)
