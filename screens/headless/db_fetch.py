"""`offramp db fetch`: Heroku makes a backup, and that very one is downloaded."""

import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from screens.headless.asking import want_consent
from screens.headless.db_capture import Capturing
from screens.headless.db_heroku import HerokuAccess
from screens.headless.db_part import Part
from screens.headless.db_transfer import TransferProgress, transfer_watch
from screens.headless.db_voice import Voice
from screens.headless.db_work import Broken, run_watched
from screens.headless.exit_codes import DONE, INTERRUPTED
from screens.quantities import size
from wizard.backups import AttachedDatabase, Backup
from wizard.database.control import Control
from wizard.model.trouble import Trouble

T = TypeVar("T")

STDOUT = "-"


def fetch(app: str, names: Sequence[str], *, output: str | None, latest: bool, yes: bool, json: bool) -> int:
    """Fetch backups; see `offramp db fetch --help`."""
    data = output == STDOUT
    _want_sense(names, output, json)
    voice = Voice(json=json, data=data)
    with contextlib.closing(HerokuAccess()) as heroku:
        databases: dict[str, AttachedDatabase] = {}
        wanted: Sequence[str | None] = names or [None]
        for name in wanted:
            database = heroku.find(app, name)
            databases[database.add_on_id] = database
        parts = [None if data else Part(database, output) for database in databases.values()]
        fetching = [
            _Fetching(voice, heroku, database, part, latest=latest)
            for database, part in zip(databases.values(), parts, strict=True)
        ]
        to_make = [one.capturing.database for one in fetching if one.backup is None]
        if to_make:
            _ask(voice, heroku, to_make, yes=yes)
        for one in fetching:
            try:
                one.run()
            except Broken:
                voice.line(one.stopped_words())
                voice.event("stopped", text=one.stopped_words())
                return INTERRUPTED
    return DONE


def _want_sense(names: Sequence[str], output: str | None, json: bool) -> None:
    if output != STDOUT:
        return
    cause = ""
    if json:
        cause = "--json and a dump cannot both go to standard output."
    elif len(names) > 1:
        cause = "Only one database can go to standard output."
    elif sys.stdout.isatty():
        cause = "The standard output is a terminal, and a dump is no text."
    if cause:
        raise Trouble(
            cause,
            untouched="Nothing was done.",
            remedy="Name a file or a folder with --output.",
            code="usage",
        )


def _ask(voice: Voice, heroku: HerokuAccess, databases: Sequence[AttachedDatabase], *, yes: bool) -> None:
    for database in databases:
        held = heroku.wait(heroku.backups.size(database))
        of = f", of the app {database.owner}" if database.owner != database.app else ""
        voice.line(
            f"from  {database.app}/{database.name}: {database.add_on}, {database.plan}"
            f"{f', {size(held)}' if held else ''}{of}"
        )
    voice.line(
        "Heroku makes a backup of it now, which is kept on Heroku; the database is only read."
        if len(databases) == 1
        else "Heroku makes a backup of each now, which is kept on Heroku; the databases are only read."
    )
    want_consent(databases[0].app, what="begin", yes=yes, out=voice.words)


class _Fetching:
    """One database's backup on its way. `backup` is the one that is downloaded, None while it is to be
    made."""

    def __init__(
        self,
        voice: Voice,
        heroku: HerokuAccess,
        database: AttachedDatabase,
        part: Part | None,
        *,
        latest: bool,
    ) -> None:
        self.capturing = Capturing(heroku, database)
        self._voice = voice
        self._heroku = heroku
        self._part = part
        self.backup = self._begun_before()
        if self.backup is None and latest:
            self.backup = self.capturing.newest()
            voice.line(self.capturing.age_words(self.backup))

    def _begun_before(self) -> Backup | None:
        note = self._part.note if self._part else None
        if note is None:
            return None
        found = self.capturing.noted(note.transfer, note.after)
        if found is None:
            assert self._part is not None
            self._part.forget()
            return None
        self._voice.line(f"An earlier command began with the backup {found.name}: it goes on with that.")
        return found

    def run(self) -> None:
        """Make the backup if need be, and download it. Raises Trouble, Broken."""
        control = Control()
        with (
            self._part.held() if self._part else contextlib.nullcontext(),
            transfer_watch(self._voice) as watch,
        ):
            report = watch.report
            done = run_watched(lambda: self._fetch(control, report), control, say=watch.say, keys={})
        self._voice.line(f"{done}.")

    def stopped_words(self) -> str:
        """What is true after a stop."""
        if self._part is None:
            return "Stopped. What was written to standard output is not the whole dump."
        return "Stopped. The same command goes on with the same backup, where it stopped."

    def _fetch(self, control: Control, report: Callable[[TransferProgress], None]) -> str:
        backup = self.backup
        if backup is None:
            after = self.capturing.last_number()
            if self._part:
                self._part.intend(after)
            backup = self.capturing.capture(after)
        if self._part:
            self._part.began(backup)
        backup = self.capturing.follow(backup, control, report)
        self._voice.event(
            "backup", name=backup.name, database=self.capturing.database.name, bytes=backup.bytes
        )
        dump = self._heroku.backups.dump(self.capturing.database, backup)
        if self._part is None:
            return self._to_stdout(backup, control, report)
        done = self._part.download(dump, backup, self._heroku, control, report)
        held = done.stat().st_size
        self._voice.event("file", path=str(done), bytes=held)
        return f"{done}: {size(held)}, the backup {backup.name} of {self.capturing.database.add_on}"

    def _to_stdout(self, backup: Backup, control: Control, report: Callable[[TransferProgress], None]) -> str:
        dump = self._heroku.backups.dump(self.capturing.database, backup)
        written = 0
        try:
            for piece in self._heroku.stream(dump.pieces(), control):
                if not written:
                    want_dump(piece)
                sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
                written += len(piece)
                report(TransferProgress(phase="download", bytes=written, total=dump.total))
        except BrokenPipeError:
            raise Trouble(
                f"Who reads the dump ended after {size(written)}, before the whole of it was written.",
                untouched="The backup stays on Heroku.",
                remedy="See what that command says, then run both again; --latest uses the same backup.",
                code="reader-gone",
            ) from None
        return f"{size(written)} written, the backup {backup.name} of {self.capturing.database.add_on}"


def want_dump(begin: bytes) -> None:
    """Raises Trouble unless the bytes begin a dump in custom format."""
    if not begin.startswith(b"PGDMP"[: len(begin)]):
        raise Trouble(
            "What Heroku's store gives is no dump in custom format.",
            untouched="Nothing of it was kept.",
            remedy="Look whether a proxy or a sign-in page of the network stands in between, then try again.",
            code="not-a-dump",
        )
