"""A table of an export: columns that know what their cells are, and rows that know which object they tell."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from wizard.document.component import Component, Piece
from wizard.model.system import System
from wizard.session.parts import Note

Cell = str | int | float | bool | None
"""What stands in a table. None is not known or does not apply."""

CellKind = Literal["name", "text", "number", "cents", "bytes", "time", "yes", "flag"]
"""`name` is an identifier that a person types elsewhere; `time` is UTC, ISO 8601; `cents` are US cents; `yes`
is yes or no, `flag` the same where only a yes says anything to a reader."""


class At(NamedTuple):
    """Where a cell's content comes from: one object, and the names of all others."""

    piece: Piece
    names: "Names"

    @property
    def noun(self) -> Any:
        """The noun with the facts."""
        return self.piece.noun

    @property
    def component(self) -> Component:
        """The object itself."""
        return self.piece.component


class Column(NamedTuple):
    """One column. `get` finds the cell of an object."""

    title: str
    get: Callable[[At], Cell]
    kind: CellKind = "text"


class Shape(NamedTuple):
    """A table before it is filled. `name` is that of its sheet: at most 31 characters, words and spaces."""

    name: str
    columns: tuple[Column, ...]
    none: str = "Heroku told of none"


class Row(NamedTuple):
    """A filled row. `key` is that of the component that it tells, "" when it tells none."""

    key: str
    app_id: str | None
    cells: tuple[Cell, ...]


class Head(NamedTuple):
    """The head of a filled column."""

    title: str
    kind: CellKind = "text"


class Table(NamedTuple):
    """A filled table. `none` is what a person reads where it has no row."""

    name: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    none: str = "none"

    def without_empty(self, leave_out: Iterable[str] = ()) -> "Table":
        """Only the columns in which something stands: a No says nothing either, where no row says Yes; but
        whether a config var is a secret is always said."""
        out = set(leave_out)
        kept = [
            place
            for place, head in enumerate(self.heads)
            if head.title not in out
            and any(head.title == "Secret" or _says(row.cells[place]) for row in self.rows)
        ]
        return Table(
            self.name,
            tuple(self.heads[place] for place in kept),
            tuple(Row(row.key, row.app_id, tuple(row.cells[place] for place in kept)) for row in self.rows),
            self.none,
        )


def _says(cell: Cell) -> bool:
    return cell is not None and cell is not False and cell != ""


class Names:
    """What is behind an id or a key."""

    def __init__(self, system: System, parts: Iterable[Piece]) -> None:
        self.apps = {app.id: app.name for app in system.apps}
        self.apps |= {app.id: app.name for app in system.unread_apps if app.id not in self.apps}
        self.add_ons = {add_on.id: add_on.name for add_on in system.add_ons}
        self.attached: dict[str, list[str]] = {}
        """By add-on id, the apps that see the add-on, with the name by which each does."""
        for app in system.apps:
            for attachment in app.attachments:
                words = f"{app.name} as {attachment.name}"
                self.attached.setdefault(attachment.add_on_id, []).append(words)
        self.components: dict[str, Component] = {}
        self.order: dict[str, int] = {}
        """Its place, from 1, among those of its kind that the same object has."""
        counted: dict[tuple[str, str], int] = {}
        for piece in parts:
            one = piece.component
            self.components[one.key] = one
            place = counted[piece.holder, one.kind] = counted.get((piece.holder, one.kind), 0) + 1
            self.order[one.key] = place

    def app(self, app_id: str | None) -> str:
        """The name of an app, its id when none is known."""
        return self.apps.get(app_id or "", app_id or "")

    def add_on(self, add_on_id: str | None) -> str:
        """The name of an add-on, its id when none is known."""
        return self.add_ons.get(add_on_id or "", add_on_id or "")

    def of(self, key: str) -> str:
        """The name of the component with that key, "" when there is none."""
        component = self.components.get(key)
        return component.name if component else ""


def col(title: str, what: str | Callable[[At], Cell], kind: CellKind = "text") -> Column:
    """A column; `what` is a field of the noun, or finds the cell."""
    return Column(title, _field(what) if isinstance(what, str) else what, kind)


def _field(name: str) -> Callable[[At], Cell]:
    def get(at: At) -> Cell:
        return as_cell(getattr(at.noun, name, None))

    return get


def as_cell(value: Any) -> Cell:
    """A field as it stands in a cell: lists by commas, tables of words as "name: word"."""
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {word}" for name, word in value.items())
    if value is None or isinstance(value, (str, int, bool)):
        return value
    raise TypeError(f"{type(value).__name__} is no cell")


def app_of(at: At) -> Cell:
    """The name of the app that an object belongs to."""
    return at.names.app(at.component.app_id)


def place_of(at: At) -> Cell:
    """The name of what an object is a part of."""
    return at.names.of(at.piece.holder)


def name_of(at: At) -> Cell:
    """The name of the object itself."""
    return at.component.name


def kind_of(at: At) -> Cell:
    """Heroku's word for the object."""
    return at.component.kind


def order_of(at: At) -> Cell:
    """The object's place among its like, from 1."""
    return at.names.order[at.component.key]


def filled(shape: Shape, parts: Sequence[Piece], names: Names, notes: dict[str, Note]) -> Table:
    """The table of all of `parts`, with what the team noted of them where it noted something."""
    rows = [
        Row(
            piece.component.key,
            piece.component.app_id,
            tuple(column.get(At(piece, names)) for column in shape.columns),
        )
        for piece in parts
    ]
    heads = tuple(Head(column.title, column.kind) for column in shape.columns)
    if any(row.key in notes for row in rows):
        heads = (*heads, Head("Owner"), Head("Note"))
        nothing = Note()
        rows = [
            row._replace(cells=(*row.cells, note.owner, note.text))
            for row in rows
            for note in (notes.get(row.key, nothing),)
        ]
    return Table(shape.name, heads, tuple(rows), shape.none)


def only_keys(table: Table, *starts: str) -> Table:
    """The rows of one component, or those whose keys begin with one of `starts`, which end in a colon."""
    if not starts[0].endswith(":"):
        return table._replace(rows=tuple(row for row in table.rows if row.key == starts[0]))
    return table._replace(rows=tuple(row for row in table.rows if row.key.startswith(starts)))


def moment_words(text: str) -> str:
    """A moment as it is shown: "2026-11-30 02:10"; what is none stays as it is."""
    found = moment(text)
    return f"{found:%Y-%m-%d %H:%M}" if found else text


def moment(text: str) -> datetime | None:
    """ISO 8601 as UTC without a zone, as spreadsheets want it; None when it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except OverflowError:
        return None
