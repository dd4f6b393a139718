"""Run as a program: a whole move that kills itself, without a last word, at its n-th statement.

Arguments: work folder, the number of the statement (0: live to the end), and whether to die before or after
it. The URLs come in the environment. Prints how many statements it sent.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from wizard.database import copy
from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.database.move import Move
from wizard.model.secret import Secret

_COUNT = itertools.count(1)


def main(work: str, number: int, when: str) -> None:
    execute, splice = psycopg.Connection.execute, copy.splice

    def counted(call: Any) -> Any:
        def dying(*arguments: Any, **named: Any) -> Any:
            mine = next(_COUNT) == number
            if mine and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return call(*arguments, **named)
            finally:
                if mine:
                    os.kill(os.getpid(), signal.SIGKILL)

        return dying

    psycopg.Connection.execute = counted(execute)  # type: ignore[method-assign]
    copy.splice = counted(splice)
    whole_move(Path(work))
    print("statements", next(_COUNT), flush=True)


def whole_move(work: Path, at: Callable[[str], None] = lambda method: None) -> None:
    """All passes of a move from $SOURCE to $TARGET. `at` is told each pass before it begins. Prints what it
    tells, and what the proof says."""
    move = Move(
        name="shop",
        session="dying",
        source=lambda: Secret(os.environ["SOURCE"]),
        target=lambda: Secret(os.environ["TARGET"]),
        work=work,
        report=lambda progress: None,
        event=lambda text: print("event", text, flush=True),
        control=Control(),
        part_bytes=1 << 18,
        lanes=Lanes(int(os.environ["LANES"])) if "LANES" in os.environ else None,
    )
    for method in (move.first_copy, move.refresh, move.finish):
        at(method.__name__)
        method()
    at("prove")
    proof = move.prove()
    print("equal" if proof.equal else f"differs {proof.lost}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
