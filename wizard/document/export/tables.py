"""All tables of the document: one for each kind of object, and those about the whole."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from wizard.document.component import Piece, pieces
from wizard.document.export import app_shapes, delivery_shapes, store_shapes
from wizard.document.export.contents import Document
from wizard.document.export.cost_tables import cost_tables
from wizard.document.export.table import Cell, Head, Names, Row, Shape, Table, filled, moment_words
from wizard.document.unknown import plural

SHAPES: Final[dict[str, Shape]] = {
    "app": app_shapes.APPS,
    "process": app_shapes.PROCESSES,
    "config-var": app_shapes.CONFIG_VARS,
    "add-on": store_shapes.ADD_ONS,
    "attachment": app_shapes.ATTACHMENTS,
    "domain": app_shapes.DOMAINS,
    "certificate": app_shapes.CERTIFICATES,
    "job": app_shapes.JOBS,
    "pipeline": delivery_shapes.PIPELINES,
    "pipeline-app": delivery_shapes.PIPELINE_APPS,
    "review-settings": delivery_shapes.REVIEW_SETTINGS,
    "test-config-var": delivery_shapes.PIPELINE_CONFIG,
    "review-config-var": delivery_shapes.PIPELINE_CONFIG,
    "review-app": delivery_shapes.REVIEW_APPS,
    "deploy": delivery_shapes.DEPLOYS,
    "image": delivery_shapes.IMAGES,
    "buildpack": delivery_shapes.BUILDPACKS,
    "release": delivery_shapes.RELEASES,
    "build": delivery_shapes.BUILDS,
    "postgres": store_shapes.STORES,
    "key-value": store_shapes.STORES,
    "kafka": store_shapes.STORES,
    "credential": store_shapes.CREDENTIALS,
    "backup-schedule": store_shapes.SCHEDULES,
    "backup": store_shapes.BACKUPS,
    "topic": store_shapes.TOPICS,
    "consumer-group": store_shapes.GROUPS,
    "drain": store_shapes.DRAINS,
    "telemetry-drain": store_shapes.DRAINS,
    "webhook": store_shapes.DRAINS,
    "account": delivery_shapes.PEOPLE,
    "enterprise": delivery_shapes.PEOPLE,
    "enterprise-member": delivery_shapes.PEOPLE,
    "team": delivery_shapes.PEOPLE,
    "member": delivery_shapes.PEOPLE,
    "invitation": delivery_shapes.PEOPLE,
    "collaborator": delivery_shapes.PEOPLE,
    "space": store_shapes.SPACES,
    "outbound-ip": store_shapes.NETWORKS,
    "inbound-rule": store_shapes.NETWORKS,
    "peering": store_shapes.NETWORKS,
    "feature": app_shapes.FEATURES,
    "team-feature": app_shapes.FEATURES,
    "account-feature": app_shapes.FEATURES,
    "dataclip": store_shapes.DATACLIPS,
    "ssh-key": delivery_shapes.KEYS,
    "invoice": delivery_shapes.INVOICES,
    "unread-app": store_shapes.UNREAD,
    "gap": store_shapes.GAPS,
}
"""By the first word of a component's key; the order is that of the sheets."""


def tables(document: Document) -> tuple[Table, ...]:
    """Every table, also those without a row: that there are none is a fact too."""
    parts = tuple(pieces(document.system))
    names = Names(document.system, parts)
    by_shape: dict[str, list[Piece]] = {shape.name: [] for shape in SHAPES.values()}
    for piece in parts:
        by_shape[shape_of(piece).name].append(piece)
    shapes = {shape.name: shape for shape in SHAPES.values()}
    told = {name: filled(shapes[name], listed, names, document.notes) for name, listed in by_shape.items()}
    return (
        _overview(document),
        *told.values(),
        *cost_tables(document.cost, names),
        _connections(document, names),
        _observations(document),
        _code(document, names),
        *_changes(document),
        _notes(document),
        _not_read(document),
    )


def shape_of(piece: Piece) -> Shape:
    """The shape of the table that a component stands in."""
    return SHAPES[piece.component.key.partition(":")[0]]


def counts(document: Document) -> dict[str, int]:
    """How many there are of each kind of component, in the order of the sheets."""
    order = {prefix: number for number, prefix in enumerate(SHAPES)}
    ranked = sorted(document.components, key=lambda one: order[one.key.partition(":")[0]])
    return dict(Counter(one.kind for one in ranked))


def _row(*cells: Cell, key: str = "", app_id: str | None = None) -> Row:
    return Row(key, app_id, cells)


def _overview(document: Document) -> Table:
    system, cost = document.system, document.cost
    rows = [
        _row("System", document.title),
        _row("Read (UTC)", moment_words(system.taken_at)),
        _row("Read for", system.account.email),
        _row("Requests", system.calls),
        _row("Written by", document.made_by),
    ]
    if cost is not None:
        rows.append(_row("US$ a month", cost.cents / 100 if cost.cents % 100 else cost.cents // 100))
        if cost.unknown:
            rows.append(_row("Without a known price", len(cost.unknown)))
    rows += [_row(_capital(plural(kind)), count) for kind, count in counts(document).items()]
    return Table("Overview", (Head("What"), Head("Is")), tuple(rows))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _connections(document: Document, names: Names) -> Table:
    heads = (Head("From", "name"), Head("How"), Head("To", "name"), Head("By"))
    found = document.connections
    rows = [
        _row(_place(edge.source, names), edge.kind, _place(edge.target, names), ", ".join(edge.by))
        for edge in (found.edges if found else ())
    ]
    outside = found.outside if found else {}
    rows += [
        _row(f"app {names.app(app_id)}", "reaches outside", service, "")
        for service, app_ids in outside.items()
        for app_id in app_ids
    ]
    return Table("Connections", heads, tuple(rows))


def _place(key: str, names: Names) -> str:
    component = names.components.get(key)
    return f"{component.kind} {component.name}" if component else key


def _observations(document: Document) -> Table:
    heads = (Head("Look", "yes"), Head("Kind"), Head("What follows"), Head("What to do"))
    found = document.connections.observations if document.connections else ()
    return Table(
        "Observations", heads, tuple(_row(one.look, one.kind, one.text, one.remedy) for one in found)
    )


def _code(document: Document, names: Names) -> Table:
    heads = (
        Head("App", "name"),
        Head("Kind"),
        Head("What", "name"),
        Head("File", "name"),
        Head("Line", "number"),
        Head("Look", "flag"),
        Head("Note"),
        Head("Text", "name"),
    )
    rows = []
    for app_id, read in document.repositories.items():
        app, nothing = names.app(app_id), (None, None, None)
        rows += [_row(app, "remark", "", *nothing, remark, "", app_id=app_id) for remark in read.remarks]
        rows += [
            _row(
                app,
                one.kind,
                one.name,
                one.file,
                one.line or None,
                one.look,
                one.note,
                one.text,
                app_id=app_id,
            )
            for one in read.lines
        ]
        rows += [
            _row(app, kind, "", *nothing, f"and {count:,} more that are not listed", "", app_id=app_id)
            for kind, count in read.left_out.items()
        ]
    return Table("Code", heads, tuple(rows), "no code of an app was read")


def _changes(document: Document) -> Iterator[Table]:
    if document.changes is None:
        return
    rows = tuple(
        _row(change.kind, change.words, app_id=change.component.app_id) for change in document.changes
    )
    yield Table("Changes", (Head("Kind"), Head("What changed")), rows, "nothing changed")


def _notes(document: Document) -> Table:
    known = {component.key: component for component in document.components}
    rows = []
    for key, note in document.notes.items():
        one = known.get(key)
        what = f"{one.kind} {one.name}" if one else key
        rows.append(_row(what, note.owner, note.text, key))
    heads = (Head("About"), Head("Owner"), Head("Note"), Head("Key"))
    return Table("Notes", heads, tuple(rows), "nobody noted anything")


def _not_read(document: Document) -> Table:
    return Table("Never read", (Head("What Offramp does not read"),), tuple(map(_row, document.not_read)))
