"""The screen as a person reads it: its characters, line by line."""

import asyncio
from typing import Any

from textual.app import App
from textual.pilot import Pilot


def seen(app: App[Any]) -> str:
    """The text of the topmost screen, and of what shines through below it."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip()[:width] for strip in lines[:height])


async def settled(pilot: Pilot[Any]) -> None:
    """Until no work is under way and no message waits."""
    await pilot.pause()
    while pilot.app.is_running and any(not worker.is_finished for worker in pilot.app.workers):
        await asyncio.sleep(0.01)
        await pilot.pause()
    await pilot.pause()
