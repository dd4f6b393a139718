"""The support bundle: what somebody else needs to see why something went wrong, and nothing else.

Never in it: config vars, tokens, rows, build logs, the inventory, the map, the arguments of steps.
"""

import getpass
import io
import json
import locale
import os
import platform
import shutil
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO

import msgspec

from wizard.machine import Finding
from wizard.model.plan import Plan
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.run.journal import Journal
from wizard.session.new_file import write_new_file
from wizard.session.parts import MAPPING, PLAN, SYSTEM
from wizard.session.places import data_folder
from wizard.session.store import Session
from wizard.support.hide import Hider, names_in

EVENTS = 5_000
"""Newest events of the run."""

LOG_TAIL = 300_000
"""Bytes of a log's end."""

_PACKAGES = (
    "offramp",
    "textual",
    "rich",
    "httpx",
    "psycopg",
    "keyring",
    "msgspec",
    "asyncssh",
    "cryptography",
)
_TERMINAL = (
    "TERM",
    "COLORTERM",
    "COLORFGBG",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "VTE_VERSION",
    "NO_COLOR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "OFFRAMP_THEME",
    "OFFRAMP_ASCII",
)
_THERE = ("TMUX", "STY", "SSH_CONNECTION", "MOSH_KEY")
"""Of these only whether they are set: what is in them is an address, a path, a key."""

_HOSTLESS = ("versions.txt", "terminal.txt")

_TELLING = ("PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "DATABASE_URL", "REDIS_URL")


@dataclass(frozen=True)
class Piece:
    """A file of the bundle: its name there, what it is in words, its text."""

    name: str
    what: str
    text: str


def collect(
    session: Session,
    findings: tuple[Finding, ...],
    *,
    hide_names: bool = False,
    environment: Mapping[str, str] | None = None,
) -> tuple[Piece, ...]:
    """All files of the bundle, in order, with everything hidden that is to be.

    Raises:
        Trouble: the session cannot be read.
    """
    environment = os.environ if environment is None else environment
    for name, value in environment.items():
        if any(word in name.upper() for word in _TELLING) and value:
            Secret(value, name)  # known to the register from here on
    hider = Hider(Path.home(), _user(), _names(session) if hide_names else (), hosts=hide_names)
    journal = Journal(session)
    pieces = (
        Piece("versions.txt", "versions of Offramp, Python and what it is built on", _versions()),
        Piece("doctor.txt", "what `offramp doctor` says of this machine", _doctor(findings)),
        Piece("terminal.txt", "the terminal: kind, size, colours, encoding", _terminal(environment)),
        Piece("plan.txt", "the plan: its steps without what they are given", _plan(session, journal)),
        Piece("events.txt", "the events of the newest run", _events(journal)),
        Piece("worker.log", "the worker's log", _tail(session.folder / "worker.log")),
        Piece(
            "mistakes.log",
            "mistakes of Offramp itself, of all sessions",
            _tail(data_folder() / "mistakes.log"),
        ),
    )
    return tuple(
        Piece(piece.name, piece.what, hider.hide(piece.text, hosts=piece.name not in _HOSTLESS))
        for piece in pieces
    )


def write(pieces: tuple[Piece, ...], name: str | Path) -> Path:
    """Write the bundle to the new file `name` (0600); its absolute path.

    Raises:
        Trouble: there is such a file already, or it cannot be written; no part of it is left then.
    """

    def fill(file: BinaryIO) -> None:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as bundle:
            for piece in pieces:
                entry = zipfile.ZipInfo(piece.name, (1980, 1, 1, 0, 0, 0))
                entry.external_attr = 0o600 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                bundle.writestr(entry, piece.text)
        file.write(whole.getvalue())

    return write_new_file(name, fill)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""  # an id without a name, as containers have


def _names(session: Session) -> set[str]:
    found = {session.name, session.id, platform.node()}
    for loaded in (session.load(SYSTEM), session.load(MAPPING)):
        if loaded is not None:
            names_in(msgspec.to_builtins(loaded), found)
    return found


def _versions() -> str:
    python = f"Python {platform.python_version()} ({sys.implementation.name})"
    lines = [f"{python}, {platform.system()} {platform.release()}"]
    for name in _PACKAGES:
        try:
            lines.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lines.append(f"{name} is not installed")
    return "\n".join(lines) + "\n"


def _doctor(findings: tuple[Finding, ...]) -> str:
    return "".join(f"{one.state:<7}{one.title}: {one.sentence} {one.meaning}\n" for one in findings)


def _terminal(environment: Mapping[str, str]) -> str:
    size = shutil.get_terminal_size()
    lines = [f"{name}={environment.get(name, '(not set)')}" for name in _TERMINAL]
    lines += [f"{name} is {'set' if environment.get(name) else 'not set'}" for name in _THERE]
    lines.append(f"size {size.columns}x{size.lines}, text in {locale.getpreferredencoding(False)}")
    lines.append(f"stdin, stdout, stderr a terminal: {[stream.isatty() for stream in _streams()]}")
    return "\n".join(lines) + "\n"


def _streams() -> list[io.TextIOBase]:
    return [one for one in (sys.stdin, sys.stdout, sys.stderr) if isinstance(one, io.TextIOBase)]


def _plan(session: Session, journal: Journal) -> str:
    plan: Plan | None = journal.plan() or session.load(PLAN)
    if plan is None:
        return "There is no plan yet.\n"
    records = journal.steps()
    lines = [f"{plan.source} to {plan.target}, {len(plan.steps)} steps, made {plan.made_at}"]
    for number, step in enumerate(plan.steps, 1):
        record = records.get(step.key)
        state = record.state if record else "pending"
        lines.append(f"{number:>3} {state:<8} {step.phase:<9} {step.kind}: {step.title}")
        if record and (record.attempts or record.seconds):
            lines.append(f"{'':<13}attempts {record.attempts}, seconds {record.seconds or 0:.1f}")
        if record and record.trouble:
            trouble = record.trouble
            lines.append(f"{'':<13}{trouble.code}: {trouble.cause}")
    return "\n".join(lines) + "\n"


def _events(journal: Journal) -> str:
    run = journal.run()
    if run is None:
        return "There was no run yet.\n"
    head = {"state": run.state, "waiting for": run.waiting_for, "at": run.current, "begun": run.started_at}
    lines = [json.dumps(head, ensure_ascii=False)]
    lines += [
        f"{one.seq} {one.at} {one.kind} {one.step or '-'} {one.text}" for one in journal.events(limit=EVENTS)
    ]
    return "\n".join(lines) + "\n"


def _tail(file: Path) -> str:
    """The end of a log, from the beginning of a line on."""
    try:
        with file.open("rb") as log:
            size = log.seek(0, io.SEEK_END)
            log.seek(max(0, size - LOG_TAIL))
            text = log.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return "There is none.\n"
    except OSError as error:
        raise Trouble(
            f"{file.name} cannot be read: {error.strerror}.",
            untouched="No bundle was written.",
            remedy="Give yourself the right to read it, then do the same again.",
            code="file",
        ) from error
    # What was cut in the middle could be the second half of a secret, which nothing knows by its looks.
    return text if size <= LOG_TAIL else text.partition("\n")[2]
