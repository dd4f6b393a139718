"""Run as a program: one reading of the inventory, as the wizard makes it. Reads `hosts` and `token` as JSON
from stdin; prints one JSON object: seconds, cpu, calls, peak and base memory in bytes, counts."""

import asyncio
import json
import resource
import sys
import time

from providers.heroku.client import CONCURRENT, Client
from providers.heroku.source import HerokuSource
from wizard.model.secret import Secret


async def main() -> None:
    """Read, and tell."""
    given = json.load(sys.stdin)
    concurrent = int(sys.argv[1]) if len(sys.argv) > 1 else CONCURRENT
    client = Client(given["hosts"], Secret(given["token"]), concurrent=concurrent)
    source = HerokuSource(client)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    begun, cpu = time.monotonic(), time.process_time()
    system = await source.read(lambda progress: None)
    seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    await source.close()
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": cpu,
                "calls": client.calls,
                "base": base,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "apps": len(system.apps),
                "add_ons": len(system.add_ons),
                "config_vars": sum(len(app.config) for app in system.apps),
                "unread": sorted({what for app in system.apps for what in app.unread}),
            }
        )
    )


asyncio.run(main())
