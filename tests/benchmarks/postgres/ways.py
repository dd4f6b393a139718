"""The ways to copy a database that are measured side by side, as the commands a person would type."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.postgres import drive_offramp
from tests.benchmarks.postgres.programs import Programs
from tests.benchmarks.postgres.roads import ROOT

GUIDES = "guides"
"""The way that the vendors' guides describe: what all others are compared with."""

OFFRAMP = "offramp"
BARE = "offramp, no proof"
"""The same without its proof: how much that costs is the difference."""


@dataclass(frozen=True)
class Step:
    """One program of a way. Passwords are in `environment`, never in `command`."""

    name: str
    command: list[str]
    environment: dict[str, str]


@dataclass(frozen=True)
class Job:
    """What a way needs to know: URLs of both sides, a folder of its own, the scale, and Offramp's options."""

    source: str
    target: str
    folder: Path
    scale: int
    programs: Programs
    proof: bool = False
    workers: int | None = None


def _base(job: Job) -> dict[str, str]:
    """Debian's own wrapper for the clients is passed by: it is a Perl program that costs time each call."""
    return {
        "PATH": f"{job.programs.postgres}:{os.environ['PATH']}",
        "HOME": str(job.folder),
        "TMPDIR": str(job.folder),
        "XDG_RUNTIME_DIR": str(job.folder),
        "LC_ALL": "C.UTF-8",
    }


def libpq(job: Job, url: str) -> dict[str, str]:
    """`url` for a client of Postgres."""
    parts = urlsplit(url)
    return _base(job) | {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.removeprefix("/"),
        "PGSSLMODE": parts.query.removeprefix("sslmode="),
    }


def _guides(job: Job) -> list[Step]:
    dump, restore = job.programs.of_postgres("pg_dump"), job.programs.of_postgres("pg_restore")
    file = str(job.folder / "shop.dump")
    common = ["--no-owner", "--no-acl"]
    return [
        Step("pg_dump", [dump, "-Fc", *common, "-f", file], libpq(job, job.source)),
        Step("pg_restore", [restore, *common, "-d", _database(job.target), file], libpq(job, job.target)),
    ]


def _two_jobs(job: Job) -> list[Step]:
    dump, restore = job.programs.of_postgres("pg_dump"), job.programs.of_postgres("pg_restore")
    folder = str(job.folder / "shop.dir")
    common = ["-j2", "--no-owner", "--no-acl"]
    return [
        Step("pg_dump", [dump, "-Fd", *common, "-f", folder], libpq(job, job.source)),
        Step("pg_restore", [restore, *common, "-d", _database(job.target), folder], libpq(job, job.target)),
    ]


def _pgcopydb(job: Job) -> list[Step]:
    command = [job.programs["pgcopydb"], "clone", "--dir", str(job.folder / "pgcopydb")]
    command += ["--table-jobs", "2", "--index-jobs", "2", "--no-owner", "--no-acl", "--no-comments"]
    # 400 MB at scale 100: the largest table is cut into four.
    command += ["--split-tables-larger-than", f"{max(1, 4 * job.scale)}MB"]
    urls = {"PGCOPYDB_SOURCE_PGURI": job.source, "PGCOPYDB_TARGET_PGURI": job.target}
    return [Step("clone", command, _base(job) | urls)]


def offramp(job: Job, *more: str) -> list[Step]:
    """Offramp, as its own program."""
    command = [sys.executable, drive_offramp.__file__, "--work", str(job.folder), *more]
    command += ["--proof"] if job.proof else []
    command += ["--workers", str(job.workers)] if job.workers else []
    urls = {"SOURCE": job.source, "TARGET": job.target, "PYTHONPATH": str(ROOT)}
    return [Step("offramp", command, _base(job) | urls)]


def _database(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


WAYS: dict[str, Callable[[Job], list[Step]]] = {
    GUIDES: _guides,
    "two jobs": _two_jobs,
    "pgcopydb": _pgcopydb,
    OFFRAMP: offramp,
    BARE: lambda job: offramp(job, "--bare"),
}

WORDS = {
    GUIDES: "pg_dump -Fc to a file, then pg_restore: the guides' way",
    "two jobs": "pg_dump -Fd -j2, then pg_restore -j2",
    "pgcopydb": "pgcopydb clone, 2 table jobs, 2 index jobs, large tables split (it vacuums too)",
    OFFRAMP: "Offramp's engine: each table proven beside the copy, sequences and ANALYZE included",
    BARE: "the same without the proof",
}
