"""How much of a copy that broke off comes a second time."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.trials import trials
from tests.wizard.database_servers import Database, Server, server

PROGRAM = Path(__file__).with_name("dying_at_bytes.py")

GIB = 1 << 30
PART = 1 << 16
"""Bytes of a part of the small copy; the large one has those that Offramp uses."""

WORKERS = 2


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


def copied(source: Database, target: Database, work: Path, last: int, part: int) -> int:
    """Bytes of rows that came from the source until the end, or until the copy died at `last`."""
    urls = {"SOURCE": source.url().reveal(), "TARGET": target.url().reveal(), "WORKERS": str(WORKERS)}
    command = [sys.executable, str(PROGRAM), str(work), str(last), str(part)]
    done = subprocess.run(command, env={**os.environ, **urls}, capture_output=True, text=True, check=False)
    assert done.returncode == (-9 if last else 0), done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("share", [0.5, pytest.param(0.9, marks=pytest.mark.slow)])
def test_what_came_does_not_come_again(
    old: Server, tmp_path: Path, record_property: Callable[[str, object], None], share: float
) -> None:
    size = GIB if trials(1, 2) > 1 else 8 << 20
    part = PART if size < GIB else 0
    source, target = old.database(), old.database()
    source.sql(
        "CREATE TABLE log (id bigint PRIMARY KEY, what text);"
        "INSERT INTO log SELECT i, repeat(md5(i::text), 30)"
        f" FROM generate_series(1, {size // 970}) i"
    )
    whole = source.one("SELECT sum(length(log.*::text)) FROM log")
    first = copied(source, target, tmp_path, int(whole * share), part)
    second = copied(source, target, tmp_path, 0, part)
    assert target.one("SELECT count(*) FROM log") == size // 970
    again = (first + second - whole) / whole
    record_property("trials", 1)
    record_property(
        "figure", f"{whole / 1e6:,.0f} MB broken at {share:.0%}: {max(again, 0):.1%} came a second time"
    )
    assert again <= 0.05, f"{again:.1%} came a second time"
