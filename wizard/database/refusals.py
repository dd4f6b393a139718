"""What a source holds that does not come to a target as it is: refused by name before anything is written,
moved with a change that is said, or merely worth a word. Pure comparisons of facts; needs no plan."""

from collections.abc import Iterable

from wizard.database.feature_rules import RULES
from wizard.database.inspect import Extension, SourceFacts, TargetFacts
from wizard.database.verdict import Verdict, some_of
from wizard.model.trouble import Trouble

SPARE_CONNECTIONS = 3
"""Connections to the source that a copy needs: two workers and the holder of the snapshot."""


def what_cannot_move(
    source: SourceFacts, target: TargetFacts | None, *, to: int | None = None
) -> list[Verdict]:
    """Everything that is to be said before `source` is copied to `target`.

    Args:
        target: None while there is none yet; then only what no target could take is refused.
        to: major version of the target that will be; that of `target` where there is one.
    """
    version = target.version if target is not None else to
    verdicts = list(_of_the_source(source))
    for feature in source.features:
        verdicts += RULES[feature.kind](feature, source, target, version)
    if target is not None:
        verdicts += _pairwise(source, target)
    return sorted(verdicts, key=lambda verdict: ("refused", "changed", "moved").index(verdict.kind))


def want_movable(verdicts: Iterable[Verdict]) -> None:
    """Raises Trouble naming everything that is refused, if anything is."""
    refused = [verdict for verdict in verdicts if verdict.kind == "refused"]
    if not refused:
        return
    words = [f"{one.what} ({one.detail})" if one.detail else one.what for one in refused]
    more = f"; and {len(words) - 5} more" if len(words) > 5 else ""
    remedies = dict.fromkeys(one.remedy for one in refused if one.remedy)
    raise Trouble(
        f"This database cannot be moved as it is: {'; '.join(words[:5])}{more}.",
        untouched="Nothing was written to the target, and the source was only read.",
        remedy=" ".join(list(remedies)[:3]),
        code="cannot-move",
    )


def few_connections(source: SourceFacts) -> list[Verdict]:
    """What is to be said about a source whose connections are nearly all in use. Passing, so no matter of
    what the database holds."""
    free = source.connection_limit - source.connections_used
    if free >= SPARE_CONNECTIONS:
        return []
    return [
        Verdict(
            kind="refused",
            what=f"Only {free} connections to the source are free",
            detail=f"{source.connections_used} of {source.connection_limit} are used; "
            f"a copy needs {SPARE_CONNECTIONS}",
            remedy="Scale a process down for the time, or close other clients.",
        )
    ]


# The source alone.


def _of_the_source(source: SourceFacts) -> Iterable[Verdict]:
    if source.pooler:
        yield Verdict(
            kind="refused",
            what="The source is behind a connection pooler",
            detail="no snapshot can be shared through one",
            remedy="Attach the database itself, without the pooler, and read the system again.",
        )
    for names, words in (
        (source.unreadable, "may not be read"),
        (source.hidden_rows, "hide rows from the role"),
    ):
        if names:
            yield Verdict(
                kind="refused",
                what=f"{len(names)} {_things(names)} {words}: {some_of(names)}",
                detail="a copy without them would not be whole",
                remedy="Use the credential that owns them (Heroku's default credential).",
            )
    if source.invalid_indexes:
        yield Verdict(
            kind="changed",
            what=f"Invalid indexes are left out: {some_of(source.invalid_indexes)}",
            detail="they are left over from a build that failed, and no query uses them",
        )
    if source.large_objects:
        yield Verdict(
            kind="moved",
            what=f"{source.large_objects} large objects come along under their own numbers",
        )


def _things(names: tuple[str, ...]) -> str:
    return (
        "tables"
        if not any(name.startswith("large object ") for name in names)
        else "tables and large objects"
    )


# Both sides.


def _pairwise(source: SourceFacts, target: TargetFacts) -> list[Verdict]:
    verdicts: list[Verdict] = []
    if source.encoding != target.encoding:
        verdicts.append(
            Verdict(
                kind="refused",
                what=f"The target has the encoding {target.encoding}, the source {source.encoding}",
                detail="the same text would be other bytes there, and no proof could compare them",
                remedy=f"Make a database with the encoding {source.encoding}.",
            )
        )
    elif source.collation != target.collation:
        verdicts.append(
            Verdict(
                kind="changed",
                what=f"The target sorts text by {target.collation}, the source by {source.collation}",
                detail="the rows are the same; ORDER BY on text may give another order",
            )
        )
    elif source.collation_version and target.collation_version not in ("", source.collation_version):
        verdicts.append(
            Verdict(
                kind="changed",
                what=f"The target's {target.collation} is of version {target.collation_version},"
                f" the source's of {source.collation_version}",
                detail="ORDER BY on text may give another order; indexes are built anew by it",
            )
        )
    for extension in source.extensions:
        verdicts += _extension(extension, target)
    if target.version < source.version:
        verdicts.append(
            Verdict(
                kind="changed",
                what=f"The target is PostgreSQL {target.version}, older than its source ({source.version})",
                detail="what only the newer one knows is refused by it, and named",
                remedy="Choose a target that is not older.",
            )
        )
    verdicts += [
        Verdict(kind="refused", what=f"The target's role {lack}", remedy="Use one that may.")
        for lack in target.missing_rights
    ]
    return verdicts


def _extension(extension: Extension, target: TargetFacts) -> list[Verdict]:
    able = target.abilities
    name = extension.name
    there = name in target.available
    if not there or (able.installable is not None and name not in able.installable):
        lacks = "is not there" if not there else "may not be installed by this role"
        if extension.used_by:
            return [
                Verdict(
                    kind="refused",
                    what=f"The target's extension {name} {lacks}",
                    detail=f"what needs it: {', '.join(extension.used_by)}",
                    remedy="Choose a version or an image that has it, or change what needs it first.",
                )
            ]
        return [
            Verdict(
                kind="changed",
                what=f"The extension {name} is left out: on the target it {lacks}",
                detail="nothing of the schema needs it; code that calls it would miss it",
                named_again=True,
            )
        ]
    verdicts: list[Verdict] = []
    place = able.installed.get(name, extension.schema)
    if place != extension.schema and name not in able.movable and extension.used_by:
        verdicts.append(
            Verdict(
                kind="refused",
                what=f"The target has the extension {name} in {place}, the source in {extension.schema}",
                detail=f"it belongs to another role there; what needs it: {', '.join(extension.used_by)}",
                remedy="Drop it on the target, so that it is made where the source has it.",
            )
        )
    version = able.versions.get(name, extension.version)
    if version != extension.version and not (place != extension.schema and name in able.movable):
        verdicts.append(
            Verdict(
                kind="changed",
                what=f"The extension {name} is of version {version} on the target, not {extension.version}",
            )
        )
    return verdicts
