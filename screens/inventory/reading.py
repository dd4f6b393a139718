"""Reading everything from Heroku, and the code of the apps from this machine."""

import msgspec
from textual.content import Content
from textual.widgets import Static

from screens.background import in_thread
from screens.inventory.base import DocumentBase
from screens.inventory.rows import status_line, summary_line
from screens.marks import MUTED, marked
from screens.patience import Patience
from screens.quantities import clock, day_and_clock
from wizard.document.changes import Change, changes
from wizard.document.pages.page import counted, joined
from wizard.model.secret import Secret
from wizard.model.system import System
from wizard.model.trouble import Trouble
from wizard.ports import ReadProgress
from wizard.registry import open_source
from wizard.session.parts import ANSWERS, SYSTEM, SYSTEM_BEFORE

SLOW = "Slow: Heroku's rate limit leaves about 75 requests a minute for now."


class ReadingScreen(DocumentBase):
    """Reads in the background; the last inventory stays until the new one is whole."""

    def __init__(self) -> None:
        super().__init__()
        self.progress: ReadProgress | None = None
        self.reading = False
        self._quiet = Patience("reading")
        self.changed: tuple[Change, ...] = ()

    def draw_progress(self) -> None:
        """The line about the whole, or how far the reading is; below it what needs a person."""
        line, status = self.query_one("#summary", Static), self.query_one("#status", Static)
        index = self.index()
        if self.reading:
            line.update(Content.assemble(marked("now", self.progress_words())))
        elif index is None:
            line.update(Content.styled(self.words("Nothing is read yet. Press r to read."), MUTED))
        else:
            line.update(summary_line(index, self.size.width - 2))
        if self.reading and self.progress is not None and self.progress.slow:
            status.update(Content.assemble(marked("look", SLOW)))
            return
        if index is None:
            status.update("")
            return
        if self.listing.searching:
            return  # it says how much was found
        system = index.system
        status.update(
            self.worn(
                status_line(
                    gaps=len(system.gaps),
                    unread=len(system.unread_apps),
                    factor=bool(index.second_factor_wanted),
                    changed=self.changed_words(),
                    changes=len(self.changed),
                    width=self.size.width - 2,
                )
            )
        )

    def progress_words(self) -> str:
        """What is read now, and how far it is."""
        quiet = self._quiet.lasted()
        waits = f"no answer for {quiet}" if quiet else ""
        if self.progress is None:
            return joined(("reading from Heroku …", waits))
        # What is read now comes last: it may be too long for the line.
        told = self.progress
        return joined(
            (f"reading · {told.done:,} of {told.total:,}", f"{told.calls:,} calls", waits, told.doing)
        )

    def action_read(self, *, code: Secret | None = None, pre_authorise: tuple[str, ...] = ()) -> None:
        """Read everything from the source.

        Args:
            code: of a second factor, for what wants one.
            pre_authorise: ids of apps that are opened to the token with it first; the person said so.
        """
        self.reading, self.progress = True, None
        self._quiet = Patience("reading")
        self.renew()
        work = self._read(code, pre_authorise)
        self.behind(work, self._have_read, group="read", on_trouble=self._read_ended)

    async def _read(self, code: Secret | None, pre_authorise: tuple[str, ...]) -> System:
        source = await in_thread(open_source, self.session, await self.offramp.vault())
        try:
            if code is not None:
                for app_id in pre_authorise:
                    await source.pre_authorise(app_id, code)
                source.second_factor(code)
            system: System = await source.read(self._report)
        finally:
            await source.close()
        return system

    def _report(self, progress: ReadProgress) -> None:
        self.progress = progress
        self._quiet = Patience("reading")

    def _read_ended(self, trouble: Trouble) -> bool:
        self.reading = False
        self.renew()
        self.read_failed(trouble)
        return False  # the panel says what went wrong

    def read_failed(self, trouble: Trouble) -> None:
        """What is to be done about it, besides saying so."""

    def _have_read(self, system: System) -> None:
        self.reading = False
        before = self.session.load(SYSTEM)
        if before is not None and before.account.id == system.account.id:
            self.save(SYSTEM_BEFORE, before)
        else:  # what another account sees says nothing of what changed
            self.session.drop(SYSTEM_BEFORE)
        self.save(SYSTEM, system)
        self._take_demo_folders(system)
        self.renew()
        self.listing.focus_rows()
        self.look_at_code()
        self.look_for_changes()

    def _take_demo_folders(self, system: System) -> None:
        demo = self.offramp.demo
        if demo is None:
            return
        answers = self.answers()
        known = {app.id: demo.checkouts[app.name] for app in system.apps if app.name in demo.checkouts}
        self.save(ANSWERS, msgspec.structs.replace(answers, checkouts={**known, **answers.checkouts}))

    # -- what changed -------------------------------------------------------------------------------

    def look_for_changes(self) -> None:
        """Compare with the inventory before, in a thread: there may be thousands of objects."""
        before, system = self.session.load(SYSTEM_BEFORE), self.session.load(SYSTEM)
        self.changed = ()
        if before is None or system is None:
            return

        def found(changed: tuple[Change, ...]) -> None:
            self.changed = changed
            self.renew()

        self.behind(in_thread(changes, before, system), found, group="changes", wanted=False)

    def changed_words(self) -> str:
        """ "3 things changed since 14:02", "" when nothing is known to have changed."""
        before = self.session.load(SYSTEM_BEFORE)
        if not self.changed or before is None:
            return ""
        return f"{counted(len(self.changed), 'thing')} changed since {self.since(before)}"

    def since(self, before: System) -> str:
        """When the inventory before was read: the time of day, with the day when that was another."""
        system = self.session.load(SYSTEM)
        day, now = day_and_clock(before.taken_at), day_and_clock(system.taken_at) if system else ""
        return clock(before.taken_at)[:5] if day[:10] == now[:10] else day

    # -- code folders -------------------------------------------------------------------------------

    def look_at_code(self) -> None:
        """Read the folders that were named."""
        folders = self.answers().checkouts
        if folders:
            self.behind(self.code.read(folders), lambda _: self.look_through(), group="code", wanted=False)

    def look_through(self) -> None:
        """Show what the roots of the folders say, and look through all their files."""
        self.renew()
        system = self.session.load(SYSTEM)
        names = {app.id: [var.name for var in app.config] for app in system.apps} if system else {}
        self.behind(self.code.look_through(names), lambda _: self.renew(), group="code-lines", wanted=False)

    def keep_folder(self, kept: tuple[str, str]) -> None:
        app_id, path = kept
        self.keep_code_folder(app_id, path)
        self.say(f"The code is read from {path}.", good=True)
        self.look_through()
