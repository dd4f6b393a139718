"""What all parts of the document screen share: the inventory with its answers, and what is highlighted. Each
other part in this folder is over this one, or over reading, and needs no other."""

import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path

from screens.background import in_thread
from screens.code_folders import CodeFolders
from screens.stage import StageScreen
from screens.widgets.document_tree import DocumentTree
from wizard.document.answers import apply_answers
from wizard.document.index import Index
from wizard.document.outline import Node, way_to
from wizard.document.pages.by_key import holder_of, page
from wizard.document.pages.page import Page
from wizard.document.search import Entry, entries
from wizard.model.system import App, Gap, System
from wizard.session.parts import ANSWERS, SYSTEM, Answers

SLICE = 300
"""Entries that are made between two looks at the keyboard: about 6 ms."""

LARGE = 5_000
"""Entries from which on Python's search for garbage would be felt."""


def here() -> Path:
    """The folder that Offramp was started in; the home folder when that one is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()


def leave_out_of_garbage_searches() -> None:
    """Now and then Python looks through all objects for those that only hold each other; with the inventory
    of 200 apps that takes 0.1 s, in the middle of a key. What is there now stays, so it is looked through
    this once more, with what was left out the last time, and then no more."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class DocumentBase(StageScreen):
    """Looks at the session each time; what is made of it is made once, as long as it stays the same."""

    def __init__(self) -> None:
        super().__init__()
        self.code = CodeFolders(lambda: self.session.load(SYSTEM))
        self.unfolded: set[str] | None = None
        self.nodes: dict[str, Node] = {}
        self._made_of: tuple[System, Answers | None] | None = None
        self._index: Index | None = None
        self._entries: Sequence[Entry] | None = None
        self._listed_of: Index | None = None

    # -- what is true -------------------------------------------------------------------------------

    def answers(self) -> Answers:
        """What was answered so far."""
        return self.session.load(ANSWERS) or Answers()

    def index(self) -> Index | None:
        """The inventory with the answers in it, None before it was read."""
        read, answers = self.session.load(SYSTEM), self.session.load(ANSWERS)
        if read is None:
            return None
        if self._made_of is None or self._made_of[0] is not read or self._made_of[1] is not answers:
            kept = answers or Answers()
            self._index = Index(apply_answers(read, kept), gaps=read.gaps, notes=kept.notes)
            self._made_of, self._entries = (read, answers), None
        return self._index

    def all_entries(self) -> Sequence[Entry]:
        """What a search looks through."""
        index = self.index()
        if self._entries is None:
            self._entries = () if index is None else tuple(entries(index))
        return self._entries

    def prepare_search(self) -> None:
        """List what a search looks through before anybody searches, in slices between the keys: of a large
        system it takes a third of a second."""
        index = self.index()
        if index is not None and self._entries is None and self._listed_of is not index:
            self._listed_of = index
            self.behind(self._list_entries(index), group="entries", wanted=False)

    async def _list_entries(self, index: Index) -> None:
        made: list[Entry] = []
        await in_thread(lambda: index.connections)
        for entry in entries(index):
            made.append(entry)
            if len(made) % SLICE == 0:
                await asyncio.sleep(0.02)
                if self._index is not index:
                    return
        if self._index is index:
            self._entries = made
            if len(made) >= LARGE:
                leave_out_of_garbage_searches()

    # -- what is highlighted ------------------------------------------------------------------------

    @property
    def listing(self) -> DocumentTree:
        """The list."""
        return self.query_one(DocumentTree)

    def key_of(self, row: str) -> str:
        """The key of the component that a row shows; "" for a heading, a gap, an action."""
        if row.startswith("hit:"):
            return row.removeprefix("hit:")
        node = self.nodes.get(row)
        return node.key if node else ""

    def current_key(self) -> str:
        """The component that is highlighted, "" when none is."""
        row = self.listing.current
        return self.key_of(row) if row else ""

    def current_page(self) -> Page | None:
        """The page of what is highlighted."""
        index, key = self.index(), self.current_key()
        return page(index, key) if index is not None and key else None

    def current_gap(self) -> Gap | None:
        """The open question that is highlighted."""
        index, row = self.index(), self.listing.current
        if index is None or row is None or not row.startswith("gap:"):
            return None
        return next((gap for gap in index.system.gaps if f"gap:{gap.key}" == row), None)

    def current_app(self) -> App | None:
        """The app that is highlighted, or in which the highlighted thing stands."""
        index, row = self.index(), self.listing.current
        if index is None or row is None:
            return None
        gap = self.current_gap()
        if gap is not None:
            return index.apps.get(gap.app_id or "")
        where = holder_of(index, self.key_of(row)) if row.startswith("hit:") else row.partition("/")[0]
        kind, _, app_id = where.partition(":")
        return index.apps.get(app_id) if kind == "app" else None

    def show_component(self, key: str) -> bool:
        """Unfold the tree as far as the component, or what it stood in, and highlight it; whether there is
        anything of it."""
        index = self.index()
        way = way_to(index, key) if index is not None else ()
        if not way:
            return False
        self.unfolded = (self.unfolded or set()) | set(way[:-1])
        self.renew()
        self.listing.go_to(way[-1])
        return True
