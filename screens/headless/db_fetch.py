"""`offramp db fetch`: Heroku makes a backup, and that very one is downloaded."""

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from screens.headless.asking import want_consent
from screens.headless.db_capture import Capturing
from screens.headless.db_heroku import HerokuAccess
from screens.headless.db_part import Part
from screens.headless.db_transfer import TransferProgress, TransferWatch, transfer_watch
from screens.headless.db_voice import Voice
from screens.headless.db_work import Broken, run_watched
from screens.headless.exit_codes import DONE, INTERRUPTED
from screens.quantities import size
from wizard.backups import AttachedDatabase, Backup, Dump
from wizard.database.control import Control
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble

STDOUT = "-"


class FetchOptions(Noun, frozen=True, kw_only=True):
    """The command line of `db fetch`, but for the app and its databases."""

    output: str | None
    latest: bool
    start_over: bool
    yes: bool
    json: bool


def fetch(app: str, names: Sequence[str], options: FetchOptions) -> int:
    """Fetch backups; see `offramp db fetch --help`."""
    output, json = options.output, options.json
    data = output == STDOUT
    _want_sense(names, output, json)
    voice = Voice(json=json, data=data)
    with contextlib.closing(HerokuAccess()) as heroku:
        databases: dict[str, AttachedDatabase] = {}
        wanted: Sequence[str | None] = names or [None]
        for name in wanted:
            database = heroku.find(app, name)
            databases[database.add_on_id] = database
        if len(databases) > 1 and output and not Path(output).is_dir():
            raise Trouble(
                f"{len(databases)} databases do not go into one file.",
                untouched="Nothing was done.",
                remedy="Name a folder that is there with --output, or leave it out.",
                code="usage",
            )
        parts = [
            None if data else Part(database, output, start_over=options.start_over)
            for database in databases.values()
        ]
        fetching = [
            _Fetching(voice, heroku, database, part, options=options)
            for database, part in zip(databases.values(), parts, strict=True)
        ]
        to_make = [one.capturing.database for one in fetching if one.backup is None]
        if to_make:
            _ask(voice, heroku, to_make, yes=options.yes)
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
    elif sys.__stdout__ is None:
        # What the shell has closed is not written to, and nobody would hear of it.
        cause = "The standard output is closed."
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
        for words in heroku.wait(heroku.backups.cautions(database)):
            voice.line(f"note  {words}")
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
        options: FetchOptions,
    ) -> None:
        self.capturing = Capturing(heroku, database)
        self._voice = voice
        self._heroku = heroku
        self._part = part
        self._start_over = options.start_over
        self.backup = self._begun_before()
        if self.backup is None and options.latest:
            self.backup = self.capturing.newest()
            voice.line(self.capturing.age_words(self.backup))

    def _begun_before(self) -> Backup | None:
        note = self._part.note if self._part and not self._start_over else None
        if note is None:
            return None
        found = self.capturing.noted(note.transfer, note.after)
        if found is not None:
            age = self.capturing.age(found)
            self._voice.line(
                f"An earlier command began with the backup {found.name} ({age}): it goes on with that."
                " (With --start-over a new one is made.)"
            )
        return found

    def run(self) -> None:
        """Make the backup if need be, and download it. Raises Trouble, Broken."""
        control = Control()
        with (
            self._part.held() if self._part else contextlib.nullcontext(),
            transfer_watch(self._voice) as watch,
        ):
            done = run_watched(lambda: self._fetch(control, watch), control, say=watch.say, keys={})
        self._voice.line(f"{done}.")

    def stopped_words(self) -> str:
        """What is true after a stop."""
        if self._part is None:
            return "Stopped. What was written to standard output is not the whole dump."
        return "Stopped. The same command goes on with the same backup, where it stopped."

    def _fetch(self, control: Control, watch: TransferWatch) -> str:
        if self._part and self._start_over:
            self._part.forget()
        try:
            backup = self._followed(control, watch.report)
        except Trouble as trouble:
            if self._part and not trouble.retry:
                # Nothing comes of this backup; the next command has a new one made.
                self._part.forget()
            raise
        self._voice.event(
            "backup",
            name=backup.name,
            database=self.capturing.database.name,
            bytes=backup.bytes,
            made_at=backup.made_at,
            begun_before=self.backup is not None,
        )
        dump = self._heroku.backups.dump(self.capturing.database, backup)
        watch.why = lambda: dump.waiting_for
        if self._part is None:
            return self._to_stdout(dump, backup, control, watch.report)
        done = self._part.download(dump, backup, self._heroku, control, watch.report)
        held = done.stat().st_size
        self._voice.event("file", path=str(done), bytes=held)
        return f"{done}: {size(held)}, the backup {backup.name} of {self.capturing.database.add_on}"

    def _followed(self, control: Control, report: Callable[[TransferProgress], None]) -> Backup:
        """The backup, done. Raises Trouble, Stopped."""
        backup = self.backup
        if backup is None:
            report(TransferProgress(phase="ask", bytes=0, total=None))
            after = self.capturing.last_number()
            if self._part:
                self._part.intend(after)
            backup = self.capturing.capture(after)
        if self._part:
            self._part.began(backup)
        return self.capturing.follow(backup, control, report)

    def _to_stdout(
        self, dump: Dump, backup: Backup, control: Control, report: Callable[[TransferProgress], None]
    ) -> str:
        written = 0
        report(TransferProgress(phase="download", bytes=0, total=None))
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
        except OSError as error:
            raise Trouble(
                f"The standard output cannot be written to after {size(written)}: {error.strerror}.",
                untouched="The backup stays on Heroku. What was written is not the whole dump.",
                remedy="Make room or write elsewhere, then run it again; --latest uses the same backup.",
                code="file-unwritable",
            ) from error
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
