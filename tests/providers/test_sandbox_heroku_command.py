"""`python -m providers.sandbox.heroku`: what it prints leads Offramp to it."""

import asyncio
import shlex
import sys

from providers.heroku.client import Client
from providers.heroku.hosts import environment_hosts
from providers.heroku.source import HerokuSource
from wizard.model.secret import Secret


async def test_the_line_for_offramp_leads_it_there() -> None:
    served = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "providers.sandbox.heroku", "--apps", "1", "--add-ons", "2", "--config-vars", "8"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert served.stdout is not None
        line = b""
        async with asyncio.timeout(60):
            while not line.startswith(b"For Offramp"):
                line = await served.stdout.readline()
                assert line, "it ended by itself"
            told = shlex.split((await served.stdout.readline()).decode())
        assert told[0] == "export"
        variables = dict(one.split("=", 1) for one in told[1:])
        source = HerokuSource(
            Client(environment_hosts(variables), Secret(variables["HEROKU_API_KEY"], "Heroku token"))
        )
        system = await source.read(lambda progress: None)
        await source.close()
    finally:
        served.terminate()
        await served.wait()
    assert len(system.apps) == 1 and all(app.jobs is not None for app in system.apps)
