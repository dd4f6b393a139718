"""All ways, one after the other, several rounds: what is compared is of the same round."""

import shutil
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from tests.benchmarks.postgres import data
from tests.benchmarks.postgres.check import State, state
from tests.benchmarks.postgres.measure import Measure, measure
from tests.benchmarks.postgres.roads import Roads
from tests.benchmarks.postgres.servers import Server
from tests.benchmarks.postgres.ways import WAYS, Job
from wizard.model.noun import Noun

COPY = "shop"
"""The database on the target."""


class Setting(Noun, frozen=True, kw_only=True):
    """A data set, and the round trip of the roads in milliseconds (0: plain loopback)."""

    data: data.Name
    milliseconds: float

    @property
    def words(self) -> str:
        """As it is shown."""
        road = f"{self.milliseconds:g} ms round trip on both roads" if self.milliseconds else "loopback"
        return f"data set {self.data}, {road}"


class Rounds(Noun, frozen=True, kw_only=True):
    """All runs of one setting, round by round, and the `select 1` measured beforehand (ms, by side)."""

    setting: Setting
    round_trips: dict[str, float]
    rounds: list[list[Measure]]


def compare(
    setting: Setting,
    ways: list[str],
    count: int,
    job: Callable[[Path], Job],
    *,
    source: Server,
    target: Server,
    roads: Roads,
    expected: State,
    folder: Path,
    show: Callable[[str], None],
) -> Rounds:
    """Run `ways` `count` times, each round beginning with another one.

    Args:
        job: makes what a way needs from its own, empty folder.
        show: gets a line when a run has ended.
    """
    trips = roads.round_trips(setting.data)
    show(f"select 1: source {trips['source']:.1f} ms, target {trips['target']:.1f} ms")
    rounds: list[list[Measure]] = []
    for number in range(count):
        turn = number % len(ways)
        done: list[Measure] = []
        for way in ways[turn:] + ways[:turn]:
            if not roads.tunnel.alive:
                roads.tunnel.start()
            own = folder / "tool"
            shutil.rmtree(own, ignore_errors=True)
            own.mkdir(mode=0o700)
            target.fresh(COPY)
            source.sql("CHECKPOINT")
            one = measure(way, WAYS[way](job(own)), own, source, target, roads)
            one = replace(one, wrong=one.wrong + expected.differences(state(target, COPY)))
            done.append(one)
            said = f"WRONG: {'; '.join(one.wrong)[:1500]}" if one.wrong else "same as the source"
            show(f"round {number + 1}, {way}: {one.wall:.1f} s, {said}")
        rounds.append(done)
    target.sql(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
    return Rounds(setting=setting, round_trips=trips, rounds=rounds)
