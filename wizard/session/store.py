"""A migration that can be left and taken up again: one folder, one SQLite file, saved at every answer.

What stages write are typed parts. A session holds references to credentials, never values.
"""

import contextlib
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import field

from wizard.model.noun import Noun, decode, encode
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.session.database import Database
from wizard.session.formats import Forward, brought_forward, format_of, marked, newer
from wizard.session.lock import Holder, Lock
from wizard.session.places import private_folder, sessions_folder

T = TypeVar("T")


_NOBODY = Holder(pid=0, terminal="", since="0000-00-00T00:00:00")

_TURNS = 20
"""How often a claim tries while others come and go; each ends within microseconds."""


class Part(Generic[T]):
    """A named, typed part of a session. `number` is its format: it goes up when a later version could not
    read what an earlier one wrote, or the other way round; `steps` lead from each earlier format to the next
    (see `formats`)."""

    def __init__(
        self, name: str, kind: type[T], *, number: int = 1, steps: Mapping[int, Forward] | None = None
    ) -> None:
        self.name = name
        self.kind = kind
        self.number = number
        self.steps = steps or {}


class SessionInfo(Noun, frozen=True, kw_only=True):
    """What a session is. `hosts` says where vendors are reached when not at their own addresses."""

    id: str
    name: str
    created_at: str
    demo: bool = False
    source: str = "heroku"
    hosts: dict[str, dict[str, str]] = field(default_factory=dict)


INFO = Part("info", SessionInfo)


class Session:
    """An open session. Many may read; `claim` says whether this process may write answers."""

    def __init__(self, folder: Path) -> None:
        """Open the session in `folder`; raises Trouble when there is none or it cannot be read."""
        file = folder / "session.sqlite3"
        if not file.is_file():
            raise Trouble(
                f"There is no session {clean(folder.name)}.",
                remedy="`offramp sessions` lists those there are.",
                code="no-such-session",
            )
        self.folder = folder
        self.database = Database(file)
        self.edit_lock = Lock(folder / "edit.lock")
        self.turn_lock = Lock(folder / "turn.lock")
        """Held by whoever is next: it asks for the session (see `handover`), or is just taking it."""
        # Nouns do not change, so what was decoded serves as long as the text is the same: a screen asks for
        # the inventory of a large account many times a second.
        self._decoded: dict[str, tuple[str, Any]] = {}
        # And as long as nothing at all was written, not even the text has to be fetched.
        self._fresh: dict[str, Any] = {}
        self._stamp: tuple[int, int] | None = None
        self.worker_lock_file = folder / "worker.lock"
        info = self.load(INFO)
        if info is None:
            raise Trouble(
                f"The session in {folder} was never finished being made.",
                remedy="Delete its folder and make a new one.",
                code="session-empty",
            )
        self.info: SessionInfo = info

    @property
    def id(self) -> str:
        return self.info.id

    @property
    def name(self) -> str:
        return self.info.name

    def claim(self) -> Holder | None:
        """Take the right to write answers. None when this process has it now, else who has it, or who is
        next: a session that somebody asked for is not taken by a third."""
        for _ in range(_TURNS):
            if self.edit_lock.held:
                return None
            holder = self.edit_lock.holder()
            if holder is not None:
                return holder
            if self.turn_lock.held:
                # This process asked for it; `handover` takes it, and says so in the journal.
                return _NOBODY
            if self.turn_lock.take():
                try:
                    self.edit_lock.take()
                finally:
                    self.turn_lock.release()
            elif (holder := self.turn_lock.holder()) is not None:
                return holder
        return _NOBODY

    @property
    def claimed(self) -> bool:
        """Whether this process may write answers."""
        return self.edit_lock.held

    def load(self, part: Part[T]) -> T | None:
        """The part as it was saved last, None when it never was."""
        stamp = self.database.stamp()
        if stamp != self._stamp:
            self._fresh, self._stamp = {}, stamp
        if part.name not in self._fresh:
            self._fresh[part.name] = self._load(part)
        value: T | None = self._fresh[part.name]
        return value

    def _load(self, part: Part[T]) -> T | None:
        rows = self.database.read("SELECT value FROM part WHERE name = ?", part.name)
        if not rows:
            return None
        text = str(rows[0][0])
        known = self._decoded.get(part.name)
        if known is None or known[0] != text:
            what = f"the {part.name} of session {self.folder.name}"
            if (has := format_of(text)) > part.number:
                raise newer(what.capitalize(), has=has, reads=part.number, by=self.database.made_by())
            now = brought_forward(text, part.number, part.steps)
            known = self._decoded[part.name] = (text, decode(now, part.kind, what=what))
        value: T = known[1]
        return value

    def save(self, part: Part[T], value: T) -> None:
        """Write a part; it is on the disk when this returns."""
        with self.database.change() as change:
            change.execute(
                "INSERT INTO part (name, value, saved_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
                " SET value = excluded.value, saved_at = excluded.saved_at",
                (
                    part.name,
                    marked(encode(value), part.number),
                    datetime.now(UTC).isoformat(timespec="milliseconds"),
                ),
            )

    def drop(self, *parts: Part[T]) -> None:
        """Forget parts: what was decided before them has changed."""
        with self.database.change() as change:
            for part in parts:
                change.execute("DELETE FROM part WHERE name = ?", (part.name,))

    def saved_at(self, part: Part[T]) -> str | None:
        """When the part was saved last (UTC, ISO 8601)."""
        rows = self.database.read("SELECT saved_at FROM part WHERE name = ?", part.name)
        return str(rows[0][0]) if rows else None

    def touched_at(self) -> str | None:
        """When an answer was saved or something happened last (UTC, ISO 8601). The file's own time does not
        say it: what is written stands beside it for long, and is moved into it by whoever reads."""
        said = "SELECT max(saved_at) FROM part UNION ALL SELECT max(at) FROM event"
        return max((str(at) for (at,) in self.database.read(said) if at is not None), default=None)

    def rename(self, name: str) -> None:
        """Give the session another name; its id stays."""
        changed = msgspec.structs.replace(self.info, name=_spoken(name) or self.info.name)
        self.save(INFO, changed)
        self.info = changed

    def close(self) -> None:
        """Close the file and give the claim back."""
        self.turn_lock.release()
        self.edit_lock.release()
        self.database.close()


def create(
    name: str,
    *,
    demo: bool = False,
    hosts: dict[str, dict[str, str]] | None = None,
    parent: Path | None = None,
) -> Session:
    """Make a session, saved before this returns.

    Raises:
        Trouble: it cannot be written; nothing of it is left behind.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].rstrip("-") or "migration"
    identity = f"{slug}-{secrets.token_hex(2)}"
    folder = private_folder((parent or sessions_folder()) / identity)
    info = SessionInfo(
        id=identity,
        name=_spoken(name) or slug,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        demo=demo,
        hosts=hosts or {},
    )
    try:
        database = Database(folder / "session.sqlite3")
        try:
            with database.change() as change:
                change.execute(
                    "INSERT INTO part (name, value, saved_at) VALUES (?, ?, ?)",
                    (INFO.name, encode(info), info.created_at),
                )
        finally:
            database.close()
        return Session(folder)
    except Trouble:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _spoken(name: str) -> str:
    """A name that can be typed: it is the word at the gates."""
    return " ".join(clean(name, limit=80).split())


def find(identity: str, *, parent: Path | None = None) -> Session:
    """Open a session by its id, or by its name when only one has it.

    Raises:
        Trouble: there is none, or the name is that of several.
    """
    folder = parent or sessions_folder()
    # An id from the command line is a name in our folder, never a path.
    if re.fullmatch(r"[a-z0-9-]{1,60}", identity) and (folder / identity / "session.sqlite3").is_file():
        return Session(folder / identity)
    named = [
        path for path, info in infos(parent=folder) if isinstance(info, SessionInfo) and info.name == identity
    ]
    if len(named) == 1:
        return Session(named[0])
    if named:
        raise Trouble(
            f"{len(named)} sessions are called {clean(identity)}.",
            remedy="Name one by its id: " + ", ".join(path.name for path in named) + ".",
            code="session-ambiguous",
        )
    raise Trouble(
        f"There is no session {clean(identity)}.",
        remedy="`offramp sessions` lists those there are.",
        code="no-such-session",
    )


def infos(*, parent: Path | None = None) -> Iterator[tuple[Path, SessionInfo | Trouble]]:
    """Every session's folder with what it is, or with what is wrong with it; newest first."""
    folder = parent or sessions_folder()
    found = []
    for path in folder.iterdir():
        # One that is being deleted at this moment is not there any more.
        with contextlib.suppress(OSError):
            found.append(((path / "session.sqlite3").stat().st_mtime, path))
    for _, path in sorted(found, reverse=True):
        try:
            session = Session(path)
        except Trouble as trouble:
            yield path, trouble
        else:
            yield path, session.info
            session.close()


def delete(session: Session) -> None:
    """Delete a session's folder. The caller has asked.

    Raises:
        Trouble: a worker runs, or another Offramp writes in it.
    """
    worker = Lock(session.worker_lock_file)
    free = worker.take()
    try:
        # Both are held until the folder is gone: nobody starts anything in it meanwhile.
        holder = session.claim() if free else worker.holder()
        if holder is not None or not free:
            raise Trouble(
                f"{session.name} is in use by {holder.words() if holder else 'another process'}.",
                untouched="Nothing was deleted.",
                remedy="Stop it there first.",
                code="session-busy",
            )
        folder = session.folder
        session.database.close()
        try:
            # First the file that makes it a session: a deletion that breaks off leaves none behind.
            (folder / "session.sqlite3").unlink(missing_ok=True)
            shutil.rmtree(folder)
        except OSError as error:
            raise Trouble(
                f"The folder {folder} cannot be deleted: {error.strerror}.",
                untouched="The session itself is gone.",
                remedy="Delete the folder yourself.",
                code="session-undeletable",
            ) from error
        session.close()
    finally:
        worker.release()
