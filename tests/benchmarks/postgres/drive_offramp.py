"""Run as a program: one copy by Offramp's engine, as its run worker makes it, without a session or a screen.

    SOURCE=URL TARGET=URL python drive_offramp.py --work FOLDER [--again] [--proof] [--bare] [--workers N]

Started again it goes on with what is on the target; `--again` says so, and then nothing is read ahead.
Prints a JSON object a line: `phase` and its `seconds`, `event` with its words, `trouble` with its cause. Ends
with 3 when a person would be asked.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wizard.database.control import Control
from wizard.database.move import Move
from wizard.database.progress import CopyProgress
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

SESSION = "benchmark"


def tell(**what: Any) -> None:
    """One line for the benchmark."""
    print(json.dumps(what), flush=True)


class Inside:
    """Adds up how long the engine was in each of its phases, as its own reports tell it: they come twice a
    second, so the figures are no better than that."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last: tuple[str, float] | None = None

    def report(self, progress: CopyProgress) -> None:
        now = time.monotonic()
        if self._last is not None:
            phase, since = self._last
            self.seconds[phase] = self.seconds.get(phase, 0.0) + now - since
        self._last = (progress.phase, now)


def timed(phase: str, do: Callable[[], object]) -> Any:
    """Do it, and tell how long it took."""
    begun = time.monotonic()
    result = do()
    tell(phase=phase, seconds=time.monotonic() - begun)
    return result


def main() -> int:
    """Copy."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--again", action="store_true", help="an earlier one was killed")
    parser.add_argument("--proof", action="store_true", help="compare everything once more at the end")
    parser.add_argument("--bare", action="store_true", help="do not prove each table beside the copy")
    parser.add_argument(
        "--workers", type=int, help="pairs of connections; the engine's own choice if left out"
    )
    given = parser.parse_args()
    more: dict[str, Any] = {} if given.workers is None else {"workers": given.workers}
    inside = Inside()
    move = Move(
        name="shop",
        session=SESSION,
        source=lambda: Secret(os.environ["SOURCE"]),
        target=lambda: Secret(os.environ["TARGET"]),
        work=given.work,
        report=inside.report,
        event=lambda text: tell(event=text),
        control=Control(),
        prove=not given.bare,
        **more,
    )
    try:
        if not given.again:
            # In a migration this happens while the person reads the plan; a worker that is started again has
            # no such time, and mostly no need of it.
            timed("preflight", move.read_ahead)
        timed("first copy", move.first_copy)
        timed("finish", move.finish)
        if given.proof:
            proof = timed("proof", move.prove)
            if not proof.equal:
                tell(trouble=f"the proof fails: {proof.lost}")
                return 3
    except Trouble as trouble:
        tell(trouble=trouble.cause, code=trouble.code)
        return 3
    tell(inside={phase: round(seconds, 1) for phase, seconds in inside.seconds.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
