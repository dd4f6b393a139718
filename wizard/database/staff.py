"""Who does the work of a copy: how many workers the servers and the link allow, and the crew of them."""

from collections.abc import Callable

from wizard.database.board import Board
from wizard.database.control import Control
from wizard.database.crew import Crew
from wizard.database.ends import Ends
from wizard.database.pace import BEGIN, BEGIN_FAR, FAR, LEFT_TO_THE_APP, MOST, Pace, room_and_round_trip
from wizard.database.parts import LEAST, LEAST_FAR
from wizard.database.patience import Patience
from wizard.database.snapshot import Snapshot


class Staff:
    """Hires the workers of one move.

    Args:
        workers: how many a person wants; None leaves it to what is measured.
    """

    def __init__(
        self,
        ends: Ends,
        *,
        patience: Patience,
        control: Control,
        board: Board,
        event: Callable[[str], None],
        workers: int | None,
    ) -> None:
        self._ends = ends
        self._patience = patience
        self._control = control
        self._board = board
        self._event = event
        self._workers = workers
        self._pace: Pace | None = None
        self._far = False

    @property
    def wanted(self) -> int:
        """Workers that there should be now. Raises Trouble, Stopped."""
        return self._paced().wanted

    @property
    def part_bytes(self) -> int:
        """The fewest bytes of a part: over a far link each part waits for some round trips. Raises Trouble,
        Stopped."""
        self._paced()
        return LEAST_FAR if self._far else LEAST

    def begin_lines(self) -> None:
        """Begin to open the connections of the workers, where that takes long. Raises Trouble, Stopped."""
        wanted = self._paced().wanted
        if self._far:
            self._ends.begin_lines(wanted)

    def crew(self, snapshot: Snapshot | None) -> Crew:
        """Workers that see `snapshot`; without one they have to do with the target only. Raises
        psycopg.Error."""
        pace = self._paced()
        # A source has few connections, and none of ours should wait in idleness.
        self._patience.let_go()
        if snapshot is not None:
            snapshot.let_go()
        return Crew(
            self._ends, snapshot, control=self._control, board=self._board, pace=pace, event=self._event
        )

    def _paced(self) -> Pace:
        if self._pace is not None:
            return self._pace
        own = f"offramp/{self._ends.session}/"
        there = self._patience.with_source(lambda source: room_and_round_trip(source, own, LEFT_TO_THE_APP))
        here = self._patience.with_target(lambda target: room_and_round_trip(target, own, 1))
        # The snapshot and a question take one each.
        narrow = self._ends.lanes.most
        most = min(there[0] - 2, here[0] - 2, MOST if narrow is None else narrow)
        self._far = max(there[1], here[1]) > FAR
        begin = self._workers or (BEGIN_FAR if self._far else BEGIN)
        self._pace = Pace(begin, most, fixed=self._workers is not None)
        # Of a tunnel that carries few it is told when it opens.
        if most < begin and most != narrow:
            side = "source" if there[0] <= here[0] else "target"
            self._event(
                f"The {side} has few connections free: {self._pace.wanted} worker"
                f"{'s' * (self._pace.wanted != 1)} instead of {begin}."
            )
        return self._pace
