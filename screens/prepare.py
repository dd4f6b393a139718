"""Prepare: the changes to the code, read first, then written to a branch of their own."""

from functools import partial
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.background import in_thread
from screens.keys import About, Key
from screens.marks import marked
from screens.patience import Patience
from screens.prepare_copy import values_of
from screens.prepare_rows import details, first_to_solve, in_short, rows, summary
from screens.prepare_slug import what_keeping_means, why_not_slug
from screens.stage import StageScreen
from screens.stages import whole_system
from screens.styles import sheet
from screens.widgets.copy_values import CopyValues
from screens.widgets.details import DetailsDialog
from screens.widgets.row_list import RowList
from wizard.choose.offer import profile_of
from wizard.document.checkout import Checkout
from wizard.mapping.edit import set_keep_slug
from wizard.model.mapping import AppChoice
from wizard.model.system import App
from wizard.model.trouble import Trouble
from wizard.ports import Profile
from wizard.prepare.accepted import built_elsewhere, prepared_app, renewed, still_accepted, written
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_all
from wizard.prepare.clones import branches_of_clones
from wizard.prepare.code import code_of
from wizard.prepare.file_change import Proposal
from wizard.session.parts import MAPPING, PREPARED, TARGET, Prepared, PreparedApp

_SLUG = "Keep the slug of Heroku where no Dockerfile can be written, as a stop-gap; or take that back."


class PrepareScreen(StageScreen):
    """Reads the folders each time it is shown: the code may have changed since."""

    stage = "prepare"
    CSS_PATH = sheet("prepare")
    ABOUT = About(
        title="prepare",
        purpose="Shows the files that this move needs in the code of each app, with the reason for each, "
        "as a diff. They are written as one commit on a branch of their own; no file of your work tree "
        "is opened for writing, and the branch you are on stays as it is.",
        asks="That you solve what is marked ✗, read the changes, and accept them with w. What is marked ⚠ is "
        "to be known, and stops nothing. A folder with uncommitted work is refused.",
        next="With the code of every app ready, the plan is made.",
    )
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "open", "read", "Show the changes of the file or the app, or how to solve a problem."),
        Key("w", "write", "write", "Accept the changes of all apps: write them to branches.", writes=True),
        Key("n", "next", "next", "Go on to the plan."),
        Key(
            "c", "copy_it", "copy", "Copy what is typed elsewhere: secrets' names, a step, a file, a branch."
        ),
        Key("k", "slug", "slug", _SLUG, writes=True),
        Key("r", "read", "again", "Read the folders again, after you changed something."),
        Key("slash", "filter", "filter", "Show only what contains the text you type."),
    )

    def __init__(self) -> None:
        super().__init__()
        self._code: dict[str, Checkout | Trouble] = {}
        self._proposals: dict[str, Proposal] = {}
        self._wait: Patience | None = None
        """What is being read or written now."""

    def compose_body(self) -> ComposeResult:
        """A line about all, the files, the diff beside them where there is room."""
        yield Static("", id="summary", markup=False)
        with Horizontal(id="panes"):
            yield RowList()
            with VerticalScroll(id="side", can_focus=False):
                yield Static("", id="diff", markup=False)
        yield Static("", id="in-full", markup=False)

    def begin(self) -> None:
        """Read the folders."""
        self.set_interval(1.0, self._tick)
        self.action_read()

    # -- what is true ---------------------------------------------------------------------------------

    def _profile(self) -> Profile | None:
        choice = self.session.load(TARGET)
        return profile_of(self.session, choice.provider) if choice else None

    def _apps(self) -> list[App]:
        system, mapping = whole_system(self.session), self.session.load(MAPPING)
        if system is None or mapping is None:
            return []
        moved = {choice.app_id for choice in mapping.moved_apps()}
        return [app for app in system.apps if app.id in moved and not built_elsewhere(mapping, app.id)]

    def _written(self) -> dict[str, PreparedApp]:
        """What was written and still is what the map and the code as they are now ask for."""
        mapping, profile = self.session.load(MAPPING), self._profile()
        prepared = self.session.load(PREPARED)
        if mapping is None or profile is None or prepared is None:
            return {}
        apps = {app.id: app for app in self._apps()}
        current: dict[str, PreparedApp] = {}
        for done in prepared.apps:
            app, code = apps.get(done.app_id), self._code.get(done.app_id)
            proposal = self._proposals.get(done.app_id)
            if not isinstance(code, Checkout) or app is None or proposal is None:
                continue
            if still_accepted(done, app, mapping, profile, (code, proposal)):
                current[done.app_id] = done
        return current

    def fact(self) -> str:
        """How many are ready."""
        if self.offramp.read_only_words():
            return ""
        return f"{len(self._written())} of {len(self._apps())} apps ready"

    def rebuild(self) -> None:
        """Draw what is known of the folders."""
        wide = self.size.width >= 100
        self.query_one("#side").display = wide
        self.query_one("#in-full").display = not wide and self.size.height >= 20
        apps, ready = self._apps(), self._written()
        line = self.query_one("#summary", Static)
        if not apps:
            line.update(self._why_none())
        elif self._wait is not None:
            self._tick()
        else:
            line.update(summary(apps, self._code, self._proposals, ready))
        width = (self.size.width - 6) * (2 if wide else 5) // 5 if wide else self.size.width - 3
        self.query_one(RowList).show(rows(apps, self._code, self._proposals, ready, width))
        self._draw_diff()

    def _why_none(self) -> str:
        mapping = self.session.load(MAPPING)
        if mapping is not None and mapping.moved_apps():
            return "Each app runs an image that is built elsewhere: no code is prepared here. n goes on."
        return "No app moves: no code is prepared. 4 shows the map."

    def _now(self, doing: str) -> None:
        self._wait = Patience(doing)
        self._tick()

    def _tick(self) -> None:
        if self._wait is not None and self._apps():
            text = Content.assemble(marked("now", self._wait.sentence()))
            self.query_one("#summary", Static).update(text)

    def _draw_diff(self) -> None:
        row = self.query_one(RowList).current
        show, place = (details, "#diff") if self.query_one("#side").display else (in_short, "#in-full")
        known = row is not None and not row.startswith("+")
        text = show(row, self._code, self._proposals, self.words) if row and known else Content("")
        self.query_one(place, Static).update(text)

    def follow_highlight(self) -> None:
        """The diff follows the highlight."""
        self._draw_diff()

    def why_not(self, name: str) -> str:
        """Writing needs readable, unblocked code; going on needs it written."""
        apps = self._apps()
        if name in ("write", "read", "slug") and self._wait is not None:
            return f"{self._wait.sentence()} Wait a moment."
        row = self.query_one(RowList).current
        if name == "slug":
            app = self._app_of(row)
            return why_not_slug(app, *self._of(app))
        if name == "copy_it" and not self._values():
            return "Nothing of this row is typed elsewhere."
        if name == "open" and (row is None or row.startswith("+")):
            return "There is nothing to read."
        if name == "write":
            return self._why_not_write(apps)
        if name == "next":
            missing = [app.name for app in apps if app.id not in self._written()]
            return f"First read the changes and press w: {', '.join(missing)}." if missing else ""
        return ""

    def _app_of(self, row: str | None) -> App | None:
        """The app that a row belongs to."""
        return next((app for app in self._apps() if row and app.id == row.partition("\n")[0]), None)

    def _of(self, app: App | None) -> tuple[Proposal | None, AppChoice | None]:
        mapping = self.session.load(MAPPING)
        if app is None or mapping is None:
            return None, None
        return self._proposals.get(app.id), mapping.app(app.id)

    def _values(self) -> list[tuple[str, str]]:
        row = self.query_one(RowList).current
        # What was written matters to the row of an app alone, and takes time to judge.
        return values_of(row, self._proposals, {} if "\n" in row else self._written()) if row else []

    def _why_not_write(self, apps: list[App]) -> str:
        if not apps:
            return self._why_none()
        for app in apps:
            code, proposal = self._code.get(app.id), self._proposals.get(app.id)
            if isinstance(code, Trouble):
                return f"{app.name}: {code.cause} {code.remedy}"
            if proposal is None:
                return f"The code of {app.name} is not read yet. Name its folder on the map (4)."
            problem = next((one for one in proposal.problems if one.blocks), None)
            if problem is not None:
                return f"{problem.sentence().rstrip('.')}. {problem.remedy}"
        if len(self._written()) == len(apps):
            return "Everything is written already; n goes on."
        return ""

    # -- reading --------------------------------------------------------------------------------------

    def action_read(self) -> None:
        """Read the folders and propose the changes."""
        self._now("Reading the code folders")
        self.behind(self._read(), lambda _: self._done(), group="code", on_trouble=self._failed)

    async def _read(self) -> None:
        mapping, profile = self.session.load(MAPPING), self._profile()
        system = whole_system(self.session)
        if mapping is None or profile is None or system is None:
            return
        code: dict[str, Checkout | Trouble] = {}
        for choice in mapping.moved_apps():
            if built_elsewhere(mapping, choice.app_id):
                continue
            if choice.checkout is None:
                code[choice.app_id] = Trouble(
                    "No folder with its code is named.", remedy="Name it on the map (4).", code="no-checkout"
                )
                continue
            self._now(f"Reading the code of {system.app(choice.app_id).name}")
            try:
                app = system.app(choice.app_id)
                read = partial(code_of, app, mapping, profile, choice.checkout)
                code[choice.app_id] = await in_thread(read)
            except Trouble as trouble:
                code[choice.app_id] = trouble
        readable = {app_id: one for app_id, one in code.items() if isinstance(one, Checkout)}
        self._proposals = propose_all(system, mapping, profile, readable)
        self._code = code

    def _done(self) -> None:
        self._wait = None
        self._remember()
        self.renew()
        rows_now = self.query_one(RowList)
        if rows_now.shown and rows_now.current == rows_now.shown[0].id:
            # Nobody has moved yet: what stops comes into sight first.
            rows_now.go_to(first_to_solve(rows_now.shown, self._proposals) or rows_now.shown[0].id)

    def _remember(self) -> None:
        """What came out the same from a map that was changed stays accepted, without another key."""
        system, mapping, profile = whole_system(self.session), self.session.load(MAPPING), self._profile()
        prepared = self.session.load(PREPARED)
        if system is None or mapping is None or profile is None or prepared is None or self.read_only():
            return
        written = self._written()
        apps = tuple(
            renewed(done, system.app(done.app_id), mapping, profile) if done.app_id in written else done
            for done in prepared.apps
        )
        if apps != prepared.apps:
            self.save(PREPARED, Prepared(apps=apps), keeps_plan=True)

    def _failed(self, trouble: Trouble) -> bool:
        self._done()
        return False

    # -- actions --------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """The changes of the row, over the screen."""
        row = self.query_one(RowList).current
        app = self._app_of(row)
        if row is None or app is None:
            return
        parts = row.split("\n")
        title = f"{app.name}: {parts[2]}" if parts[1:2] == ["file"] else app.name
        self.app.push_screen(DetailsDialog(title, details(row, self._code, self._proposals, self.words)))

    def action_copy_it(self) -> None:
        """Copy the one value of the row, or offer its values."""
        row, values = self.query_one(RowList).current, self._values()
        if len(values) == 1 and "\n" not in values[0][1]:
            self.copy(values[0][1])
            return
        app = self._app_of(row)
        about = in_short(row or "", self._code, self._proposals, self.words).plain
        self.app.push_screen(CopyValues(app.name if app else "", about, values))

    def action_slug(self) -> None:
        """Keep the slug of the row's app, after what that means was read; or take it back at once."""
        app = self._app_of(self.query_one(RowList).current)
        proposal, choice = self._of(app)
        if app is None or proposal is None or choice is None:
            return
        if choice.keep_slug:
            self._keep_slug(app, keep=False)
            return

        def read(accepted: bool | None) -> None:
            if accepted:
                self._keep_slug(app, keep=True)

        words = what_keeping_means(app, proposal, choice)
        title = f"Keep the slug of {app.name}: a stop-gap"
        self.ask(DetailsDialog(title, words, accept="keeps it as a stop-gap"), read)

    def _keep_slug(self, app: App, *, keep: bool) -> None:
        mapping = self.session.load(MAPPING)
        if mapping is None:
            return
        self.save(MAPPING, set_keep_slug(mapping, app.id, keep))
        self.action_read()
        done = "keeps its slug, as a stop-gap; k takes that back" if keep else "does not keep its slug"
        self.say(f"{app.name} {done}.", good=True)

    def action_write(self) -> None:
        """Write the branch of every app."""
        self._now("Writing the branches")
        self.renew()
        self.behind(self._write(), self._wrote, group="code", on_trouble=self._failed)

    async def _write(self) -> int:
        branches = set()
        mapping, profile = self.session.load(MAPPING), self._profile()
        assert mapping is not None and profile is not None
        for app in self._apps():
            code, proposal = self._code[app.id], self._proposals[app.id]
            assert isinstance(code, Checkout)
            self._now(f"Writing the branch of {app.name}")
            before = self.session.load(PREPARED) or Prepared()
            taken = await in_thread(branches_of_clones, code.path, before)
            branch = await in_thread(write_branch, code.path, self.session.id, app.name, proposal, taken)
            done = prepared_app(app, mapping, profile, checkout=code.path, proposal=proposal, branch=branch)
            # Saved one by one: what was written stays known when the next one is refused.
            self.save(PREPARED, written(self.session.load(PREPARED) or Prepared(), done))
            self._code[app.id] = msgspec.structs.replace(code, head=branch.base)
            if branch.name:
                branches.add((code.path, branch.name))
        return len(branches)

    def _wrote(self, count: int) -> None:
        self._done()
        words = f"Written to {count} branch{'es' * (count != 1)}" if count else "Nothing had to change"
        self.say(f"{words}; your work trees are as they were.", good=True)

    async def action_next(self) -> None:
        """On to the plan."""
        if not self._apps() and self.session.load(PREPARED) is None and not self.read_only():
            # Said once: nothing has to be.
            self.save(PREPARED, Prepared())
        await self.go_on()
