"""Run as a program: a Heroku on loopback with a generated system, every answer late by a fixed latency.

    python -m tests.benchmarks.heroku.serve FOLDER --apps 200 --latency 0.08

Prints a JSON object a line: first `hosts` and `token`, then one for each line that it reads, which fills the
bucket of requests again: what was asked since (`asked`: paths), `refused`: how many 429, and its own `cpu`
seconds. Ends with stdin.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from providers.sandbox.faults import Faults, Rule
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.routes.gate import Bucket
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.tls import Certificates


class Late(Faults):
    """Makes every answer late, and remembers what was asked for."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._late = Rule(kind="slow", count=None, params={"seconds": seconds})

    def take(self, method: str, path: str) -> Rule | None:
        self.asked.append(path)
        return self._late


class Counting(Bucket):
    """Heroku's bucket, and how often it refused."""

    refused = 0

    def take(self) -> bool:
        taken = super().take()
        self.refused += not taken
        return taken

    def fill(self, level: int | None = None) -> None:
        self._level = float(self.size if level is None else level)
        self.refused = 0


def tell(**what: Any) -> None:
    """One line for whoever started this."""
    print(json.dumps(what), flush=True)


async def main() -> None:
    """Serve until stdin ends."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--apps", type=int, default=200)
    parser.add_argument("--latency", type=float, default=0.08, help="seconds before each answer")
    parser.add_argument("--bucket", type=int, default=4_500, help="requests in the bucket at the beginning")
    said = parser.parse_args()
    number = said.apps
    world = generated(
        apps=number,
        pipelines=min(number, max(1, number * 12 // 200)),
        teams=4,
        add_ons=3 * number,
        config_vars=40 * number,
    )
    late = Late(said.latency)
    sandbox = HerokuSandbox(
        said.folder / "heroku", faults=late, certificates=Certificates(said.folder / "tls"), world=world
    )
    bucket = sandbox.bucket = Counting()
    bucket.fill(said.bucket)
    await sandbox.start()
    tell(hosts=sandbox.hosts, token=sandbox.credentials["token"])
    try:
        while await asyncio.to_thread(sys.stdin.readline):
            tell(asked=late.asked, refused=bucket.refused, left=bucket.look(), cpu=time.process_time())
            late.asked = []
            bucket.fill(said.bucket)
    finally:
        await sandbox.stop()


if __name__ == "__main__":
    asyncio.run(main())
