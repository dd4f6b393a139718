"""Heroku Scheduler: runs jobs in one-off dynos when their time comes, by a clock that can be sped up."""

import asyncio
import time

from providers.sandbox.heroku.running.platform import Platform
from providers.sandbox.heroku.world.world import App, Job, now


class Scheduler:
    """Ticks until it is cancelled. Maintenance mode does not stop it, nor does scaling to zero.

    Attributes:
        speed: how much faster than the wall clock; 60 runs a 10-minute job every 10 seconds.
    """

    def __init__(self, platform: Platform, *, speed: float = 1.0) -> None:
        self.speed = speed
        self._platform = platform
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look five times a second which jobs are due."""
        seen, clock = time.monotonic(), time.time()
        try:
            while True:
                await asyncio.sleep(0.2)
                moment = time.monotonic()
                before, clock = clock, clock + (moment - seen) * self.speed
                seen = moment
                for app in self._platform.world.apps.values():
                    for job in app.jobs.values():
                        # A job still at work is not started again: sped up, they would pile up.
                        if not job.busy and _is_due(job, before, clock):
                            job.busy = True
                            task = asyncio.create_task(self._start(app, job))
                            self._running.add(task)
                            task.add_done_callback(self._running.discard)
        finally:
            for task in tuple(self._running):
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _start(self, app: App, job: Job) -> None:
        job.ran_at = now()
        try:
            await self._platform.run_job(app, job.command, job.dyno_size)
        finally:
            job.busy = False
        runs = self._platform.world.cron_runs
        key = f"{app.name}: {job.command}"
        runs[key] = runs.get(key, 0) + 1


def _is_due(job: Job, before: float, clock: float) -> bool:
    """Whether a moment at which the job runs lies after `before`, up to `clock` (Unix seconds, UTC)."""
    period, offset = job.every * 60, job.at * 60
    return (clock - offset) // period > (before - offset) // period
