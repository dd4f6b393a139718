"""The data of the example system: made once for each size, kept, and copied for every new sandbox."""

import asyncio
import contextlib
import hashlib
import importlib.resources
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from providers.sandbox.postgres import Postgres
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

SUPERUSER = "heroku_admin"
_OWNER = "seed_owner"
_DATABASE = "seed"
CONNECTION_LIMIT = 20
"""Connections of the owner role, as on Heroku's Essential plans."""

SIZES: Mapping[str, Mapping[str, int]] = {
    "tiny": {
        "users": 200,
        "products": 40,
        "orders": 500,
        "documents": 40,
        "attachments": 4,
        "events": 4_000,
    },
    "small": {
        "users": 1_000,
        "products": 200,
        "orders": 8_000,
        "documents": 700,
        "attachments": 40,
        "events": 120_000,
    },
    "standard": {
        "users": 4_000,
        "products": 800,
        "orders": 120_000,
        "documents": 8_000,
        "attachments": 300,
        "events": 2_600_000,
    },
    "large": {
        "users": 9_000,
        "products": 2_000,
        "orders": 400_000,
        "documents": 25_000,
        "attachments": 1_000,
        "events": 7_500_000,
    },
}
"""Rows of the tables whose size depends on the size of the example; about 3, 30, 400 and 1,200 MB."""

Progress = Callable[[str], None]


async def seeded_cluster(
    folder: Path, size: str, cache: Path, progress: Progress, *, major: int = 16
) -> Postgres:
    """A running Postgres with the example's data, in `folder`.

    The first one of a size is made (tens of seconds for `standard`) and kept in `cache`; the next are
    copies of it. The data belongs to a role that cannot log in until `heroku_owner` gives it a name.

    Args:
        size: a key of `SIZES`.
        progress: takes what is being done, in words.

    Raises:
        Trouble: unknown size, no room, or Postgres does not run here.
    """
    if size not in SIZES:
        raise Trouble(
            f"There is no example of size “{size}”.",
            remedy=f"Choose one of: {', '.join(SIZES)}.",
            code="unknown-size",
        )
    kept = cache / f"{_digest(size)}-{size}-{major}"
    postgres = Postgres(folder, major)
    try:
        if not (kept / "PG_VERSION").exists():
            await _make(kept, size, major, progress)
        progress(f"Copying the example database ({size})")
        await postgres.adopt(kept, SUPERUSER, Secret(secrets.token_urlsafe(24), "password of heroku_admin"))
    except (psycopg.Error, OSError, ExceptionGroup) as error:
        first = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        raise Trouble(
            f"The example database cannot be made: {str(first).strip()}",
            remedy="See that the disk of the sandbox folder has room, or choose a smaller size.",
            code="sandbox-seed",
        ) from error
    await postgres.start()
    return postgres


async def heroku_owner(postgres: Postgres, role: str, password: Secret | str, database: str) -> None:
    """Name the owner of the example's data and its database, as Heroku does, and let the owner log in."""
    revealed = password.reveal() if isinstance(password, Secret) else password
    names = {
        "old": sql.Identifier(_OWNER),
        "role": sql.Identifier(role),
        "old_database": sql.Identifier(_DATABASE),
        "database": sql.Identifier(database),
        "password": sql.Literal(revealed),
        "limit": sql.Literal(CONNECTION_LIMIT),
    }
    connection = await postgres.connect()
    try:
        for statement in (
            "ALTER ROLE {old} RENAME TO {role}",
            "ALTER ROLE {role} LOGIN PASSWORD {password} CONNECTION LIMIT {limit}",
            "ALTER DATABASE {old_database} RENAME TO {database}",
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        ):
            await connection.execute(sql.SQL(statement).format(**names))
    finally:
        await connection.close()


def scripts() -> dict[str, str]:
    """The seed's SQL by file name."""
    folder = importlib.resources.files("assets") / "demo" / "seed"
    return {
        item.name: item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".sql")
    }


def _digest(size: str) -> str:
    content = repr((sorted(scripts().items()), sorted(SIZES[size].items())))
    return hashlib.sha256(content.encode()).hexdigest()[:12]


async def _make(kept: Path, size: str, major: int, progress: Progress) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    work = Path(tempfile.mkdtemp(prefix="making-", dir=kept.parent))
    postgres = Postgres(work, major)
    try:
        progress("Making a Postgres cluster")
        await postgres.init(SUPERUSER, Secret(secrets.token_urlsafe(24)), fast_load=True)
        await postgres.start()
        await _fill(postgres, size, progress)
        await postgres.stop()
        await asyncio.to_thread(_keep, postgres.data, kept)
    finally:
        await postgres.remove()
        shutil.rmtree(work, ignore_errors=True)


def _keep(made: Path, kept: Path) -> None:
    """Put the stopped cluster into the cache; whoever comes second finds the first one's and is content."""
    moved = Path(tempfile.mkdtemp(prefix="keeping-", dir=kept.parent)) / "data"
    try:
        shutil.move(made, moved)
        with contextlib.suppress(OSError):
            moved.rename(kept)
    finally:
        shutil.rmtree(moved.parent, ignore_errors=True)
    if not (kept / "PG_VERSION").exists():
        raise Trouble(
            "The example database cannot be kept in its folder.",
            remedy="See that the disk of the sandbox folder has room.",
            code="sandbox-cache",
        )


async def _fill(postgres: Postgres, size: str, progress: Progress) -> None:
    await postgres.sql(f"CREATE ROLE {_OWNER} NOLOGIN")
    await postgres.sql(f"CREATE DATABASE {_DATABASE} OWNER {_OWNER}")
    await postgres.sql(f"GRANT ALL ON SCHEMA public TO {_OWNER}", database=_DATABASE)
    script = scripts()
    rows = SIZES[size]
    progress("Making the example database: types")
    await _run(postgres, script["1-types.sql"], rows)
    progress(f"Making the example database: {rows['events']:,} events and more")
    growing = asyncio.create_task(_tell_growth(postgres, progress))
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_run(postgres, script["2-events.sql"], rows))
            both.create_task(_run(postgres, script["2-tables.sql"], rows))
    finally:
        growing.cancel()
    progress("Making the example database: foreign keys, indexes, views")
    await _run(postgres, script["3-rules.sql"], rows)
    await postgres.sql(script["4-heroku.sql"], database=_DATABASE)
    progress("Making the example database: statistics")
    await postgres.sql("VACUUM (FREEZE, ANALYZE)", database=_DATABASE)


async def _tell_growth(postgres: Postgres, progress: Progress) -> None:
    while True:
        await asyncio.sleep(1)
        size = await postgres.sql(f"SELECT pg_database_size('{_DATABASE}') / 1000000")
        progress(f"Making the example database: {size[0][0]} MB so far")


async def _run(postgres: Postgres, script: str, rows: Mapping[str, int]) -> None:
    """Run a script as the owner of the data; the sizes reach it as settings (`seed.events`)."""
    connection: psycopg.AsyncConnection[tuple[object, ...]] = await postgres.connect(_DATABASE)
    try:
        await connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(_OWNER)))
        for name, count in rows.items():
            await connection.execute("SELECT set_config(%s, %s, false)", (f"seed.{name}", str(count)))
        await connection.execute(script.encode())
    finally:
        await connection.close()
