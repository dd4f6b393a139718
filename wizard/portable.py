"""A session as a file, for another machine: what was read and decided, and the journal. No secret is in it.

What belongs to this machine stays here: accounts come along by name only, never what gives a token (a command
would be run there, a variable read), nor tunnels, nor who has the session open. What comes in is text from
outside: every string is made safe, every part decoded, and nothing signs in by itself.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec

from wizard.model.noun import Noun, decode, encode
from wizard.model.secret import redact
from wizard.model.text import clean, clean_lines
from wizard.model.trouble import Trouble
from wizard.run.view import view
from wizard.session import formats, parts
from wizard.session.database import VERSION, Database
from wizard.session.lock import Lock
from wizard.session.new_file import write_new_file
from wizard.session.parts import CONNECTIONS, Connections
from wizard.session.places import private_folder, sessions_folder
from wizard.session.store import INFO, Part, Session, SessionInfo
from wizard.told_hosts import told_hosts

LARGEST = 500_000_000
"""Bytes of a file that is read; the journal of a large move has some tens of millions."""

_TEXT_LIMIT = 50_000_000

MOVED: tuple[Part[Any], ...] = (
    INFO,
    parts.CONNECTIONS,
    parts.SYSTEM,
    parts.SYSTEM_BEFORE,
    parts.ANSWERS,
    parts.TARGET,
    parts.MAPPING,
    parts.PREPARED,
    parts.PLAN,
    parts.PREFLIGHT,
)

TABLES = {
    "run": ("id", "plan", "plan_digest", "state", "started_at", "ended_at", "waiting_for", "current"),
    "step": ("run", "key", "state", "attempts", "intent_at", "ended_at", "seconds", "evidence", "trouble"),
    "event": ("seq", "run", "at", "kind", "step", "text", "data"),
    "gauge": ("name", "value", "at"),
    "log": ("seq", "step", "line"),
}
"""What the journal is made of; of a run neither its process nor its heartbeat."""

Cell = str | int | float | None


class Portable(Noun, frozen=True, kw_only=True):
    """The file. `parts` are JSON texts by name; `digest` is of everything but itself."""

    offramp_session: Literal[1]
    written_by: str
    exported_at: str
    file_format: int
    parts: dict[str, str]
    journal: dict[str, list[list[Cell]]]
    digest: str = ""


class Arrived(Noun, frozen=True, kw_only=True):
    """What came in: the session, who has to sign in again (in words), and the folders that its code is in."""

    id: str
    name: str
    sign_in: tuple[str, ...]
    folders: tuple[str, ...]


def export(session: Session, name: str | Path) -> Path:
    """Write a session to the new file `name` (0600); its absolute path.

    Raises:
        Trouble: there is such a file, or the run of the session cannot leave this machine now.
    """
    _may_leave(session)
    with session.database.moment():
        texts = {part.name: _leaving(part, session) for part in MOVED if session.load(part) is not None}
        journal = {
            table: [list(row) for row in session.database.read(f"SELECT {', '.join(columns)} FROM {table}")]  # noqa: S608
            for table, columns in TABLES.items()
        }
    made = Portable(
        offramp_session=1,
        written_by=formats.this_version(),
        exported_at=datetime.now(UTC).isoformat(timespec="seconds"),
        file_format=VERSION,
        parts={part: _every_string(text, redact) for part, text in texts.items()},
        journal=_each_cell(journal, redact),
    )
    whole = encode(msgspec.structs.replace(made, digest=_digest(made))).encode()

    def write(file: BinaryIO) -> None:
        file.write(whole)

    return write_new_file(name, write)


def _may_leave(session: Session) -> None:
    if session.info.demo:
        raise _of_the_example("No file was written.")
    holder = Lock(session.worker_lock_file).holder()
    seen = view(session)
    if seen is None:
        return
    if holder is None and (seen.run.state == "done" or not (seen.can_go_back or seen.way_back)):
        return
    raise Trouble(
        f"The run of {session.name} belongs to this machine now: "
        + ("its worker is at it." if holder else "only here is known how Heroku was before it."),
        untouched="No file was written.",
        remedy=("Stop it first" if not seen.can_go_back else "Pass its last gate, or go back to Heroku")
        + "; then export it.",
        code="session-busy",
    )


def _leaving(part: Part[Any], session: Session) -> str:
    value = session.load(part)
    if isinstance(value, Connections):
        everybody = (*value.by_provider.items(), *value.forgotten.items())
        # Those that are signed in with count more than those of before.
        known = {vendor: msgspec.structs.replace(one, origin=None) for vendor, one in reversed(everybody)}
        value = Connections(forgotten=known)
    return formats.marked(encode(value), part.number)


def import_file(name: str | Path) -> Arrived:
    """Make a session of such a file, with the id that it had: its target knows it by that.

    Raises:
        Trouble: the file is none, is damaged or newer, names addresses that this machine does not, or the
            session is here already; nothing was made then.
    """
    found = _read(name)
    texts = {
        part.name: _every_string(found.parts[part.name], _safe) for part in MOVED if part.name in found.parts
    }
    values = _decoded(texts, found.written_by)
    info = values.get(INFO.name)
    if not isinstance(info, SessionInfo) or not re.fullmatch(r"[a-z0-9-]{1,60}", info.id):
        raise _no_session(name, "it has no session in it")
    _same_addresses(info)
    folder = sessions_folder() / info.id
    if folder.exists():
        raise Trouble(
            f"{info.name} is here already, as {info.id}.",
            untouched="It was not overwritten, and nothing was imported.",
            remedy="Delete that one first, on the first screen with x, if the file is the one to keep.",
            code="session-exists",
        )
    private_folder(folder)
    try:
        _write(folder, texts, found)
        Session(folder).close()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    connections = values.get(CONNECTIONS.name) or Connections()
    answers = values.get(parts.ANSWERS.name) or parts.Answers()
    return Arrived(
        id=info.id,
        name=info.name,
        sign_in=tuple(f"{vendor} as {one.email}" for vendor, one in sorted(connections.forgotten.items())),
        folders=tuple(sorted(set(answers.checkouts.values()))),
    )


def _read(name: str | Path) -> Portable:
    try:
        path = Path(name).expanduser()
        with path.open("rb") as file:
            whole = file.read(LARGEST + 1)
    except (OSError, RuntimeError, ValueError) as error:
        raise _no_session(name, clean(getattr(error, "strerror", "") or str(error))) from error
    if len(whole) > LARGEST:
        raise _no_session(name, "it is far too large")
    try:
        found = msgspec.json.decode(whole, type=Portable)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_session(name, clean(str(error))) from error
    if found.digest != _digest(found):
        raise _no_session(name, "it was changed or cut off on its way")
    by = clean(found.written_by, limit=40)
    if found.file_format > VERSION:
        raise formats.newer(clean(str(name)), has=found.file_format, reads=VERSION, by=by)
    if found.file_format < 1 or any(
        len(row) != len(TABLES[t]) for t in TABLES for row in found.journal.get(t, ())
    ):
        raise _no_session(name, "its journal is not one")
    return found


def _decoded(texts: dict[str, str], by: str) -> dict[str, Any]:
    values = {}
    for part in MOVED:
        if part.name in texts:
            text = texts[part.name]
            if (has := formats.format_of(text)) > part.number:
                raise formats.newer(f"Its {part.name}", has=has, reads=part.number, by=clean(by, limit=40))
            forward = formats.brought_forward(text, part.number, part.steps)
            values[part.name] = decode(forward, part.kind, what=f"the {part.name} of that file")
    connections = values.get(CONNECTIONS.name)
    if connections is not None and (connections.by_provider or connections.others):
        raise _no_session("It", "it would sign in by itself, which no file may")
    return values


def _same_addresses(info: SessionInfo) -> None:
    """A file must not lead a token that is typed here to an address of its own choice."""
    if info.demo:
        raise _of_the_example("Nothing was imported.")
    here = told_hosts()
    for vendor, hosts in info.hosts.items():
        if hosts != here.get(vendor, {}):
            places = ", ".join(f"{what} at {where}" for what, where in sorted(hosts.items()))
            raise Trouble(
                f"This session reaches {vendor} elsewhere ({places}); the environment here does not say so.",
                untouched="Nothing was imported.",
                remedy="If that is right, set here the variables that name it, as they are where the file "
                "comes from, then import it again.",
                code="other-address",
            )


def _write(folder: Path, texts: dict[str, str], found: Portable) -> None:
    database = Database(folder / "session.sqlite3")
    try:
        with database.change() as change:
            for name, text in texts.items():
                change.execute(
                    "INSERT OR REPLACE INTO part (name, value, saved_at) VALUES (?, ?, ?)",
                    (name, text, clean(found.exported_at, limit=40)),
                )
            for table, columns in TABLES.items():
                rows = _each_cell({table: found.journal.get(table, [])}, _safe)[table]
                marks = ", ".join("?" for _ in columns)
                change.executemany(
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
                    rows,
                )
    finally:
        database.close()


def _safe(text: str) -> str:
    return clean_lines(text, limit=_TEXT_LIMIT)


def _every_string(text: str, change: Callable[[str], str]) -> str:
    """JSON with each string in it changed, names included."""

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, dict):
            return {change(key): walk(item) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        return value

    try:
        return json.dumps(walk(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError) as error:
        raise _no_session("It", "a part of it is no JSON") from error


_JSON = {("run", "plan"), ("step", "evidence"), ("step", "trouble"), ("event", "data"), ("gauge", "value")}


def _each_cell(
    journal: dict[str, list[list[Any]]], change: Callable[[str], str]
) -> dict[str, list[list[Cell]]]:
    def cell(table: str, column: str, value: Cell) -> Cell:
        if not isinstance(value, str):
            return value
        return _every_string(value, change) if (table, column) in _JSON else change(value)

    return {
        table: [
            [cell(table, column, value) for column, value in zip(TABLES[table], row, strict=True)]
            for row in rows
        ]
        for table, rows in journal.items()
    }


def _digest(file: Portable) -> str:
    text = msgspec.json.encode(msgspec.structs.replace(file, digest=""), order="deterministic")
    return hashlib.sha256(text).hexdigest()


def _no_session(name: str | Path, why: str) -> Trouble:
    return Trouble(
        f"{clean(str(name))} cannot be imported: {why.rstrip('.')}.",
        untouched="Nothing was imported.",
        remedy="Name a file that `offramp sessions --export SESSION -o FILE` has written.",
        code="no-session-file",
    )


def _of_the_example(untouched: str) -> Trouble:
    return Trouble(
        "The example lives on the machine that it was made on.",
        untouched=untouched,
        remedy="`offramp demo` makes one on any machine.",
        code="not-in-example",
    )
