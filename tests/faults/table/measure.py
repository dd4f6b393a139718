"""Run the tests of a row, and read what they recorded."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.faults.table.row import Row

LONGEST = 900
"""Seconds that one test may take with the numbers of CI: some of them are marked slow."""

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Measured:
    """What the tests of a row recorded."""

    trials: int
    failures: int
    figures: tuple[str, ...]
    seeds: tuple[str, ...]
    skipped: tuple[str, ...]
    """Why tests were skipped, each reason once."""
    seconds: float
    said: str
    """The end of pytest's output when something failed, else empty."""


def measure(row: Row, how_many: str, seed: str | None) -> Measured:
    """Run the row's tests. `how_many` is `ci`, `full` or a number; with the numbers of CI each test has a
    limit of time, else none."""
    environment = {**os.environ, "OFFRAMP_TRIALS": how_many}
    if seed is not None:
        environment["OFFRAMP_SEED"] = seed
    with tempfile.TemporaryDirectory(prefix="or-table-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"]
        command += ["-m", "slow or not slow", f"--junitxml={report}", "-o", "junit_family=xunit1"]
        command += ["-o", f"timeout={LONGEST if how_many == 'ci' else 0}"]
        began = time.monotonic()
        done = subprocess.run(
            [*command, *row.tests], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        seconds = time.monotonic() - began
        tree = ElementTree.parse(report) if report.exists() else None
    cases = [] if tree is None else list(tree.iter("testcase"))
    return _read(cases, done, seconds)


def _read(
    cases: list[ElementTree.Element], done: subprocess.CompletedProcess[str], seconds: float
) -> Measured:
    trials = failures = 0
    figures, seeds, skipped = list[str](), list[str](), list[str]()
    for case in cases:
        told = [(item.get("name", ""), item.get("value", "")) for item in case.iter("property")]
        skip = case.find("skipped")
        if skip is not None:
            skipped.append(skip.get("message", "no reason"))
            continue
        # A test that counts nothing is one trial.
        trials += sum(int(value) for name, value in told if name == "trials") or 1
        failed = sum(int(value) for name, value in told if name == "failures")
        broken = case.find("failure") is not None or case.find("error") is not None
        failures += max(failed, int(broken))
        figures += [value for name, value in told if name == "figure"]
        seeds += [value for name, value in told if name == "seed"]
    if done.returncode and not failures:
        failures = 1
    said = _of_interest((done.stdout + done.stderr).splitlines()) if failures else ""
    return Measured(
        trials, failures, tuple(figures), tuple(seeds), tuple(dict.fromkeys(skipped)), seconds, said
    )


def _of_interest(lines: list[str]) -> str:
    """What failed, and the end of all that was said."""
    return "\n".join([*(line for line in lines if line.startswith("E ")), "", *lines[-60:]])
