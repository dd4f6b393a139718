"""When the terminal's bell rings: another window may have it, and the run begins to wait for a person."""

from screens.monitor.status import status
from wizard.run.view import RunView

_FOR = ("at a gate", "failed", "worker gone", "waiting for you")
"""Words of a status that nothing but a person ends."""


class Bell:
    """Rings once for each time that a run begins to wait, and for each token that is about to end."""

    def __init__(self) -> None:
        self._waits = ""
        self._token_ends = ""

    def rings(self, view: RunView) -> bool:
        """Whether it rings for `view`, which has everything that rang before in it, too."""
        now = status(view)
        waits = f"{now.word} {view.run.current}" if now.word.startswith(_FOR) else ""
        ends = view.fresh.expires_at if view.fresh is not None else ""
        fresh = waits not in ("", self._waits) or ends not in ("", self._token_ends)
        self._waits, self._token_ends = waits, ends
        return fresh
