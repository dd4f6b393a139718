"""Every single tampering of a copy is found, judged lost, and named; an untouched copy is equal whatever its
server did to the files."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wizard.database_servers import Database, Server, Told, server
from tests.wizard.tampering import SOURCE, Tampering, tamperings
from tests.wizard.tampering_of_objects import SUPERUSERS
from wizard.database.progress import Proof

SEED = 20260101
OFTEN = 25
"""Tamperings that every run tries; the slow ones try all."""

ALL = tamperings(SEED)
CHOSEN = random.Random(SEED).sample(ALL, OFTEN)
NUMBER = itertools.count(1)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="module")
def pair(old: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Database]:
    source, target = old.database(), old.database()
    source.sql(SOURCE)
    Told(source, target, tmp_path_factory.mktemp("work")).whole_way()
    for database in (source, target):
        database.sql(SUPERUSERS, role="postgres")
    return source, target


def prove(source: Database, target: Database, work: Path, role: str = "app") -> Proof:
    told = Told(source, target, work)
    told.move._ends._urls["target"] = lambda: target.url(role)
    return told.move.prove()


def said(proof: Proof) -> list[str]:
    """What a person reads of it."""
    rows = [f"{table.name}: {words}" for table in proof.tables if table.rows for words in table.rows.lines]
    return rows + [one.words for one in proof.lost]


def found(server: Server, source: Database, target: Database, work: Path, change: Tampering) -> list[str]:
    twin = Database(server, f"{target.name}_{next(NUMBER)}")
    run = server.background.run
    run(
        server.postgres.sql(
            f"CREATE DATABASE {twin.name} TEMPLATE {target.name} OWNER app STRATEGY file_copy"
        )
    )
    try:
        twin.sql(change.script, change.role)
        proof = prove(source, twin, work, change.prover)
    finally:
        run(server.postgres.sql(f"DROP DATABASE {twin.name} WITH (FORCE)"))
    assert not proof.equal, change
    assert "canary" not in repr(proof), change
    return said(proof)


@pytest.mark.parametrize("change", CHOSEN, ids=lambda change: change.what)
def test_a_tampering_is_found(
    old: Server, pair: tuple[Database, Database], tmp_path: Path, change: Tampering
) -> None:
    words = found(old, *pair, tmp_path, change)
    assert any(change.named in one for one in words), words


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_tampering_is_found(old: Server, pair: tuple[Database, Database], tmp_path: Path) -> None:
    missed = {}
    for change in ALL:
        words = found(old, *pair, tmp_path, change)
        if not any(change.named in one for one in words):
            missed[change.what] = words
    assert not missed, f"{len(missed)} of {len(ALL)}"
