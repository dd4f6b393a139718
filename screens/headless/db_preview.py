"""What a person reads before anything is written: both sides, what is left out, what stands in the way."""

from typing import Final

from screens.quantities import number, size
from wizard.database.inspect import SourceFacts, TargetFacts
from wizard.database.pgdump import find_programs, suitable
from wizard.model.trouble import Trouble

SHOWN: Final = 12
"""Things left out that are listed; of more the number is told."""

SPARE_CONNECTIONS: Final = 3
"""Free connections that a copy needs on the source."""


def source_line(label: str, facts: SourceFacts, head: str = "from") -> str:
    """The source in a line; `head` begins it."""
    parts = [
        f"{facts.database}, Postgres {facts.version}",
        size(facts.size),
        f"{number(facts.tables)} table{'s' * (facts.tables != 1)}",
        _way(facts.encrypted),
    ]
    return f"{head:<5} {label}: {' · '.join(parts)}"


def target_line(label: str, facts: TargetFacts, ours: str) -> str:
    """The target in a line. `ours` says what it holds when that is of an earlier run."""
    state = {"empty": "empty", "ours": ours, "foreign": "not empty"}[facts.state.state]
    parts = [f"{facts.database}, Postgres {facts.version}", state, _way(facts.encrypted)]
    return f"into  {label}: {' · '.join(parts)}"


def _way(encrypted: bool) -> str:
    return "TLS" if encrypted else "without TLS"


def listed(head: str, what: tuple[str, ...]) -> list[str]:
    """Lines for a list that may be long."""
    if not what:
        return []
    shown = [f"{head if at == 0 else '':<6}{words}" for at, words in enumerate(what[:SHOWN])]
    more = len(what) - SHOWN
    return [*shown, f"{'':<6}and {more} more; each is named while it runs"] if more > 0 else shown


def want_copyable(source: SourceFacts, target: TargetFacts) -> None:
    """Raises Trouble for the first thing that makes a whole copy impossible; nothing was written by then."""
    if target.state.state == "foreign":
        raise Trouble(
            f"The target is not empty: it holds {', '.join(target.state.objects)}.",
            untouched="Nothing was written to it.",
            remedy="Choose an empty database, or empty this one yourself if nobody needs what it holds.",
            code="target-not-empty",
        )
    for in_the_way, cause, remedy in _obstacles(source, target):
        if in_the_way:
            raise Trouble(cause, untouched="Nothing was written.", remedy=remedy, code="cannot-copy")
    suitable(find_programs(), source.version)


def _obstacles(source: SourceFacts, target: TargetFacts) -> list[tuple[bool, str, str]]:
    hidden = source.unreadable + source.hidden_rows
    missing = [one for one in source.extensions if one.used_by and one.name not in target.available]
    free = source.connection_limit - source.connections_used
    return [
        (
            source.pooler,
            "The source is behind a connection pooler, and through one no snapshot can be shared.",
            "Name the database itself, without the pooler.",
        ),
        (
            bool(hidden),
            f"The role may not read all rows of {len(hidden)} tables: {', '.join(hidden[:5])}.",
            "Use the role that owns them (Heroku's default credential).",
        ),
        (
            free < SPARE_CONNECTIONS,
            f"Only {free} of the source's {source.connection_limit} connections are free;"
            f" a copy needs {SPARE_CONNECTIONS}.",
            "Scale a process down for the time, or close other clients.",
        ),
        (
            source.encoding != target.encoding,
            f"The source's encoding is {source.encoding}, the target's {target.encoding}.",
            f"Create the target database with the encoding {source.encoding}.",
        ),
        (
            bool(missing),
            "; ".join(
                f"The target does not have the extension {one.name}, which {', '.join(one.used_by)} needs"
                for one in missing[:3]
            )
            + ".",
            "Choose a target that has it, or change those columns first.",
        ),
        (
            bool(target.missing_rights),
            f"The role of the target {' and '.join(target.missing_rights)}.",
            "Use a role that may.",
        ),
    ]


def remarks(source: SourceFacts, target: TargetFacts) -> list[str]:
    """What will be otherwise on the target, though nothing is lost."""
    found = []
    if target.version < source.version:
        found.append(
            f"The target is older than the source: what only Postgres {source.version} knows is refused."
        )
    if source.collation != target.collation:
        found.append(
            f"The target sorts text by {target.collation}, the source by {source.collation}:"
            " ORDER BY may differ."
        )
    if source.invalid_indexes:
        found.append(f"Invalid indexes are left out: {', '.join(source.invalid_indexes[:5])}.")
    if source.foreign_tables:
        found.append(f"Foreign tables come without their data: {', '.join(source.foreign_tables[:5])}.")
    return found
