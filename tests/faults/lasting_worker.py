"""A worker whose copy never ends, for screens that come and go: the real one, but for what its steps do.

python -m tests.faults.lasting_worker SESSION_FOLDER
"""

import asyncio
import sys

from tests.screens.a_run import COPY, progress
from wizard.database.control import Stopped
from wizard.model.plan import Evidence, Step
from wizard.run import drive, look, wayback, worker
from wizard.run.context import Context
from wizard.run.kinds.gate import Gate
from wizard.run.kinds.kind import Kind

TICK = 0.05
"""Seconds between two looks of the copy at its figures."""


class AtOnce(Kind):
    """A step that is done as soon as it is begun."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        record = context.journal.steps()[step.key]
        return Evidence(summary="it is there") if record.state in ("intent", "done") else None

    async def do(self, context: Context, step: Step) -> None:
        """Nothing."""


class Endless(AtOnce):
    """A copy that goes on."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        return None

    async def do(self, context: Context, step: Step) -> None:
        """Tell figures that grow, until told to stop."""
        tick = 0
        while not context.control.stopped:
            tick += 1
            context.journal.gauge(COPY, progress(0.1, tick=tick % 170, all_at_work=True))
            if tick % 20 == 0:
                context.journal.event("copy", f"tick {tick}", step=step.key)
            await asyncio.sleep(TICK)
        raise Stopped


class Every(dict[str, type[Kind]]):
    """Whatever kind a plan names."""

    def __missing__(self, name: str) -> type[Kind]:
        return AtOnce


if __name__ == "__main__":
    for module in (drive, look, wayback):
        module.KINDS = Every({"copy": Endless, "gate": Gate})
    sys.exit(worker.main(sys.argv[1:]))
