"""Run as a program: a first copy that kills itself when so many bytes of rows came from the source.

Arguments: work folder, the number of bytes (0: live to the end), bytes of a part (0: the usual). The URLs
come in the environment. Prints how many bytes of rows came, before it dies too.
"""

import os
import signal
import sys
import threading
from pathlib import Path

from wizard.database.control import Control
from wizard.database.move import Move
from wizard.model.secret import Secret


def main(work: str, last: int, part_bytes: int) -> None:
    more = {"part_bytes": part_bytes} if part_bytes else {}
    move = Move(
        name="shop",
        session="dying",
        source=lambda: Secret(os.environ["SOURCE"]),
        target=lambda: Secret(os.environ["TARGET"]),
        work=Path(work),
        report=lambda progress: None,
        event=lambda text: None,
        control=Control(),
        workers=int(os.environ["WORKERS"]),
        **more,
    )
    flow, lock, came = move._board.flow, threading.Lock(), 0

    def counted(key: str, part: int, size: int) -> None:
        nonlocal came
        flow(key, part, size)
        with lock:
            came += size
            if last and came >= last:
                print(came, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)

    move._board.flow = counted  # type: ignore[method-assign]
    assert all(table.equal for table in move.first_copy())
    print(came, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
