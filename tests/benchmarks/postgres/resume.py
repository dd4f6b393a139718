"""Offramp's copy, disturbed: the tunnel, the worker and the servers die in the middle of it.

A supervisor does what a migration's own does: it opens the tunnel again at the same port, and starts the
worker again. Nobody answers anything; a run that would have to ask a person is named.
"""

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.postgres import processes
from tests.benchmarks.postgres.check import State, state
from tests.benchmarks.postgres.measure import run as run_program
from tests.benchmarks.postgres.measure import told
from tests.benchmarks.postgres.roads import Roads
from tests.benchmarks.postgres.servers import Server
from tests.benchmarks.postgres.side_by_side import COPY
from tests.benchmarks.postgres.ways import Job, offramp
from wizard.model.noun import Noun

_LONGEST = 3600.0
"""Seconds after which a copy that does not end is ended."""

_MOST_STARTS = 200


class Outcome(Noun, frozen=True, kw_only=True):
    """One copy. `struck` of `planned` blows came before its end, `at` these seconds. `ratio` and `repeated`
    are to the undisturbed run: of the wall time, and of the bytes over the tunnel that were too many.
    `asked`: what a person would have had to answer. `left`: processes that outlived their killed parent by
    5 s. `wrong`: differences of the copy from its source."""

    scenario: str
    planned: int
    struck: int
    at: list[float]
    wall: float
    ratio: float
    tunnel: int
    repeated: float
    starts: int
    left: int
    asked: list[str]
    events: list[str]
    wrong: list[str]


@dataclass
class _Live:
    """The copy that runs now: the worker's process, 0 between two, and what is known of its end."""

    source: Server
    target: Server
    roads: Roads
    chance: random.Random
    pid: int = 0
    killed: set[int] = field(default_factory=set)
    orphans: list[int] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def worker(self) -> int:
        """The worker, as soon as there is one that was not killed yet; 0 when the copy is over."""
        while (not self.pid or self.pid in self.killed) and not self.over.wait(0.02):
            continue
        return 0 if self.over.is_set() else self.pid


def _kill_tunnel(live: _Live) -> bool:
    live.roads.tunnel.kill()
    live.roads.tunnel.start()
    return True


def _kill_worker(live: _Live) -> bool:
    pid = live.worker()
    if not pid:
        return False
    below = processes.tree(pid)[1:]
    live.killed.add(pid)
    os.kill(pid, signal.SIGKILL)
    live.orphans += below
    return True


def _restart(server: Server, number: signal.Signals) -> bool:
    server.stop(number)
    server.start()
    return True


Blow = Callable[[_Live], bool]

SCENARIOS: dict[str, tuple[Blow, bool]] = {
    "tunnel": (_kill_tunnel, True),
    "worker": (_kill_worker, True),
    "source": (lambda live: _restart(live.source, signal.SIGINT), False),
    "target": (lambda live: _restart(live.target, signal.SIGINT), False),
    "crash": (lambda live: _restart(live.target, signal.SIGQUIT), False),
}
"""What is struck, and whether it is struck many times in one run."""

_WORDS = {
    "undisturbed": "undisturbed",
    "tunnel": "ssh killed (SIGKILL)",
    "worker": "worker killed (SIGKILL)",
    "source": "source restarted",
    "target": "target restarted",
    "crash": "target crashed (SIGQUIT)",
}


def run(
    scenarios: list[str],
    job: Callable[[Path], Job],
    *,
    source: Server,
    target: Server,
    roads: Roads,
    expected: State,
    folder: Path,
    seed: int,
    times: int,
    show: Callable[[str], None],
) -> list[Outcome]:
    """One undisturbed copy, then one for each of `scenarios`."""
    done: list[Outcome] = []
    for scenario in ["undisturbed", *scenarios]:
        chance = random.Random(f"{seed} {scenario}")
        blow, moments = None, list[float]()
        if done:
            blow, often = SCENARIOS[scenario]
            share = (0.02, 0.98) if often else (0.3, 0.7)
            moments = sorted(done[0].wall * chance.uniform(*share) for _ in range(times if often else 1))
        own = folder / "tool"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(mode=0o700)
        target.fresh(COPY)
        live = _Live(source=source, target=target, roads=roads, chance=chance)
        one = _once(scenario, live, job(own), blow, moments, done[0] if done else None, expected)
        done.append(one)
        show(f"{_line(one)}")
        for words in one.asked + one.wrong:
            show(f"  {words}")
        if scenario == "undisturbed" and (one.wrong or one.asked):
            break
    target.sql(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
    return done


def _once(
    scenario: str,
    live: _Live,
    job: Job,
    blow: Blow | None,
    moments: list[float],
    undisturbed: Outcome | None,
    expected: State,
) -> Outcome:
    begun = time.monotonic()
    before = live.roads.tunnel.carried()
    struck: list[float] = []
    failed: list[str] = []

    def strike() -> None:
        try:
            for moment in moments:
                if live.over.wait(max(0.0, begun + moment - time.monotonic())):
                    return
                at = time.monotonic() - begun
                if blow is not None and blow(live):
                    struck.append(round(at, 2))
        except (OSError, SystemExit) as error:
            failed.append(f"the supervisor failed: {error}")

    thread = threading.Thread(target=strike, daemon=True)
    thread.start()
    starts, asked, events = _until_done(live, job, begun)
    wall = time.monotonic() - begun
    live.over.set()
    thread.join()
    tunnel = live.roads.tunnel.carried() - before
    return Outcome(
        scenario=scenario,
        planned=len(moments),
        struck=len(struck),
        at=struck,
        wall=wall,
        ratio=wall / undisturbed.wall if undisturbed else 1.0,
        tunnel=tunnel,
        repeated=(tunnel - undisturbed.tunnel) / undisturbed.tunnel if undisturbed else 0.0,
        starts=starts,
        left=_left(live.orphans),
        asked=asked,
        events=events,
        wrong=failed + expected.differences(state(live.target, COPY)),
    )


def _until_done(live: _Live, job: Job, begun: float) -> tuple[int, list[str], list[str]]:
    """Start the worker as often as it is killed: how often that was, what it would have asked, and what it
    told."""
    asked: list[str] = []
    events: list[str] = []
    last = 0

    def started(pid: int) -> None:
        nonlocal last
        last, live.pid = pid or last, pid

    for start in range(1, _MOST_STARTS):
        (step,) = offramp(job, *(["--again"] if start > 1 else []))
        limit = threading.Timer(_LONGEST, lambda: os.kill(live.pid, signal.SIGTERM) if live.pid else None)
        limit.daemon = True
        limit.start()
        ended = run_program(step, job.folder, started)
        limit.cancel()
        for line in told(ended.said):
            events += [line["event"]] if "event" in line else []
            asked += [line["trouble"]] if "trouble" in line else []
        if ended.code == 0:
            return start, asked, events
        if last not in live.killed:
            asked.append(f"the worker ended with {ended.code}: {ended.complaint[-600:]}")
            return start, asked, events
    return _MOST_STARTS, [*asked, f"not done after {time.monotonic() - begun:.0f} s"], events


def _left(orphans: list[int]) -> int:
    """How many of them still run; they had their time to notice."""
    limit = time.monotonic() + 5
    while (left := [pid for pid in orphans if processes.tree(pid)]) and time.monotonic() < limit:
        time.sleep(0.1)
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return len(left)


def _line(one: Outcome) -> str:
    equal = "DIFFERENT" if one.wrong else "equal"
    return (
        f"{_WORDS[one.scenario]:<26}{one.struck:>3} of {one.planned:<3}{one.wall:>8.1f} s{one.ratio:>7.2f}"
        f"{one.tunnel / 1e6:>10.1f} MB{one.repeated:>8.1%}{one.starts:>7}{one.left:>6}{len(one.asked):>7}"
        f"  {equal}"
    )


def table(outcomes: list[Outcome], words: str) -> str:
    """All of them, for people."""
    lines = [
        "",
        f"Offramp, disturbed; {words}",
        f"{'':<26}{'struck':>9}{'wall':>9}{'ratio':>8}{'tunnel':>13}{'twice':>8}{'starts':>7}{'left':>6}"
        f"{'asked':>7}  copy",
        *(_line(one) for one in outcomes),
        "ratio: of the wall time to the undisturbed run; twice: bytes over the tunnel beyond that run's, as",
        "a share of them; left: child processes that outlived a killed worker; asked: what a person would",
        "have been asked; copy: rows, digests, sequences, indexes and foreign keys beside the source's.",
    ]
    for one in outcomes:
        lines += [f"  {_WORDS[one.scenario]}: struck at {', '.join(map(str, one.at))} s"] if one.at else []
        lines += [f"  {_WORDS[one.scenario]}: ASKED {said}" for said in one.asked]
        lines += [f"  {_WORDS[one.scenario]}: WRONG {said}" for said in one.wrong]
    return "\n".join(lines)
