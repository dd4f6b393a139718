"""Servers of the conformance suite: those of the wheel, and Debian's 15, which has TLS, ICU and contrib."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.sandbox.postgres import Postgres
from tests.wizard.database_servers import Server

DEBIANS = Path("/usr/lib/postgresql/15/bin")


class DebianPostgres(Postgres):
    """Debian's binaries, started as the wheel's are."""

    def program(self, name: str) -> Path:
        return DEBIANS / name


class DebianServer(Server):
    """A cluster of Debian's server 15.

    Attributes:
        address: a loopback address of its own, at which TLS is required; empty without TLS.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 15)
        self.postgres = DebianPostgres(folder, 15)
        self.address = ""


@contextlib.contextmanager
def debian_server(folder: Path) -> Iterator[DebianServer]:
    """A running server 15 of Debian's; skips, or fails in CI, where it is not installed."""
    if not os.access(DEBIANS / "postgres", os.X_OK):
        reason = "needs Debian's PostgreSQL 15 (postgresql-15), which is not on this machine"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    made = DebianServer(folder)
    try:
        made.start()
        yield made
    finally:
        made.close()
