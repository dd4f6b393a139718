"""What a person reads before anything is written: both sides, what is left out, what stands in the way."""

from typing import Final

from screens.quantities import number, size
from wizard.database.inspect import SourceFacts, TargetFacts
from wizard.database.pgdump import find_programs, suitable
from wizard.database.refusals import few_connections, want_movable, what_cannot_move
from wizard.database.restore import not_empty
from wizard.database.verdict import Verdict

SHOWN: Final = 12
"""Notes that are listed; of more the number is told."""


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


def verdicts_on(source: SourceFacts, target: TargetFacts) -> list[Verdict]:
    """Everything that is to be said before a copy begins."""
    return [*few_connections(source), *what_cannot_move(source, target)]


def notes(verdicts: list[Verdict], left_behind: tuple[str, ...]) -> tuple[str, ...]:
    """What comes otherwise, and what stays behind, a sentence each."""
    return (
        *(one.sentence for one in verdicts if one.kind != "refused"),
        *(f"Left behind: {words}." for words in left_behind),
    )


def want_copyable(source: SourceFacts, target: TargetFacts, verdicts: list[Verdict]) -> None:
    """Raises Trouble for what makes a whole copy impossible; nothing was written by then."""
    if target.state.state == "foreign":
        raise not_empty(target.state.objects)
    want_movable(verdicts)
    suitable(find_programs(), source.version)
