"""The tree of the document: rows that unfold, and in their place what a search finds."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.widgets.field import Field
from screens.widgets.row_list import Row, RowList

Search = Callable[[str], Sequence[Row]]
"""Rows of what a text finds, best first."""


class DocumentTree(RowList):
    """While the search line holds a text, its hits stand here instead of the tree."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "into_rows", show=False)]

    def __init__(self, search: Search) -> None:
        super().__init__()
        self._search = search

    def on_mount(self) -> None:
        """The line says what it searches."""
        self.query_one(Field).placeholder = "find an app, add-on, config var, domain, person, job, command …"

    @property
    def searching(self) -> str:
        """The text that is searched for, "" while the tree stands there."""
        return self._filter

    def wanted(self) -> tuple[Row, ...]:
        """The hits while there is a text, else the tree."""
        return tuple(self._search(self._filter)) if self._filter else self._all

    def action_into_rows(self) -> None:
        """From the line to what it found."""
        if self.query_one(Field).has_focus:
            self.focus_rows()
