"""Run as a program: the copy of a Redis that kills itself, without a last word, after n batches.

Arguments: the number of batches. The URLs come in the environment.
"""

import itertools
import os
import signal
import sys
from typing import Any

from wizard.database.control import Control
from wizard.database.lanes import Lanes
from wizard.model.secret import Secret
from wizard.stores.redis.carry import Carrier
from wizard.stores.redis.move import RedisMove


def main(number: int) -> None:
    count, carry = itertools.count(1), Carrier.carry

    def dying(*arguments: Any) -> Any:
        answer = carry(*arguments)
        if next(count) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    Carrier.carry = dying  # type: ignore[method-assign]
    RedisMove(
        name="cache",
        store="redis-shaped-1",
        session="s-1",
        source=lambda: Secret(os.environ["SOURCE"]),
        target=lambda: Secret(os.environ["TARGET"]),
        report=lambda progress: None,
        event=lambda text: None,
        control=Control(),
        lanes=Lanes(int(os.environ["LANES"])) if "LANES" in os.environ else None,
    ).copy()


if __name__ == "__main__":
    main(int(sys.argv[1]))
