"""A network that freezes: it takes what it is given, as long as it has room for it, and passes nothing on."""

import threading

from tests.faults.carrying_net import CarryingNet, Pair


class FreezingNet(CarryingNet):
    """Freezes once, in the middle of what it carries for a client.

    Args:
        after: bytes of one client after which it freezes.
        whole: whether new connections freeze, too; else those that were there.
    """

    def __init__(self, there: int | str, *, after: int, whole: bool) -> None:
        self._after: float = after
        self._whole = whole
        self._came: dict[Pair, int] = {}
        self._frozen: set[Pair] = set()
        self._flows = threading.Event()
        self._flows.set()
        super().__init__(there)

    @property
    def frozen(self) -> bool:
        return not self._flows.is_set()

    def thaw(self) -> None:
        self._after = float("inf")
        self._flows.set()

    def pass_on(self, data: bytes, pair: Pair, *, from_server: bool) -> None:
        if not from_server:
            self._came[pair] = self._came.get(pair, 0) + len(data)
            if self._came[pair] >= self._after and not self.frozen:
                self._frozen = set(self._pairs)
                self._flows.clear()
        if self._whole or pair in self._frozen:
            self._flows.wait()
        super().pass_on(data, pair, from_server=from_server)

    def close(self) -> None:
        self.thaw()
        super().close()
