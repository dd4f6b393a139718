"""A row of the table of faults."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A fault, and the tests that prove that it is survived."""

    number: int
    fault: str
    tests: tuple[str, ...]
    """Paths of files or ids of tests, as pytest takes them, from the root of the repository."""
    ci: int
    full: int
    """How many trials CI and the whole table make; a row that made fewer is said to be incomplete."""
    passes: str
    """What must hold after each trial."""
    exhaustive: bool = False
    """Whether the trials of the whole table are all that there are: no rate of failures is left to bound."""
