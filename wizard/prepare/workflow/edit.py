"""Edits of a workflow's text where its nodes stand, and the proof that nothing else changed.

Each edit is a span of characters with what takes its place; everything outside the spans stays as it is. The
tree that should come of it is made beside it from the old tree, and the new text is read again and compared.
Comments inside a span are written again.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from wizard.prepare.workflow.nodes import (
    INTEGER,
    STRING,
    Items,
    NotEditable,
    Pair,
    Pairs,
    Scalar,
    Tree,
    comments,
    compose,
    content_end,
    is_block,
    pairs,
    start,
    text_of,
    tree,
)
from wizard.prepare.yaml_value import yaml_value

CHECKOUT = "actions/checkout@v4"
"""Put in where a job has no checkout of its own; GitHub's documentation shows this one (2026)."""
_FULL = Pairs(((Scalar(STRING, "fetch-depth"), Scalar(INTEGER, "0")),))


class TextEdit(NamedTuple):
    """`new` stands for the characters from `start` to `end`."""

    start: int
    end: int
    new: str


class StepEdit(NamedTuple):
    """What becomes of one step of a list: its edits, and the steps that stand for it then."""

    number: int
    edits: tuple[TextEdit, ...]
    becomes: tuple[Tree, ...]


class Page:
    """A workflow's text with its nodes, as it is edited."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = compose(text)
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self._comments = comments(text, self.root)

    @property
    def comments(self) -> list[str]:
        return [one.text for one in self._comments]

    def comments_in(self, begin: int, end: int) -> list[str]:
        return [one.text for one in self._comments if begin <= one.start < end]

    def line_end(self, at: int) -> int:
        """Before the line break that ends the line of `at`."""
        end = self.text.find("\n", at)
        if end < 0:
            return len(self.text)
        return end - 1 if self.text[end - 1 : end] == "\r" else end

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def break_before(self, at: int) -> int:
        """Where the line break before the line of `at` begins."""
        end = max(0, self.line_start(at) - 1)
        return end - 1 if self.text[end - 1 : end] == "\r" else end


def applied(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with the edits in it.

    Raises:
        NotEditable: two of them overlap.
    """
    out, at = [], 0
    for edit in sorted(edits):
        if edit.start < at:
            raise NotEditable("is laid out in a way that Offramp cannot edit")
        out += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join((*out, text[at:]))


def prove(page: Page, new: str, expected: Tree) -> Page:
    """The page of `new`, which means exactly `expected` and has every comment of `page`; NotEditable else."""
    after = Page(new)
    if tree(after.root) != expected:
        raise NotEditable("would change in more places than meant")
    if Counter(page.comments) != Counter(after.comments):
        raise NotEditable("would lose a comment")
    return after


def replaced(whole: Tree, path: Sequence[str | int], becomes: Sequence[Tree]) -> Tree:
    """`whole` with the value at `path` replaced. An item of a list may become several or none, a pair of a
    map goes when nothing stands for it."""
    first, rest = path[0], path[1:]
    if isinstance(whole, Items):
        assert isinstance(first, int)
        middle = (replaced(whole.items[first], rest, becomes),) if rest else tuple(becomes)
        return Items((*whole.items[:first], *middle, *whole.items[first + 1 :]))
    assert isinstance(whole, Pairs)
    out: list[tuple[Tree, Tree]] = []
    for key, value in whole.items:
        if not isinstance(key, Scalar) or key.value != first:
            out.append((key, value))
        elif rest:
            out.append((key, replaced(value, rest, becomes)))
        else:
            out += [(key, one) for one in becomes]
    return Pairs(tuple(out))


def strings(told: dict[str, str]) -> Tree:
    """A map of texts."""
    return Pairs(tuple((Scalar(STRING, name), Scalar(STRING, value)) for name, value in told.items()))


def drop_pairs(page: Page, every: list[Pair], gone: set[str], column: int) -> list[TextEdit]:
    """Edits that take pairs out of a block map that keeps at least one; their comments stay."""
    edits: list[TextEdit] = []
    at = 0
    while at < len(every):
        if every[at].name not in gone:
            at += 1
            continue
        last = at
        while last + 1 < len(every) and every[last + 1].name in gone:
            last += 1
        begin = start(every[at].key)
        if last + 1 < len(every):
            end = start(every[last + 1].key)
            kept = page.comments_in(begin, end)
            edits.append(TextEdit(begin, end, "".join(f"{one}{page.newline}{' ' * column}" for one in kept)))
        else:
            begin, end = page.break_before(begin), every[last].end
            kept = page.comments_in(begin, end)
            edits.append(TextEdit(begin, end, "".join(f"{page.newline}{' ' * column}{one}" for one in kept)))
        at = last + 1
    return edits


def deploy_step(page: Page, node: MappingNode, uses: str, told: dict[str, str], title: str) -> StepEdit:
    """The step `node` becomes the action `uses` with the inputs `told`; its name, condition and id stay.

    Raises:
        NotEditable: it is written in braces.
    """
    _need_block(node)
    every, column = pairs(node), node.start_mark.column
    by_name = {pair.name: pair for pair in every}
    script = "run" in by_name
    gone = {"shell", "working-directory"} & by_name.keys() if script else set()
    becomes: list[tuple[Tree, Tree]] = []
    edits: list[TextEdit] = []
    block = (Scalar(STRING, "with"), strings(told))
    for pair in every:
        here = (Scalar(STRING, pair.name), tree(pair.value))
        if pair.name == "name":
            edits += _renamed(page, pair, title)
            here = (here[0], Scalar(STRING, _titled(text_of(pair.value), title)))
        elif pair.name == "uses":
            edits.append(TextEdit(start(pair.value), pair.end, uses))
            here = (here[0], Scalar(STRING, uses))
            if "with" not in by_name:
                end = page.line_end(pair.end)
                edits.append(
                    TextEdit(
                        end, end, f"{page.newline}{' ' * column}{_with(page, pair, told, column, kept=False)}"
                    )
                )
                becomes.append(here)
                here = block
        elif pair.name == "with":
            edits.append(TextEdit(start(pair.key), pair.end, _with(page, pair, told, column)))
            here = block
        elif pair.name == "run":
            text = f"uses: {uses}{page.newline}{' ' * column}{_with(page, pair, told, column)}"
            edits.append(TextEdit(start(pair.key), pair.end, text))
            becomes.append((Scalar(STRING, "uses"), Scalar(STRING, uses)))
            here = block
        elif pair.name == "env":
            inner = {one.name for one in pairs(pair.value)}
            useless = {one.name for one in pairs(pair.value) if script or _of_heroku(one)}
            # A step's condition reads the step's own variables, too.
            condition = text_of(by_name["if"].value if "if" in by_name else None)
            useless -= {name for name in inner if re.search(rf"\benv\.{re.escape(name)}\b", condition)}
            if useless == inner:
                gone.add("env")
            elif useless:
                _need_block(pair.value)
                edits += drop_pairs(page, pairs(pair.value), useless, pair.value.start_mark.column)
                kept = tree(pair.value)
                for name in useless:
                    kept = replaced(kept, (name,), ())
                here = (here[0], kept)
        if pair.name not in gone:
            becomes.append(here)
    edits += drop_pairs(page, every, gone, column)
    return StepEdit(-1, tuple(edits), (Pairs(tuple(becomes)),))


def _of_heroku(pair: Pair) -> bool:
    return pair.name.upper().startswith(("HEROKU", "HD_")) or "secrets.HEROKU" in text_of(pair.value)


def _with(page: Page, pair: Pair, told: dict[str, str], column: int, *, kept: bool = True) -> str:
    indent = " " * (column + 2)
    lines = page.comments_in(start(pair.key), pair.end) if kept else []
    lines += [f"{name}: {yaml_value(value)}" for name, value in told.items()]
    return "with:" + "".join(f"{page.newline}{indent}{line}" for line in lines)


def _titled(text: str, title: str) -> str:
    for old, new in (("Heroku", title), ("heroku", title.lower()), ("HEROKU", title.upper())):
        text = text.replace(old, new)
    return text


def _renamed(page: Page, pair: Pair, title: str) -> list[TextEdit]:
    begin = start(pair.value)
    written = page.text[begin : pair.end]
    new = _titled(written, title)
    return [TextEdit(begin, pair.end, new)] if new != written else []


def without_step(page: Page, node: MappingNode) -> StepEdit:
    """The step goes, and its comments stay where it stood."""
    begin, end = _item_lines(page, node)
    dash = page.text.rfind("-", 0, start(node))
    kept = page.comments_in(begin, end)
    new = "".join(f"{' ' * (dash - begin)}{one}{page.newline}" for one in kept)
    while (after := page.line_end(end)) < len(page.text) and not page.text[end:after].strip():
        end = after + len(page.newline)
    return StepEdit(-1, (TextEdit(begin, end, new),), ())


def _item_lines(page: Page, node: Node) -> tuple[int, int]:
    """From the start of the line of an item's dash to behind the line break after its content."""
    dash = page.text.rfind("-", 0, start(node))
    begin = page.line_start(dash)
    if page.text[begin:dash].strip() or page.text[dash + 1 : start(node)].strip():
        raise NotEditable("is laid out in a way that Offramp cannot edit")
    end = page.line_end(content_end(node))
    return begin, min(len(page.text), end + len(page.newline))


def whole_history(page: Page, node: MappingNode) -> StepEdit:
    """A checkout that fetches the whole history, which a push wants. No edit where it does already."""
    _need_block(node)
    column = node.start_mark.column
    before = tree(node)
    assert isinstance(before, Pairs)
    by_name = {pair.name: pair for pair in pairs(node)}
    settings = by_name.get("with")
    if settings is None:
        end = page.line_end(by_name["uses"].end)
        new = f"{page.newline}{' ' * column}with:{page.newline}{' ' * (column + 2)}fetch-depth: 0"
        at = next(i for i, (key, _) in enumerate(before.items) if key == Scalar(STRING, "uses"))
        pair: tuple[Tree, Tree] = (Scalar(STRING, "with"), _FULL)
        after = Pairs((*before.items[: at + 1], pair, *before.items[at + 1 :]))
        return StepEdit(-1, (TextEdit(end, end, new),), (after,))
    inner = pairs(settings.value)
    depth = next((one for one in inner if one.name == "fetch-depth"), None)
    if depth is not None:
        zero = Scalar(INTEGER, "0")
        if text_of(depth.value) == "0":
            return StepEdit(-1, (), (before,))
        edit = TextEdit(start(depth.value), depth.end, "0")
        return StepEdit(-1, (edit,), (replaced(before, ("with", "fetch-depth"), (zero,)),))
    if not inner:
        raise NotEditable("has a checkout with empty settings")
    begin = start(inner[0].key)
    between = f"{page.newline}{' ' * settings.value.start_mark.column}" if is_block(settings.value) else ", "
    told = tree(settings.value)
    assert isinstance(told, Pairs)
    after_with = Pairs((*_FULL.items, *told.items))
    edit = TextEdit(begin, begin, f"fetch-depth: 0{between}")
    return StepEdit(-1, (edit,), (replaced(before, ("with",), (after_with,)),))


def with_checkout(page: Page, node: MappingNode, step: StepEdit) -> StepEdit:
    """`step` with a checkout of its own before it, for a job that has none."""
    begin, _ = _item_lines(page, node)
    indent = page.text[begin : page.text.rfind("-", 0, start(node))]
    lines = (f"- uses: {CHECKOUT}", "  with:", "    fetch-depth: 0")
    edit = TextEdit(begin, begin, "".join(f"{indent}{line}{page.newline}" for line in lines))
    before = Pairs(((Scalar(STRING, "uses"), Scalar(STRING, CHECKOUT)), (Scalar(STRING, "with"), _FULL)))
    return StepEdit(step.number, (edit, *step.edits), (before, *step.becomes))


def _need_block(node: Node) -> None:
    if not is_block(node) or isinstance(node, SequenceNode):
        raise NotEditable("writes a step in braces")
    if len({pair.name for pair in pairs(node)}) != len(node.value):
        raise NotEditable("names something twice")
