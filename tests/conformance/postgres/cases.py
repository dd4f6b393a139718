"""Cases of the conformance suite: one SQL file each, what is expected of it in its first lines.

    -- item: 8                       its number in the list of hard cases
    -- verdict: moved                or: changed, refused
    -- role: postgres                who runs the script; without it the ordinary role that owns the database
    -- from: 18, to: 16              major versions of the servers; without them from 16 to 18
    -- says: unlogged                what Offramp must have said, for changed and refused
    -- never: canary                 what it may not have said
    -- same: SELECT ...              must give the same rows, and at least one, on both sides
    -- there: SELECT ... => 7        must give this one value on the target

A script runs in a schema of its own, named after the file, so that many of them fit into one database.
"""

from dataclasses import dataclass, field
from pathlib import Path

from tests.wizard.database_servers import Database

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One file. `expected` are pairs of a query and its value as text."""

    name: str
    script: str
    item: str
    verdict: str
    role: str
    there: int = 16
    here: int = 18
    says: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    expected: list[tuple[str, str]] = field(default_factory=list)

    def make(self, database: Database) -> None:
        """Run the script."""
        schema = f'CREATE SCHEMA IF NOT EXISTS "{self.name}"; SET search_path TO "{self.name}", public;'
        database.sql(f"{schema} COMMIT; {self.script}", self.role)

    def differences(self, source: Database, target: Database) -> list[str]:
        """What is not as it should be, in words."""
        words = []
        for query in self.same:
            there, here = self._ask(source, query), self._ask(target, query)
            if there != here or not there:
                words.append(f"{self.name}: {query}\n  source {there!s:.800}\n  target {here!s:.800}")
        for query, value in self.expected:
            here = self._ask(target, query)
            if here != [[value]]:
                words.append(f"{self.name}: {query}\n  wanted {value}\n  target {here!s:.800}")
        return words

    def _ask(self, database: Database, query: str) -> list[list[str]]:
        path = f'SET search_path TO "{self.name}", public;'
        # As texts: no NaN equals another one.
        return [[str(one) for one in row] for row in database.sql(f"{path} {query}", "postgres")]


def read(file: Path) -> Case:
    """The case in `file`."""
    script = file.read_text()
    lines: dict[str, list[str]] = {}
    for line in script.splitlines():
        name, colon, value = line.removeprefix("-- ").partition(": ")
        if not line.startswith("-- ") or not colon:
            break
        lines.setdefault(name, []).append(value)
    unknown = lines.keys() - {"item", "verdict", "role", "from", "to", "says", "never", "same", "there"}
    assert not unknown, f"{file.name}: {unknown}"
    return Case(
        name=file.stem,
        script=script,
        item=lines["item"][0],
        verdict=lines["verdict"][0],
        role=lines.get("role", ["app"])[0],
        there=int(lines.get("from", ["16"])[0]),
        here=int(lines.get("to", ["18"])[0]),
        says=lines.get("says", []),
        never=lines.get("never", []),
        same=lines.get("same", []),
        expected=[
            (query, value) for query, _, value in (one.rpartition(" => ") for one in lines.get("there", []))
        ],
    )


def cases(folder: str) -> list[Case]:
    """All cases in a folder beside this file, by name."""
    return [read(file) for file in sorted((FOLDER / folder).glob("*.sql"))]
