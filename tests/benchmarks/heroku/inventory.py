"""How long the inventory of a large Heroku takes, beside what it cannot be faster than, and beside heroku3.

A generated system (200 apps in 12 pipelines, 4 teams, 600 add-ons, 8,000 config vars by default) stands
behind a latency of 80 ms for each answer, in a process of its own; readers are processes of their own, too.

The bound is what no reader with as many requests under way can be faster than, whatever it is written in:

    the larger of   the chain: the longest row of requests that each need the answer before, measured as a
                    reading of one app with three add-ons at the same latency, when nothing waits for a turn
         and        requests / requests under way x latency
    plus            for requests beyond the 4,500 in Heroku's bucket, 0.8 s each: it refills by 75 a minute
                    (Offramp leaves 60 in it to other programs, which the bound does not)

The requests are those that Offramp sends: pages of 1,000 rows and lists of the whole account are in it. How
many Heroku lets one have under way is nowhere said. A full bucket would allow them all at once, and the chain
alone would be the bound: it is printed, too. Offramp takes CONCURRENT (see providers/heroku/client.py); what
more of them bring shows --under-way.

heroku3 (PyPI) is asked for the same paths one after the other, by its own methods where it has them. With
--serial N only N of them, evenly chosen, and the time of all is worked out from theirs: the table says so.

Nothing is asserted, but the program ends with 1 when Heroku had to refuse a request (429), or a part of the
system was not read. The other figures are for people. Have the machine for yourself while it runs: a reading
takes 6 s of one core, the server 2 s, and where others want the cores, too, each answer comes later than the
latency says.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from providers.heroku.client import CONCURRENT
from providers.heroku.pacing import REFILL_SECONDS

BUCKET = 4_500
ROOT = Path(__file__).resolve().parents[3]


class Reading(NamedTuple):
    """Offramp's row of the table, its wall time in seconds, the paths that it asked for, and how many things
    were wrong."""

    row: tuple[str, ...]
    seconds: float
    asked: list[str]
    wrong: int


class Server:
    """A Heroku of its own process."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child
        self.address = self._line()

    def again(self) -> dict[str, Any]:
        """What was asked since the last time; the bucket is full again."""
        assert self._child.stdin is not None
        self._child.stdin.write("again\n")
        self._child.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise SystemExit("The server of the benchmark ended by itself.")
        found: dict[str, Any] = json.loads(line)
        return found


@contextmanager
def server(apps: int, latency: float, bucket: int = BUCKET) -> Iterator[Server]:
    """A server with so many apps, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="offramp-benchmark-") as folder:
        command = [sys.executable, "-m", "tests.benchmarks.heroku.serve", folder]
        command += ["--apps", str(apps), "--latency", str(latency), "--bucket", str(bucket)]
        child = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        try:
            yield Server(child)
        finally:
            assert child.stdin is not None
            child.stdin.close()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def reader(program: str, given: dict[str, Any], *arguments: str) -> dict[str, Any]:
    """One run of a reading program."""
    command = [sys.executable, "-m", f"tests.benchmarks.heroku.{program}", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    said = subprocess.run(
        command,
        cwd=ROOT,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if said.returncode:
        raise SystemExit(f"{program} failed:\n{said.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return found


def bound(requests: int, concurrent: int, latency: float, chain: float, bucket: int) -> float:
    """Seconds; see the top of the file."""
    return max(chain, requests / concurrent * latency) + max(0, requests - bucket) * REFILL_SECONDS


def thinned(paths: Sequence[str], most: int) -> list[str]:
    """Every so many-th, evenly."""
    if not most or most >= len(paths):
        return list(paths)
    return [paths[number * len(paths) // most] for number in range(most)]


def show(rows: Sequence[tuple[str, ...]]) -> None:
    """A table, columns as wide as they need."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


HEAD = ("reader", "under way", "wall s", "CPU s", "requests", "bound s", "x bound", "429", "peak MiB", "base")


def offramp(heroku: Server, concurrent: int, said: argparse.Namespace, chain: float) -> Reading:
    """The best of some readings, and what is wrong with any of them."""
    best: dict[str, Any] = {}
    refused = wrong = peak = 0
    asked: list[str] = []
    for _ in range(said.rounds):
        one = reader("read_offramp", heroku.address, str(concurrent))
        after = heroku.again()
        asked, refused, peak = after["asked"], refused + after["refused"], max(peak, one["peak"])
        wrong += after["refused"] + len(one["unread"]) + (one["apps"] != said.apps)
        best = one if not best or one["seconds"] < best["seconds"] else best
    seconds = best["seconds"]
    least = bound(best["calls"], concurrent, said.latency, chain, said.bucket)
    row = (
        *("Offramp", str(concurrent), f"{seconds:.2f}", f"{best['cpu']:.2f}", str(best["calls"])),
        *(f"{least:.2f}", f"{seconds / least:.2f}", str(refused)),
        *(f"{peak / 2**20:.0f}", f"{best['base'] / 2**20:.0f}"),
    )
    print(
        f"{best['apps']} apps, {best['add_ons']} add-ons, {best['config_vars']} config vars, "
        f"{said.latency * 1000:.0f} ms, {concurrent} under way: {seconds:.2f} s; the chain {chain:.2f} s"
    )
    return Reading(row, seconds, asked, wrong)


def serially(heroku: Server, fastest: Reading, most: int) -> tuple[str, ...]:
    """heroku3's row of the table."""
    asked = fastest.asked
    paths = thinned(asked, most)
    other = reader("read_heroku3", {**heroku.address, "asked": paths})
    heroku.again()
    share = len(asked) / len(paths)
    seconds = other["seconds"] * share
    print(
        f"Offramp is {seconds / fastest.seconds:.1f} times as fast as heroku3, which has methods for "
        f"{other['methods'] / len(paths):.0%} of the paths"
    )
    part = "" if len(paths) == len(asked) else f" (from {len(paths)} requests)"
    return (
        *(f"heroku3{part}", "1", f"{seconds:.2f}", f"{other['cpu'] * share:.2f}", str(len(asked))),
        *("", "", "", f"{other['peak'] / 2**20:.0f}", ""),
    )


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.heroku.inventory",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--apps", type=int, default=200)
    parser.add_argument("--latency", type=float, default=0.08, help="seconds (0.08)")
    parser.add_argument("--bucket", type=int, default=BUCKET, help="requests in the bucket (4500)")
    parser.add_argument("--rounds", type=int, default=3, help="readings by Offramp for each figure (3)")
    parser.add_argument("--under-way", type=int, nargs="+", default=[CONCURRENT], help="requests at one time")
    parser.add_argument("--serial", type=int, default=0, help="paths that heroku3 is asked for (0: all)")
    parser.add_argument("--no-heroku3", action="store_true")
    said = parser.parse_args()
    with server(1, said.latency) as small:
        chain = min(reader("read_offramp", small.address, "200")["seconds"] for _ in range(2))
    with server(said.apps, said.latency, said.bucket) as heroku:
        readings = [offramp(heroku, concurrent, said, chain) for concurrent in said.under_way]
        rows = [HEAD, *(one.row for one in readings)]
        if not said.no_heroku3:
            rows.append(serially(heroku, min(readings, key=lambda one: one.seconds), said.serial))
        show(rows)
    wrong = any(one.wrong for one in readings)
    if wrong:
        print("Something was refused by the rate limit, or not read.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
