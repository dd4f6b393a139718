"""Run as a program: read the inventory of whoever answers at the address given, and print how it ended and
the most memory that this process had, in MiB (Linux)."""

import asyncio
import json
import sys
from pathlib import Path

from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


async def main() -> None:
    """Read, and tell."""
    hosts = dict.fromkeys(("api", "data", "particleboard", "metrics", "kolkrabbi", "dataclips"), sys.argv[1])
    source = HerokuSource(Client(hosts, Secret("HRKU-0123456789-abcdef"), seconds=5.0))
    try:
        system = await source.read(lambda progress: None)
        ended = f"a system of {len(system.apps)} apps"
    except Trouble as trouble:
        ended = trouble.code
    # Not getrusage: that remembers what the process weighed that this one was started by.
    status = Path("/proc/self/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
    print(json.dumps({"ended": ended, "peak": peak / 1024}))


asyncio.run(main())
