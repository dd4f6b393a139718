"""A world that stands still: one moment on the wall clock, one person, and nothing at random."""

import datetime
import getpass
import itertools
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from textual._compositor import Compositor

from screens.lean_wire import LeanCompositor

NOW = datetime.datetime(2026, 11, 30, 14, 2, 11, tzinfo=datetime.UTC)
"""What the clock says in every picture."""


class _Still(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "_Still":
        moment = NOW if tz is None else NOW.astimezone(tz)
        return cls.fromtimestamp(moment.timestamp(), tz)


def _no_terminal(descriptor: int) -> str:
    raise OSError(f"{descriptor} is no terminal")


def stand_still(patch: pytest.MonkeyPatch) -> None:
    """Stop the clock for all of Offramp that is loaded, and let ada sit here. Durations go on."""
    patch.setattr(getpass, "getuser", lambda: "ada")
    patch.setattr(os, "ttyname", _no_terminal)
    patch.setattr(time, "time", NOW.timestamp)
    number = itertools.count(0x2A10)
    patch.setattr(secrets, "token_hex", lambda size=4: f"{next(number):0{2 * size}x}"[: 2 * size])
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("screens", "wizard") and (
            getattr(module, "datetime", None) is datetime.datetime
        ):
            patch.setattr(module, "datetime", _Still)


def draw_only_pictures(patch: pytest.MonkeyPatch) -> None:
    """Draw nothing for a terminal that is not there, a third of all work: pictures are drawn when taken."""

    def nothing(
        compositor: Compositor,
        full: bool = False,
        screen_stack: list[Any] | None = None,
        simplify: bool = False,
    ) -> None:
        compositor._dirty_regions.clear()

    for kind in (Compositor, LeanCompositor):
        patch.setattr(kind, "render_update", nothing)


def touched(file: Path, seconds_ago: float) -> None:
    """Let `file` have been written to so long ago."""
    at = NOW.timestamp() - seconds_ago
    os.utime(file, (at, at))
