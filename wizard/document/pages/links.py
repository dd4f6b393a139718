"""What a component points at and what points at it, and what follows from that."""

from wizard.document.index import Index
from wizard.document.links.edges import EdgeKind
from wizard.document.pages.page import Fact, Section

FROM: dict[EdgeKind, str] = {
    "calls": "holds its address",
    "allows": "lets it in",
    "names": "knows it by its name on Heroku",
    "attaches": "its own add-on",
    "shares": "shares it",
    "feeds": "feeds it",
}
TO: dict[EdgeKind, str] = {
    "calls": "holds the address of this",
    "allows": "lets this in",
    "names": "knows this by its name on Heroku",
    "attaches": "owns it",
    "shares": "shares it",
    "feeds": "feeds this",
}


def connection_sections(index: Index, key: str) -> tuple[Section, ...]:
    """The connections of a component but those to an app's own add-ons, which stand among its add-ons."""
    edges = [edge for edge in index.edges_of.get(key, ()) if edge.kind != "attaches"]
    facts = tuple(
        Fact(
            name=f"→ {index.component_name(edge.target)}"
            if edge.source == key
            else f"← {index.component_name(edge.source)}",
            text=(FROM if edge.source == key else TO)[edge.kind],
            detail=", ".join(edge.by),
        )
        for edge in edges
    )
    follows = tuple(
        Fact(name=one.text, detail=one.remedy, mark="look" if one.look else "")
        for one in index.observed_of.get(key, ())
    )
    return (
        Section(title="what it points at, and what points at it", facts=facts),
        Section(title="what follows for a move", facts=follows, counts=False),
    )
