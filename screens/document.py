"""Document: everything that stands on Heroku, and what no API tells."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from screens.background import in_thread
from screens.inventory.answering import AnsweringScreen
from screens.inventory.cloning import CloningScreen
from screens.inventory.details import code_lines, gap_lines, group_lines, page_lines
from screens.inventory.exporting import ExportingScreen
from screens.inventory.rows import (
    NO_APP_REMEDY,
    TreeRows,
    config_rows,
    first_reading_rows,
    hit_rows,
    no_app_rows,
)
from screens.inventory.second_factor import SecondFactorScreen
from screens.inventory.views import ViewsScreen
from screens.keys import About, Key
from screens.marks import MUTED
from screens.quantities import clock
from screens.styles import sheet
from screens.widgets.config_vars import ConfigVarsDialog
from screens.widgets.document_tree import DocumentTree
from screens.widgets.object_dialog import ObjectDialog
from screens.widgets.pick_one import PickOne
from screens.widgets.row_list import Row
from screens.widgets.wrapping import Make, Wrapping
from wizard.document.index import Index
from wizard.document.outline import Outline, first_unfolded
from wizard.document.pages.page import Page, counted
from wizard.document.search import search
from wizard.model.secret import Secret
from wizard.registry import open_source
from wizard.session.parts import SYSTEM, SYSTEM_BEFORE

WIDE = 100
"""Columns from which on the details stand beside the tree."""


class DocumentScreen(AnsweringScreen, CloningScreen, ViewsScreen, SecondFactorScreen, ExportingScreen):
    """Reads by itself when nothing was read yet. What can be done stands in a class for each subject, beside
    each other over what they share; here are the tree and the details."""

    stage = "document"
    CSS_PATH = sheet("document")
    ABOUT = About(
        title="document",
        purpose="Shows everything that stands on Heroku: apps, what they run, add-ons and their data, config "
        "vars and where each comes from, domains, people, releases. Nothing is changed there. Values of "
        "config vars stay on Heroku; v shows one at a time. A ? stands where Heroku did not tell: it is "
        "never the same as none. Where the details stand beside the tree, tab goes into them.",
        asks="What no API tells: the jobs of Heroku Scheduler where they cannot be read, how an app is "
        "deployed, and the folders with the code of each app (c), from which the target is deployed later. "
        "Notes and owners (o) are yours to add.",
        next="With every question answered, targets are compared for this very system.",
    )
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "open", "open", "Show all of what is highlighted, or answer the highlighted question."),
        Key("space", "fold", "fold", "Unfold or fold what is highlighted. → unfolds, ← folds or goes up."),
        Key("right", "unfold", "unfold", "Unfold, or go to the first thing inside.", footer=False, shown="→"),
        Key("left", "fold_up", "fold", "Fold, or go to what it stands in.", footer=False, shown="←"),
        Key(
            "j",
            "answer",
            "answer",
            "Answer the next thing that no API tells, or change an answer.",
            writes=True,
        ),
        Key("n", "next", "next", "Go on to choosing a target."),
        Key("slash", "filter", "find", "Find anything: names, commands, sizes, people, notes."),
        Key("e", "export", "export", "Write the document into a file: Markdown, XLSX, CSV, JSON."),
        Key("v", "vars", "vars", "Show the config vars of the app."),
        Key("o", "note", "note", "Write a note or an owner for what is highlighted.", writes=True),
        Key("p", "picture", "picture", "Draw what connects to what."),
        Key("x", "follows", "follows", "Show circles, shared stores and wrong addresses.", footer=False),
        Key("m", "cost", "money", "Show what a month on Heroku costs, line by line."),
        Key("c", "code", "code", "Name the folder with the code of the app.", writes=True),
        Key("r", "read", "read", "Read everything from Heroku again.", writes=True),
        Key("d", "changes", "changes", "Show what changed since the reading before."),
        Key("h", "deploy", "how deployed", "Confirm or correct how the app is deployed.", writes=True),
        Key(
            "f", "factor", "second factor", "Type the code that some apps want, and read again.", writes=True
        ),
        Key("w", "limits", "not read", "Show what no reading of Offramp looks at.", footer=False),
        Key("y", "copy_it", "copy", "Copy a name, an address or a command of what is highlighted."),
    )

    def __init__(self) -> None:
        super().__init__()
        self._tree_rows: TreeRows | None = None

    def compose_body(self) -> ComposeResult:
        """Two lines about the whole, the tree, the details beside it where there is room."""
        yield Static("", id="summary", markup=False)
        yield Static("", id="status", markup=False)
        with Horizontal(id="panes"):
            yield DocumentTree(self.rows_of)
            yield Wrapping(id="side")

    def begin(self) -> None:
        """Read when there is nothing; look into the code folders, and at what changed."""
        self.set_interval(1.0, self._tick)
        if self.session.load(SYSTEM) is None and not self.read_only():
            self.action_read()
        else:
            self.look_at_code()
            self.look_for_changes()

    # -- the picture --------------------------------------------------------------------------------

    def fact(self) -> str:
        """When it was read."""
        system = self.session.load(SYSTEM)
        if system is None or self.offramp.read_only_words():
            return ""
        return f"read {clock(system.taken_at)[:5]} · {system.calls} calls"

    @property
    def wide(self) -> bool:
        """Whether the details stand beside the tree."""
        return self.size.width >= WIDE

    @property
    def _row_width(self) -> int:
        return self.size.width * 2 // 5 if self.wide else self.size.width - 4

    def rebuild(self) -> None:
        """Draw the inventory as the session has it."""
        index = self.index()
        side = self.query_one("#side")
        if side.has_focus and not self.wide:
            self.listing.focus_rows()
        side.display = self.wide and index is not None
        self.listing.styles.width = self._row_width + 2 if self.wide and index is not None else "1fr"
        self.draw_progress()
        self._draw_tree(index)
        if index is not None:
            self._draw_details(index)
            self.prepare_search()

    def _draw_tree(self, index: Index | None, current: str | None = None) -> None:
        if index is None or not index.system.apps:
            self.nodes = {}
            reading = first_reading_rows() if self.reading else []
            self.listing.show(reading if index is None else no_app_rows(self.words))
            return
        if self.unfolded is None:
            self.unfolded = first_unfolded(index)
        nodes = Outline(index, self.unfolded).nodes()
        self.nodes = {node.id: node for node in nodes}
        if self._tree_rows is None or self._tree_rows.made_for != (index, self._row_width):
            self._tree_rows = TreeRows(index, self.code.known, self._row_width, self.words)
        self.listing.show(self._tree_rows.rows(nodes), current=current)

    def rows_of(self, text: str) -> Sequence[Row]:
        """What a search finds."""
        hits = search(self.all_entries(), text)
        found = f"{counted(hits.total, 'thing')} found · enter goes to them · " if hits.total else ""
        words = self.words(f"{found}esc shows the tree again")
        self.query_one("#status", Static).update(Content.styled(words, MUTED))
        return hit_rows(hits, text, self._row_width)

    def _tick(self) -> None:
        if self.reading:
            self.draw_progress()

    # -- details ------------------------------------------------------------------------------------

    def follow_highlight(self) -> None:
        """Details follow the highlight."""
        index = self.index()
        if index is not None and self.query_one("#side").display:
            self._draw_details(index)

    def _draw_details(self, index: Index) -> None:
        self.query_one("#side", Wrapping).show(self._details(index))

    def _details(self, index: Index) -> Make | None:
        gap, group, page = self.current_gap(), self.current_group(), self.current_page()
        if gap is not None:
            return lambda width: [self.worn(one) for one in gap_lines(gap, width)]
        if group is not None:
            return lambda width: [self.worn(one) for one in group_lines(group, width)]
        return None if page is None else self._of_page(index, page)

    def _of_page(self, index: Index, page: Page) -> Make:
        app = index.apps.get(page.key.partition(":")[2]) if page.key.startswith("app:") else None

        def make(width: int) -> Sequence[Content]:
            lines = page_lines(page, index, width)
            if app is not None:
                lines += code_lines(app, self.code.known.get(app.id), width)
            return [self.worn(one) for one in lines]

        return make

    # -- why not ------------------------------------------------------------------------------------

    def why_not(self, name: str) -> str:
        """Going on needs the whole inventory, and every question answered."""
        index = self.index()
        if name == "read":
            return "It is reading now." if self.reading else ""
        if index is None:
            return "First everything is read from Heroku." if self.reading else "First read: press r."
        if name == "next":
            return self._why_not_next(index)
        if name == "answer" and not index.system.gaps and not index.gaps:
            return "Everything is answered."
        if name == "changes":
            return self._why_no_changes()
        if name == "factor" and not self.wanting():
            return "No app wanted a second factor when Heroku was read."
        if name in ("code", "vars", "deploy") and self.current_app() is None:
            return "Move to an app first."
        if name == "vars":
            return self._why_no_vars()
        if name == "fold" and not self._folds():
            return "Nothing is inside of this."
        if name in ("note", "copy_it") and not self.current_key():
            return "Move to an app, an add-on, or another thing that stands on Heroku."
        return ""

    def _folds(self) -> bool:
        node = self.nodes.get(self.listing.current or "")
        return node is not None and node.open is not None

    def _why_no_vars(self) -> str:
        app = self.current_app()
        if app is None or app.config:
            return ""
        untold = "config vars" in app.unread
        return (
            f"Heroku did not tell the config vars of {app.name}."
            if untold
            else f"{app.name} has no config vars."
        )

    def _why_not_next(self, index: Index) -> str:
        if self.reading:
            return "It is reading now; a moment."
        if not index.system.apps:
            return f"There is no app that could move. {NO_APP_REMEDY}"
        count = len(index.system.gaps)
        if count:
            things = "1 thing" if count == 1 else f"{count} things"
            return f"{things} no API tells {'is' if count == 1 else 'are'} not answered yet: press j."
        return ""

    def _why_no_changes(self) -> str:
        before = self.session.load(SYSTEM_BEFORE)
        if before is None:
            return "It was read once. r reads it again, and tells what changed."
        return "" if self.changed else f"Nothing changed since {self.since(before)}."

    # -- opening and folding ------------------------------------------------------------------------

    async def action_open(self) -> None:
        """All of what is highlighted, or the answer to a question."""
        index, row = self.index(), self.listing.current
        if index is None or row is None:
            return
        gap, group, page = self.current_gap(), self.current_group(), self.current_page()
        if gap is not None or (group is not None and len(group.at_once) > 1):
            self._open_gap()
        elif row.startswith("do:"):
            await self.action_act(row.removeprefix("do:"))
        elif page is not None:
            self._open_page(index, page)
        else:
            self.action_fold()

    def _open_gap(self) -> None:
        gap, group = self.current_gap(), self.current_group()
        if why := self.read_only():
            self.say(why)
        elif gap is not None:
            self.ask_gap(gap)
        elif group is not None:
            self.ask_group(group)

    def _open_page(self, index: Index, page: Page) -> None:
        async def then(wish: str | None) -> None:
            if wish is not None:
                await self.action_act(wish)

        dialog = ObjectDialog(page.title, self._of_page(index, page), of_app=self.current_app() is not None)
        self.app.push_screen(dialog, then)

    def action_fold(self) -> None:
        """Unfold or fold."""
        row = self.listing.current or ""
        if self._folds():
            self._set_fold(row, not self.nodes[row].open)

    def action_unfold(self) -> None:
        """Unfold; what is unfolded already is gone into."""
        row = self.listing.current or ""
        node = self.nodes.get(row)
        if node is None or node.open is None:
            return
        if not node.open:
            self._set_fold(row, True)
        else:
            self.listing.rows.action_cursor_down()

    def action_fold_up(self) -> None:
        """Fold; from what holds nothing go to what it stands in."""
        row = self.listing.current or ""
        node = self.nodes.get(row)
        if node is None:
            return
        if node.open:
            self._set_fold(row, False)
            return
        above = list(self.nodes.values())
        for other in reversed(above[: above.index(node)]):
            if other.depth < node.depth and other.open is not None:
                self.listing.go_to(other.id)
                return

    def _set_fold(self, row: str, unfolded: bool) -> None:
        if self.unfolded is not None:
            (self.unfolded.add if unfolded else self.unfolded.discard)(row)
        self._draw_tree(self.index(), row)

    def close_what_is_open(self) -> bool:
        """Escape from a search goes to what was found, in the tree; from the details back to the tree."""
        if self.query_one("#side").has_focus:
            self.listing.focus_rows()
            return True
        key = self.current_key() if self.listing.searching else ""
        with self.app.batch_update():
            if key:
                self.listing.clear_filter(redraw=False)
                self.show_component(key)
                return True
            closed = super().close_what_is_open()
            if closed:
                self.draw_progress()
        return closed

    # -- config vars, copying -----------------------------------------------------------------------

    def action_vars(self) -> None:
        """Show the config vars of the highlighted app."""
        app, index = self.current_app(), self.index()
        if app is None or index is None:
            return

        def rows(width: int) -> Sequence[Row]:
            return config_rows(app, index, width)

        async def read(name: str) -> Secret:
            source = await in_thread(open_source, self.session, await self.offramp.vault())
            try:
                values: dict[str, Secret] = await source.config(app.id)
            finally:
                await source.close()
            return values.get(name, Secret("", label=name))

        begin = self.current_key().removeprefix(f"config-var:{app.id}:")
        self.app.push_screen(ConfigVarsDialog(app.name, rows, read, begin=begin))

    def action_copy_it(self) -> None:
        """Copy what is highlighted; of several things the person picks one."""
        page = self.current_page()
        if page is None:
            return
        facts = [fact for section in page.sections for fact in section.facts if fact.copy]
        choices = {page.title: f"name  {page.title}"}
        choices |= {fact.copy: f"{fact.name}  {fact.copy}" for fact in facts if fact.copy != page.title}
        if len(choices) == 1:
            self.copy(page.title)
            return

        def picked(text: str | None) -> None:
            if text is not None:
                self.copy(text)

        self.ask(PickOne("Copy", Content("What is to be copied?"), list(choices.items())), picked)

    async def action_next(self) -> None:
        """To choosing."""
        await self.go_on()
