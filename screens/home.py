"""The first screen: every migration that was begun, and the ways to begin one."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from screens.background import in_thread
from screens.deleting import delete_session
from screens.home_entries import Entry, read_entries
from screens.keyed import KeyedScreen
from screens.keys import About, Key
from screens.machine import keyring_words, programs_words
from screens.marks import ACCENT, ATTENTION, BAD, GLYPHS, GOOD, MUTED, STRONG
from screens.styles import sheet
from screens.widgets.ask_text import AskText
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.row_list import Row, RowList
from wizard.credentials import Vault
from wizard.session.store import create, find
from wizard.told_hosts import told_hosts

NEW, TRY = "+new", "+try"
"""Rows that are no migration. No session id begins with a plus."""

BETWEEN = 9
"""Cells between the columns of a migration, with the glyph of its state."""

STYLES = {
    GLYPHS["done"]: GOOD,
    GLYPHS["now"]: ACCENT,
    GLYPHS["look"]: ATTENTION,
    GLYPHS["paused"]: ATTENTION,
    GLYPHS["failed"]: BAD,
}


class HomeScreen(KeyedScreen):
    """Lists sessions: those that run, then the newest. What runs or is broken is looked at every 2 s."""

    CSS_PATH = sheet("home")
    ABOUT = About(
        title="your migrations",
        purpose="Every migration that was begun on this machine, and where each stands; one that runs stands "
        "first, with who has it. It goes on whether this screen is open or not.",
        asks="Which one to open, or a name for a new one. A migration holds your answers; credentials are "
        "kept in the keyring, never in it.",
        next="A new migration begins with signing in to Heroku. One that exists opens where it stands.",
    )
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "open", "open", "Open the highlighted migration where it stands."),
        Key("n", "new", "new", "Begin a new migration."),
        Key("t", "demo", "try", "Try Offramp with the example system on this machine; no accounts needed."),
        Key("x", "delete", "delete", "Delete the highlighted migration from this machine, after asking."),
        Key("slash", "filter", "filter", "Show only what contains the text you type."),
        Key("escape", "clear", "clear", "Take the filter away.", footer=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, Entry] = {}
        self._read = False
        self._machine = ""

    def compose_body(self) -> ComposeResult:
        """A title and the list."""
        yield Static("Your migrations", classes="title", markup=False)
        yield RowList()

    def on_mount(self) -> None:
        """First picture, then what takes time."""
        super().on_mount()
        self._look()
        self.behind(self._look_at_machine(), group="machine", wanted=False)
        self.set_interval(2.0, self._look_at_running)

    def on_screen_resume(self) -> None:
        """Another screen may have changed what the list says."""
        self._look()

    def _look(self) -> None:
        self.behind(in_thread(read_entries), self._show_entries, group="entries", wanted=False)

    def _look_at_running(self) -> None:
        # `is_current` is also true of the screen below the one that is shown.
        if self.is_active and any(entry.alive or entry.broken for entry in self._entries.values()):
            self._look()

    def _show_entries(self, entries: list[Entry]) -> None:
        first = not self._read and bool(entries)
        self._entries = {entry.id: entry for entry in entries}
        self._read = True
        self.renew()
        if first:
            self.query_one(RowList).go_to(entries[0].id)

    async def _look_at_machine(self) -> None:
        programs = await in_thread(programs_words)
        self._machine = f"{programs} · looking at the keyring"
        self.renew()
        vault: Vault = await self.offramp.vault()
        self._machine = f"{keyring_words(vault.state)} · {programs}"
        self.renew()

    def rebuild(self) -> None:
        """Draw what was read last."""
        self.headline("Offramp", "", self._machine)
        rows = [row for entry in self._entries.values() for row in self._rows(entry)]
        if not rows:
            text = "None yet. A new one asks for a name and your Heroku token." if self._read else "Reading …"
            rows.append(Row("+none", Content.styled(text, MUTED), heading=True))
        if not self._read:
            # An enter that comes early is not for the first row that happens to stand there.
            self.query_one(RowList).show(rows)
            return
        rows += [
            Row("+gap", Content(""), heading=True),
            Row(NEW, self._offer("New migration", "n")),
            Row(TRY, self._offer("Try it: the example system on this machine, no accounts needed", "t")),
        ]
        self.query_one(RowList).show(rows)

    def _offer(self, text: str, key: str) -> Content:
        key = self.words(key)
        gap = max(1, self._width() - len(text) - len(key))
        return Content.assemble(text, " " * gap, (key, f"bold {ACCENT}"))

    def _width(self) -> int:
        return min(self.size.width, 120) - 4

    def _rows(self, entry: Entry) -> list[Row]:
        rows = [self._row(entry)]
        notes = [entry.attach] if entry.attach else []
        if entry.demo and self.offramp.demo is None:
            notes.append(f"the example: `{entry.demo}` opens it with its logins filled in")
        for number, note in enumerate(notes):
            style = ATTENTION if entry.pressing else MUTED
            about = Content.styled(f"  {self.words(note)}", style).truncate(self._width(), ellipsis=True)
            rows.append(Row(f"+of-{number}-{entry.id}", about, heading=True))
        return rows

    def _row(self, entry: Entry) -> Row:
        width = self._width()
        if entry.broken:
            line = Content.assemble((f"{entry.name}  ", STRONG), (f"{GLYPHS['failed']} {entry.broken}", BAD))
            return Row(entry.id, line.truncate(width, ellipsis=True))
        whole = [one for one in self._entries.values() if not one.broken]
        names = max([8, *(len(one.name) for one in whole)])
        routes = max([8, *(len(one.route) for one in whole)])
        states = max([8, *(len(one.state) for one in whole)])
        rest = max([0, *(len(one.detail) + len(one.age) for one in whole)])
        name_width = min(names, max(8, width - routes - states - rest - BETWEEN))
        left = Content.assemble(
            (_fit(entry.name, name_width), STRONG),
            f"  {_fit(entry.route, routes)}  ",
            (f"{entry.glyph} {_fit(entry.state, states)}", STYLES.get(entry.glyph, "")),
        )
        room = max(0, width - len(entry.age) - 1)
        if entry.alive or left.cell_length + len(entry.detail) + 2 <= room:
            left = left.append(f"  {entry.detail}")
        left = left.truncate(room, ellipsis=True).pad_right(max(0, room - left.cell_length))
        return Row(entry.id, left.append(Content.styled(f" {entry.age}", MUTED)))

    # -- actions ------------------------------------------------------------------------------------

    def why_not(self, name: str) -> str:
        """Deleting needs a migration; the demo is not inside itself."""
        entry = self._entries.get(self.query_one(RowList).current or "")
        if name == "delete" and entry is None:
            return "Move to a migration first; then x deletes it."
        if name == "open" and entry is not None and entry.broken:
            return f"{entry.broken} {entry.way_out}".strip()
        if name == "demo" and self.offramp.demo is not None:
            return "This is the demo: its migration is in the list above."
        return ""

    async def action_open(self) -> None:
        """Do what the highlighted row says."""
        self.show_trouble(None)
        row = self.query_one(RowList).current
        if row == NEW:
            self.action_new()
        elif row == TRY:
            await self.action_act("demo")
        elif row in self._entries:
            await self.offramp.open(find(row))

    def action_new(self) -> None:
        """Ask for a name and begin."""
        self.show_trouble(None)
        question = "A name for this migration: your product, or the system that moves."
        self.app.push_screen(AskText("New migration", question, placeholder="acme-shop"), self._begin)

    async def _begin(self, name: str | None) -> None:
        if name:
            try:
                await self.offramp.open(create(name, hosts=told_hosts()))
            except Exception as error:  # noqa: BLE001  shown in the panel, logged when it is our mistake
                self.show_trouble(error)

    def action_demo(self) -> None:
        """End with the wish for the demo; the command line starts it."""
        self.offramp.exit_for_demo()

    def action_delete(self) -> None:
        """Ask for the name, then delete."""
        entry = self._entries[self.query_one(RowList).current or ""]
        lines = [
            f"{entry.name}  {entry.route}  {entry.state}",
            "Its answers, its journal and its proof are deleted from this machine. Nothing on Heroku or on "
            "the target is touched. Credentials in the keyring stay. There is no way back.",
        ]
        dialog = ConfirmTyping("Delete a migration", lines, word=entry.name, verb="to delete it")

        def confirmed(yes: bool | None) -> None:
            if yes:
                self.behind(in_thread(delete_session, entry.id), self._deleted, group="delete")

        self.app.push_screen(dialog, confirmed)

    def _deleted(self, name: str) -> None:
        self.say(f"{name} is deleted.", good=True)
        self._look()

    def action_clear(self) -> None:
        """Close the filter."""
        self.query_one(RowList).clear_filter()


def _fit(text: str, width: int) -> str:
    return text[: width - 1] + "…" if len(text) > width else text.ljust(width)
