"""Backups as the `db` commands ask Heroku for them, from a thread."""

from collections.abc import Callable
from datetime import UTC, datetime

from screens.headless.db_heroku import HerokuAccess
from screens.headless.db_transfer import TransferProgress
from screens.quantities import duration
from wizard.backups import AttachedDatabase, Backup
from wizard.database.control import Control
from wizard.model.text import clean
from wizard.model.trouble import Trouble


class Capturing:
    """The backups of one database. All methods block, and raise Trouble."""

    def __init__(self, heroku: HerokuAccess, database: AttachedDatabase) -> None:
        self.database = database
        self._heroku = heroku

    def last_number(self) -> int:
        """See `Backups.last_number`."""
        return self._heroku.wait(self._heroku.backups.last_number(self.database))

    def capture(self, after: int) -> Backup:
        """Have one made; see `Backups.capture`."""
        return self._heroku.wait(self._heroku.backups.capture(self.database, after), seconds=300)

    def noted(self, transfer: str, after: int) -> Backup | None:
        """The backup that an earlier command began, by its id or, when it never learned that, by what has
        begun since; None when there is none that can still become something."""
        backups = self._heroku.backups
        if transfer:
            found = self._heroku.wait(backups.find(self.database, transfer))
        else:
            found = self._heroku.wait(backups.begun_after(self.database, after))
        return None if found is None or found.state == "failed" else found

    def newest(self) -> Backup:
        """The newest that is done; raises Trouble when there is none."""
        found = self._heroku.wait(self._heroku.backups.newest(self.database))
        if found is None:
            raise Trouble(
                f"Heroku has no finished backup of {self.database.add_on}.",
                untouched="Nothing was done.",
                remedy="Leave --latest out: then one is made.",
                code="no-backup",
            )
        return found

    def age_words(self, backup: Backup) -> str:
        """How old a backup is, in a sentence."""
        return f"The newest backup of {self.database.add_on} is {backup.name}, {self.age(backup)}."

    def age(self, backup: Backup) -> str:
        """When a backup was made, and how long ago that is; one that is not done was begun then."""
        moment = _moment(backup.made_at)
        age = f", {duration((datetime.now(UTC) - moment).total_seconds())} old" if moment else ""
        return f"{'begun' if backup.state == 'running' else 'made'} {clean(backup.made_at, limit=40)}{age}"

    def follow(self, backup: Backup, control: Control, report: Callable[[TransferProgress], None]) -> Backup:
        """Wait until it is done. Raises Stopped when `control` is told to."""

        def told(seen: Backup) -> None:
            if seen.state == "running":
                report(TransferProgress(phase="capture", bytes=seen.bytes, total=None))

        return self._heroku.stoppable(self._heroku.backups.follow(self.database, backup.id, told), control)


def _moment(text: str) -> datetime | None:
    """The data API's form ("2026-11-21 14:31:08 +0000") or ISO 8601; None for anything else."""
    for known in ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            found = datetime.strptime(text, known)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
