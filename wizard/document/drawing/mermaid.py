"""The picture of a system as Mermaid, for Markdown that GitHub and others draw.

Names come from outside: each stands in quotes, and every sign of it but letters, digits and a few harmless
ones is written as an entity (`#35;`), so that no name ends a label, opens a link or is read as Markdown or
HTML. Mermaid refuses more than 500 edges or 50,000 characters: what is larger is drawn by pipelines, and each
of them in a diagram of its own (`diagrams`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from wizard.document.drawing.picture import MOST_APPS, NO_PIPELINE, chosen_apps, count_words, process_words
from wizard.document.links.connections import Connections, connections
from wizard.document.links.edges import Edge
from wizard.document.summary import is_postgres, tree
from wizard.model.system import AddOn, App, System

MOST_EDGES: Final = 450
MOST_CHARACTERS: Final = 45_000
_LONGEST: Final = 60
_HARMLESS: Final = frozenset(" ._-,()·")
_STORES: Final = ("heroku-redis", "heroku-kafka")

_ARROWS: Final = {
    "calls": "-->",
    "names": "-.->",
    "allows": "-.->",
    "feeds": "==>",
    "attaches": "---",
    "shares": "---",
}


class Diagram(NamedTuple):
    """A diagram: what it is of, the key that `only` takes ("" for the whole), and its text."""

    title: str
    key: str
    text: str


def mermaid(system: System, only: str = "", found: Connections | None = None) -> str:
    """A flowchart of the system: its apps and add-ons, or, when it is too large for that, its pipelines.

    Args:
        only: as of `wizard.document.drawing.picture.draw`.
    """
    found = found or connections(system)
    if not only and len(system.apps) > MOST_APPS:
        return _of_pipelines(system, found)
    for least in ("all", "stores", "shared", "none"):
        text, whole = _of_apps(system, found, only, least)
        if whole and len(text) <= MOST_CHARACTERS:
            return text
    if len(text) <= MOST_CHARACTERS:
        return text
    writing = _Writing()
    writing.node("all", (f"{len(system.apps)} apps, too many for one picture",), ("[", "]"), "  ")
    return writing.text()


def diagrams(system: System, found: Connections | None = None) -> tuple[Diagram, ...]:
    """The whole system, and each pipeline by itself where it is too large to be drawn at once."""
    found = found or connections(system)
    made = [Diagram("The whole system", "", mermaid(system, "", found))]
    if len(system.apps) > MOST_APPS:
        names = list(dict.fromkeys(branch.title for branch in tree(system)))
        made += [Diagram(name, name, mermaid(system, name, found)) for name in names]
    return tuple(made)


def escaped(text: str) -> str:
    """A text from outside as it may stand between the quotes of a label."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return "".join(
        sign if sign in _HARMLESS or (sign.isalnum() and sign.isprintable()) else f"#{ord(sign)};"
        for sign in text
    )


class _Writing:
    """The lines of a flowchart; names of nodes are made up, so that none is a word of Mermaid's own."""

    def __init__(self) -> None:
        self._lines = ["flowchart LR"]
        self._ids: dict[str, str] = {}
        self._edges = 0
        self._left_out = 0

    def node(self, key: str, label: Sequence[str], shape: tuple[str, str], indent: str) -> None:
        name = self._ids.setdefault(key, f"n{len(self._ids)}")
        text = "<br/>".join(escaped(line) for line in label if line)
        self._lines.append(f'{indent}{name}{shape[0]}"{text}"{shape[1]}')

    def begin(self, title: str, indent: str) -> None:
        self._lines.append(f'{indent}subgraph g{len(self._lines)}["{escaped(title)}"]')

    def end(self, indent: str) -> None:
        self._lines.append(f"{indent}end")

    def edge(self, source: str, target: str, arrow: str, by: Sequence[str]) -> None:
        if source not in self._ids or target not in self._ids:
            return
        if self._edges >= MOST_EDGES:
            self._left_out += 1
            return
        self._edges += 1
        words = by[0] if by else ""
        if len(by) > 1:
            words += f" and {len(by) - 1} more"
        label = f'|"{escaped(words)}"|' if words else ""
        self._lines.append(f"  {self._ids[source]} {arrow}{label} {self._ids[target]}")

    @property
    def whole(self) -> bool:
        """Whether no edge was left out."""
        return not self._left_out

    def text(self) -> str:
        if self._left_out:
            self._lines.append(f'  more["{self._left_out} more connections are not drawn"]')
        return "\n".join((*self._lines, ""))


def _of_apps(system: System, found: Connections, only: str, least: str) -> tuple[str, bool]:
    """The chart, and whether every edge has room in it.

    Args:
        least: which add-ons are worth a place: all, data stores and shared ones, shared ones, or none.
    """
    chosen = chosen_apps(system, only) if only else system.apps
    inside = {app.id for app in chosen}
    apps = {app.id: app for app in system.apps}
    add_ons = {add_on.id: add_on for add_on in system.add_ons}
    shared = {edge.target for edge in found.edges if edge.kind == "shares"}
    drawn = [edge for edge in found.edges if _touches(edge, inside, add_ons)]
    drawn = [edge for edge in drawn if _matters(edge, least, shared, add_ons)]
    writing = _Writing()
    for branch in tree(system):
        for stage in branch.stages:
            members = [apps[app_id] for app_id in stage.app_ids if app_id in inside]
            if members:
                writing.begin(f"{branch.title} · {stage.title}" if stage.title else branch.title, "  ")
                for app in members:
                    writing.node(f"app:{app.id}", (app.name, process_words(app)), ("[", "]"), "    ")
                writing.end("  ")
    for key in _ends(drawn):
        if key.startswith("app:") and key.removeprefix("app:") not in inside:
            app = apps[key.removeprefix("app:")]
            writing.node(key, (app.name, app.pipeline or NO_PIPELINE), ("([", "])"), "  ")
        elif key.startswith("add-on:"):
            add_on = add_ons[key.removeprefix("add-on:")]
            store = is_postgres(add_on) or add_on.service in _STORES
            shape = ("[(", ")]") if store else ("(", ")")
            writing.node(key, (add_on.name, add_on.plan.rpartition(":")[2]), shape, "  ")
    for edge in drawn:
        writing.edge(edge.source, edge.target, _ARROWS[edge.kind], () if edge.kind == "attaches" else edge.by)
    return writing.text(), writing.whole


def _touches(edge: Edge, inside: set[str], add_ons: Mapping[str, AddOn]) -> bool:
    """Whether the edge is about a chosen app or an add-on of one; what leads to neither is not drawn."""
    source = edge.source.removeprefix("app:")
    if edge.target.startswith("app:"):
        target = edge.target.removeprefix("app:")
        return edge.source.startswith("app:") and (source in inside or target in inside)
    add_on = add_ons.get(edge.target.removeprefix("add-on:"))
    return add_on is not None and (source in inside or (edge.kind == "shares" and add_on.app_id in inside))


def _matters(edge: Edge, least: str, shared: set[str], add_ons: Mapping[str, AddOn]) -> bool:
    if not edge.target.startswith("add-on:") or least == "all":
        return True
    if least == "none" or edge.target in shared:
        return least != "none"
    if least == "shared":
        return False
    add_on = add_ons[edge.target.removeprefix("add-on:")]
    return is_postgres(add_on) or add_on.service in _STORES


def _ends(edges: Iterable[Edge]) -> Iterator[str]:
    yield from dict.fromkeys(key for edge in edges for key in (edge.source, edge.target))


def _of_pipelines(system: System, found: Connections) -> str:
    group = {app.id: app.pipeline or NO_PIPELINE for app in system.apps}
    owner = {add_on.id: add_on.app_id for add_on in system.add_ons}
    members: dict[str, list[App]] = {}
    for app in system.apps:
        members.setdefault(group[app.id], []).append(app)
    held: dict[str, int] = {}
    for add_on in system.add_ons:
        name = group.get(add_on.app_id, "")
        held[name] = held.get(name, 0) + 1
    writing = _Writing()
    for name, apps in members.items():
        label = (name, f"{count_words(len(apps), 'app')}, {count_words(held.get(name, 0), 'add-on')}")
        writing.node(name, label, ("[", "]"), "  ")
    joined: dict[tuple[str, str, str], dict[str, None]] = {}
    for edge in found.edges:
        source, target = edge.source.removeprefix("app:"), edge.target.removeprefix("app:")
        if edge.kind == "shares":
            target = owner[edge.target.removeprefix("add-on:")]
        if source in group and target in group and edge.kind != "attaches" and group[source] != group[target]:
            arrow = _ARROWS[edge.kind]
            words = "a shared add-on" if edge.kind == "shares" else ""
            joined.setdefault((group[source], group[target], arrow), {})[words] = None
    for (source, target, arrow), words_of in joined.items():
        writing.edge(source, target, arrow, [words for words in words_of if words])
    return writing.text()
