"""What a tunnel leads to, for every kind of store that a target has."""

from pathlib import Path

from wizard.database.far_end import FarEnd, PostgresEnd
from wizard.stores import ends

POSTGRES = "postgresql"


def end_of(type_: str, work: Path) -> FarEnd:
    """The end for the target's word for a type of store ("postgresql", "redis", "mysql"). `work` is
    a private folder (0700)."""
    return PostgresEnd() if type_ == POSTGRES else ends.end_of(type_, work)
