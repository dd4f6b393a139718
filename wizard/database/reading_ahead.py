"""Has a source's schema described while a person still reads what will happen."""

import threading
from collections.abc import Callable

from wizard.database.control import Stopped
from wizard.database.preparation import Ahead
from wizard.model.trouble import Trouble


class ReadingAhead:
    """Describes from its beginning on, in a thread.

    Args:
        describe: `Move.read_ahead`.
    """

    def __init__(self, describe: Callable[[], Ahead]) -> None:
        self._describe = describe
        self._found: Ahead | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="offramp-ahead", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._found = self._describe()
        except BaseException as error:  # noqa: BLE001 - raised again where the answer is wanted
            self._error = error

    def result(self) -> Ahead | None:
        """Wait for it. None where it could not be described for a reason that may pass: then the copy does
        it, and waits as it does for everything.

        Raises:
            Trouble: the schema cannot be described.
        """
        self._thread.join()
        if isinstance(self._error, Stopped) or (isinstance(self._error, Trouble) and self._error.retry):
            return None
        if self._error is not None:
            raise self._error
        return self._found
