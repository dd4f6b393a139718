"""Run as a program: the copy of a MySQL that kills itself, without a last word, while a table goes over.

Arguments: the table, and a private folder. The URLs come in the environment.
"""

import os
import signal
import sys
from pathlib import Path

from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.model.secret import Secret
from wizard.stores.gauge import Gauge
from wizard.stores.mysql.move import MysqlMove


def main(table: str, work: str) -> None:
    def dying(self: Gauge, part: str, done: int, size: int = 0) -> None:
        if part == table and size > 10_000:
            os.kill(os.getpid(), signal.SIGKILL)

    Gauge.add = dying  # type: ignore[method-assign]
    MysqlMove(
        name="shop",
        store="jawsdb-shaped-1",
        session="s-1",
        source=lambda: Secret(os.environ["SOURCE"]),
        target=lambda: Secret(os.environ["TARGET"]),
        work=Path(work),
        report=lambda progress: None,
        event=lambda text: None,
        control=Control(),
        lanes=Lanes(int(os.environ["LANES"])) if "LANES" in os.environ else None,
    ).copy()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
