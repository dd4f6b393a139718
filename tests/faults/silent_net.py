"""A network that drops connections without a word to the servers."""

from tests.faults.carrying_net import CarryingNet, Pair, hang_up
from tests.wizard.database_servers import PASSWORD, Database
from wizard.model.secret import Secret


class Net(CarryingNet):
    """Carries connections to a database. `drop` cuts the clients' ends only."""

    def __init__(self, there: Database) -> None:
        self.there = there
        self._dropped: set[Pair] = set()
        super().__init__(str(there.server.postgres.socket))

    def url(self, role: str = "app") -> Secret:
        """The database's URL through this net; without TLS, whose own sums would find what a digest must."""
        return Secret(
            f"postgresql://{role}:{PASSWORD}@127.0.0.1:{self.port}/{self.there.name}?sslmode=disable"
        )

    def drop(self) -> None:
        """The servers hear nothing of it, and what they say from here on gets nowhere."""
        with self._lock:
            pairs = list(self._pairs)
            self._dropped.update(pairs)
        for near, _ in pairs:
            hang_up(near)

    def ended(self, pair: Pair) -> None:
        """One that was dropped lives on for its server."""
        near, far = pair
        near.close()
        if pair not in self._dropped:
            far.close()

    def close(self) -> None:
        """Let nobody in any more, and let the servers hear of it."""
        super().close()
        for _, far in self._dropped:
            far.close()
