"""The rows of the document: the tree, what a search found, the line about the whole, one config var."""

from collections.abc import Callable, Mapping, Sequence

from textual.content import Content

from screens.marks import ACCENT, ATTENTION, BAD, DOTS, GLYPHS, GOOD, MUTED, STRONG, marked
from screens.widgets.row_list import Row, nothing_with
from wizard.document.checkout import Checkout
from wizard.document.index import Index
from wizard.document.outline import Node, gap_words
from wizard.document.pages.app import app_line
from wizard.document.pages.app_parts import ORIGINS
from wizard.document.pages.page import counted, joined
from wizard.document.search import Entry, Hits, around
from wizard.document.summary import counts, dollars, size_text
from wizard.model.system import App, ConfigVar
from wizard.model.trouble import Trouble

Code = Mapping[str, Checkout | Trouble]
"""The checkouts that were read, or why they could not be, by app id."""

NO_APP_REMEDY = "Sign in to the account that has them (1), or read again (r)."
FOLDS = {True: "▾ ", False: "▸ ", None: ""}
COLUMN = 30
"""Cells of the first column, where there is more than one."""

ACTIONS = (
    ("picture", "Picture of the system", "p"),
    ("follows", "What follows from what points at what", "x"),
    ("cost", "What it costs a month", "m"),
    ("export", "Export this document", "e"),
    ("limits", "What is not in this document", "w"),
)
"""Rows at the end of the tree, so that nobody has to know the keys."""


ALSO = "also: v vars · o note · p picture · x what follows · m money · r read again"


def summary_line(index: Index, width: int) -> Content:
    """The whole system in one line; what finds no room stands on the pages."""
    all_of = counts(index.system)
    data = "" if all_of.database_bytes is None else f", {size_text(all_of.database_bytes)}"
    bill = ("over " if index.cost.unknown else "") + dollars(index.cost.cents)
    processes = counted(all_of.processes, "process", "processes")
    parts = [
        counted(all_of.apps, "app"),
        processes,
        counted(all_of.config_vars, "config var"),
        f"{counted(all_of.databases, 'database')}{data}",
        f"{bill} a month",
    ]
    if len(" · ".join(parts)) > width:
        parts.remove(processes)
    return Content.styled(" · ".join(parts), MUTED)


def status_line(*, gaps: int, unread: int, factor: bool, changed: str, changes: int, width: int) -> Content:
    """What needs a person: open questions, apps that were not read, what changed since the last reading.
    Where the words find no room they are fewer, so that no key is cut off."""
    for short in (False, True):
        parts: list[Content] = []
        if gaps:
            parts.append(Content.assemble(marked("look", gap_words(gaps)), (": j", MUTED)))
        if factor:
            parts.append(Content.assemble(marked("look", "2FA" if short else "2FA wanted"), (": f", MUTED)))
        if unread:
            words = f"{unread:,}" if short else counted(unread, "app")
            parts.append(Content.assemble(marked("undecided", f"{words} not read")))
        if changed:
            parts.append(
                Content.assemble((f"{changes:,} changed" if short else changed, ACCENT), (": d", MUTED))
            )
        line = Content("   ").join(parts)
        if line.cell_length <= width:
            break
    # Nothing needs a person: room for what the footer has none for.
    return line if parts else Content.styled(ALSO, MUTED)


def first_reading_rows() -> list[Row]:
    """What stands there while everything is read for the first time."""
    lines = (
        "Everything that the team runs on Heroku is read, and",
        "nothing is changed. Of a hundred apps that takes some",
        "minutes. Leaving with esc ends it: what was read so far",
        "is forgotten, and it begins anew when you are back.",
    )
    return [Row(f"+{number}", Content.styled(line, MUTED), heading=True) for number, line in enumerate(lines)]


def no_app_rows(words: Callable[[str], str] = str) -> list[Row]:
    """What stands there when the account has no app."""
    return [
        Row("+none", Content.assemble(marked("look", "Heroku shows this account no app.")), heading=True),
        Row("+why", Content.styled("  " + words(NO_APP_REMEDY), MUTED), heading=True),
    ]


class TreeRows:
    """Draws nodes as rows, `width` cells wide, each once: a key that folds changes few of hundreds. `code`
    may change meanwhile; `words` puts the keys of the person in."""

    def __init__(self, index: Index, code: Code, width: int, words: Callable[[str], str] = str) -> None:
        self.made_for = (index, width)
        self._words = words
        self._index = index
        self._code = code
        self._width = width
        self._columns = width >= 60
        self._made: dict[tuple[Node, tuple[str, str]], Row] = {}

    def rows(self, nodes: Sequence[Node]) -> list[Row]:
        """One row for each node, and at the end what else can be looked at."""
        made: list[Row] = []
        for node in nodes:
            if node.kind == "gaps":
                made.append(Row("+gap", Content(""), heading=True))
            mark = _code_mark(self._code.get(node.key.partition(":")[2])) if node.kind == "app" else ("", "")
            if (node, mark) not in self._made:
                content = self._app(node, mark) if node.kind == "app" else self._row(node)
                self._made[node, mark] = Row(node.id, content, heading=node.kind in ("stage", "gaps"))
            made.append(self._made[node, mark])
        made.append(Row("+do", Content(""), heading=True))
        for name, words, key in ACTIONS:
            text = Content.assemble((words, ""), (f"   {self._words(key)}", f"bold {ACCENT}"))
            made.append(Row(f"do:{name}", text))
        return made

    def _row(self, node: Node) -> Content:
        lead = _lead(node)
        if node.kind == "gaps":
            return Content.assemble(marked("look", node.title))
        if node.kind == "stage":
            return Content.styled(f"{lead}{node.title}", MUTED)
        if node.kind in ("pipeline", "group", "section", "gap-group"):
            return self._heading(node, lead)
        if node.kind == "gap":
            return Content(f"{lead}{node.title}").truncate(self._width, ellipsis=True)
        return self._fact(node, lead)

    def _heading(self, node: Node, lead: str) -> Content:
        style = STRONG if node.kind in ("pipeline", "group") else ""
        parts: list[tuple[str, str]] = [(f"{lead}{node.title}", style), (f"  {node.text}", MUTED)]
        if node.mark == "untold":
            parts = [(f"{lead}{GLYPHS['undecided']} {node.title}", ATTENTION), (f"  {node.text}", MUTED)]
        elif node.mark == "look":
            parts.append((f" {GLYPHS['look']}", ATTENTION))
        parts += self._note(node.key)
        return Content.assemble(*parts).truncate(self._width, ellipsis=True)

    def _note(self, key: str) -> list[tuple[str, str]]:
        """Who answers for it, and that there is a note: its text stands with the details."""
        note = self._index.notes.get(key) if key else None
        if note is None:
            return []
        words = joined((f"owner {note.owner}" if note.owner else "", "note" if note.text else ""))
        return [(f"  {words}", ACCENT)]

    def _fact(self, node: Node, lead: str) -> Content:
        mark = {"look": f" {GLYPHS['look']}", "untold": f" {GLYPHS['undecided']}", "": ""}[node.mark]
        name = Content.assemble((f"{lead}{node.title}", ""), (mark, ATTENTION))
        gap = "  "
        if self._columns:
            name = name.truncate(COLUMN + 8, ellipsis=True)
            gap = " " * max(2, COLUMN + 2 - name.cell_length)
        text = Content.assemble(name, *self._note(node.key), (f"{gap}{node.text}", MUTED))
        return text.truncate(self._width, ellipsis=True)

    def _app(self, node: Node, code: tuple[str, str]) -> Content:
        lead = _lead(node)
        app = self._index.apps[node.key.partition(":")[2]]
        mark = f" {GLYPHS['look']}" if node.mark else ""
        name = Content.assemble((f"{lead}{app.name}", STRONG), (mark, ATTENTION))
        note = self._note(node.key)
        variables = "vars ?" if "config vars" in app.unread else counted(len(app.config), "var")
        if not self._columns:
            name = Content.assemble(name, *note).truncate(
                max(8, self._width - len(variables) - 1), ellipsis=True
            )
            room = max(1, self._width - name.cell_length - len(variables))
            return name.append(" " * room).append(Content.styled(variables, MUTED))
        word = Content.assemble(*note)
        if name.cell_length + word.cell_length > COLUMN:
            word = Content.styled(" note" if note else "", ACCENT)
        name = name.truncate(COLUMN - word.cell_length, ellipsis=True).append(word)
        return Content.assemble(
            name,
            " " * max(1, COLUMN + 1 - name.cell_length),
            f"{shortened(app_line(app), 24):<25}",
            (f"{variables:<9}", MUTED),
            code,
        ).truncate(self._width, ellipsis=True)


def _lead(node: Node) -> str:
    return "  " * node.depth + FOLDS[node.open]


def shortened(text: str, width: int) -> str:
    """A text, cut to `width` characters with a sign that it goes on."""
    return text if len(text) <= width else text[: width - 1] + "…"


def _code_mark(checkout: Checkout | Trouble | None) -> tuple[str, str]:
    if checkout is None:
        return ("code: ?", MUTED)
    if isinstance(checkout, Trouble):
        return (f"code {GLYPHS['failed']}", BAD)
    blocked = any(remark.blocks for remark in checkout.remarks)
    return (f"code {GLYPHS['look']}", ATTENTION) if blocked else (f"code {GLYPHS['done']}", GOOD)


def hit_rows(hits: Hits, text: str, width: int) -> list[Row]:
    """What a search found: its name, what and where it is, and what of it matched where that is not its
    name."""
    if not hits.entries:
        return [nothing_with(text)]
    rows = [Row(f"hit:{entry.key}", _hit(entry, text, width)) for entry in _once(hits.entries)]
    more = hits.total - len(hits.entries)
    if more > 0:
        rows.append(Row("+more", Content.styled(f"… and {more:,} more: type on", MUTED), heading=True))
    return rows


def _once(found: Sequence[Entry]) -> list[Entry]:
    return list({entry.key: entry for entry in found}.values())


def _hit(entry: Entry, text: str, width: int) -> Content:
    room = max(20, width // 2)
    name = shortened(entry.name, room)
    parts = [*_lit(name, text, STRONG), (f"  {entry.kind}", MUTED)]
    if not all(word in entry.name.lower() for word in text.lower().split()):
        left = max(16, width - len(name) - len(entry.kind) - 8)
        parts += [("  ", ""), *_lit(around(entry.words, text, left), text, "")]
    return Content.assemble(*parts)


def _lit(shown: str, text: str, style: str) -> list[tuple[str, str]]:
    """`shown` in parts, with the first place of each searched word in the accent."""
    plain, parts, at = shown.lower(), [], 0
    if len(plain) != len(shown):  # a letter whose small one is two: no place can be told
        return [(shown, style)]
    places = sorted((plain.find(word), len(word)) for word in set(text.lower().split()) if word in plain)
    for start, length in places:
        if start >= at:
            parts += [(shown[at:start], style), (shown[start : start + length], f"bold {ACCENT}")]
            at = start + length
    return [*parts, (shown[at:], style)]


def config_rows(app: App, index: Index, width: int) -> list[Row]:
    """The config vars of an app, `width` cells wide: name, dots, and where each comes from."""
    column = min(max((len(var.name) for var in app.config), default=0), width // 2)
    return [_config_row(var, index, column, width) for var in app.config]


def _config_row(var: ConfigVar, index: Index, column: int, width: int) -> Row:
    origin = joined((ORIGINS[var.origin.kind], index.add_on_name(var.origin.add_on_id)), by=" ")
    names = [index.add_on_name(var.copied_from), *(index.app_name(id_) for id_ in var.refers_to_apps)]
    if named := joined(names, by=", "):
        origin += f", names {named}"
    value = (f"{'(empty)':<{len(DOTS)}}", ATTENTION) if var.empty else (DOTS, MUTED)
    content = Content.assemble(f"{shortened(var.name, column):<{column}}  ", value, (f"  {origin}", MUTED))
    return Row(var.name, content.truncate(width, ellipsis=True), found_by=f"{var.name} {origin}")
