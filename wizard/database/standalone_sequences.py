"""Sequences after a copy that the source went on being written to: no snapshot holds them, so what the source
says now may be further on than what was copied, and that is no loss."""

from wizard.database.catalogue import SequenceState, read_sequences
from wizard.database.connect import Connection
from wizard.database.progress import Difference, Judgement
from wizard.model.text import clean

_STEPS = """
SELECT n.nspname, c.relname, s.seqincrement FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
"""


def compare_moving_sequences(there: Connection, here: Connection) -> tuple[int, list[Difference]]:
    """How many were compared, and those that are not alike: further on at the source is harmless, anything
    else is lost. One that is missing is found by its definition.

    Raises:
        psycopg.Error: a connection broke, or may not read them.
    """
    # The target first: what the source hands out in between makes it further on.
    copied, source = read_sequences(here), read_sequences(there)
    steps = {(row[0], row[1]): int(row[2]) for row in there.execute(_STEPS.encode()).fetchall()}
    both = source.keys() & copied.keys()
    unlike = sorted(name for name in both if source[name] != copied[name])
    return len(both), [_difference(name, source[name], copied[name], steps.get(name, 1)) for name in unlike]


def _difference(name: tuple[str, str], source: SequenceState, copied: SequenceState, step: int) -> Difference:
    label = clean(".".join(name))
    both = f"{_words(source)} on the source, {_words(copied)} here"
    judgement: Judgement = "lost"
    words = f"sequence {label} differs: {both}"
    # Used for the first time, it says the same number as before.
    if (source[0] - copied[0]) * step > 0 or (source[0] == copied[0] and source[1]):
        judgement = "harmless"
        words = f"sequence {label} went on at the source since it was copied: {both}"
    return Difference(kind="sequence", name=label, words=words, judgement=judgement)


def _words(state: SequenceState) -> str:
    return f"{state[0]}{'' if state[1] else ' not used yet'}"
