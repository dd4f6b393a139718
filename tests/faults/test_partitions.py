"""A network that breaks in each of eight ways, in the middle of a copy, at a moment that chance says."""

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.partition_net import MODES, Mode, PartitionNet, may_drop_packets
from tests.faults.trials import seeded, trials
from tests.wizard.database_servers import SMALL, Database, Server, Told, server

FOUND = 30.0
"""Seconds within which a connection that carries nothing any more must be noticed."""

AT_ONCE = ("corrupt", "reset", "delay")
"""What takes CI a second; `drop`, `half-open` and `mute` are in its other tests, and a stall waits to be
noticed."""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


SAME = "SELECT md5(string_agg(p::text, '|' ORDER BY id)) FROM payments p"


class Struck:
    """A move whose network goes wrong after `when` bytes of rows; how long rows then stood still."""

    def __init__(self, told: Told, net: PartitionNet, when: float) -> None:
        self._net, self._when = net, when
        self._flowed = 0
        self._last = time.monotonic()
        self.longest = 0.0
        board = told.move._board
        self._flow = board.flow
        board.flow = self._flow_and_strike  # type: ignore[method-assign]

    def _flow_and_strike(self, key: str, part: int, size: int) -> None:
        self._flow(key, part, size)
        self._flowed += size
        now = time.monotonic()
        if self._net.struck_at is not None:
            self.longest = max(self.longest, now - self._last)
        elif self._flowed >= self._when:
            self._net.strike()
        self._last = now


def one_break(source: Database, target: Database, work: Path, mode: Mode, chance: random.Random) -> float:
    """A whole move through it; for how many seconds no row came."""
    side = source if mode == "corrupt" or chance.random() < 0.5 else target
    net = PartitionNet(side, mode, chance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(side, "url", net.url)
        told = Told(source, target, work, session=f"s-{target.name}", part_bytes=1 << 17)
    struck = Struck(told, net, chance.uniform(0, 1_000_000))
    try:
        told.whole_way()
    finally:
        net.close()
    assert net.struck_at is not None, "the copy was through before"
    if mode == "corrupt":
        assert net.corrupted, "no row was spoiled"
        assert any("payments" in event or "accounts" in event for event in told.events), told.events
    assert target.one(SAME) == source.one(SAME)
    return struck.longest


@pytest.mark.parametrize(
    "mode", [mode if mode in AT_ONCE else pytest.param(mode, marks=pytest.mark.slow) for mode in MODES]
)
def test_a_network_that_goes_wrong(
    old: Server, tmp_path: Path, record_property: Callable[[str, object], None], mode: Mode
) -> None:
    if mode == "stall" and not may_drop_packets():
        pytest.skip("a stall needs root and nft, to have the kernel drop packets")
    count, chance = trials(1, 20), seeded(record_property)
    source = old.database()
    source.sql(SMALL)
    longest = max(one_break(source, old.database(), tmp_path, mode, chance) for _ in range(count))
    assert longest <= FOUND or mode == "drip", f"rows stood still for {longest:.0f} s"
    record_property("trials", count)
    record_property("figure", f"{mode}: rows stood still for {longest:.1f} s at most")
