"""A JawsDB beside the example on the sandbox's Heroku: a real MariaDB, and a worker that writes to it.

The worker is the example's own with a thread more. It runs as a dyno on Heroku, and from the checkout on the
target: there and here it puts a row into `visits` three times a second, by MariaDB's client program.
"""

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from providers.sandbox.client import SandboxClient
from tests.faults.wider_world import give_add_on
from tests.wizard.stores.mysql_servers import ZOO, MariaDb

APP, ADD_ON, VARIABLE = "migrate-backend", "jawsdb-shaped-70021", "JAWSDB_URL"

WORKER = '''"""The worker: heartbeats in Postgres, and visits in MySQL."""

import os
import subprocess
import threading
import urllib.parse

import heartbeats


def visit() -> None:
    url = urllib.parse.urlsplit(os.environ["JAWSDB_URL"])
    # The sandbox's stack is this machine, and says so as it does to Postgres.
    host = os.environ.get("PGHOSTADDR") or url.hostname
    words = ["mariadb", "--no-defaults", f"--host={host}", f"--port={url.port}", "--protocol=TCP", "--ssl"]
    words += [f"--user={urllib.parse.unquote(url.username)}", "--default-character-set=utf8mb4"]
    words += [url.path[1:], "--execute=INSERT INTO visits (who) VALUES ('worker')"]
    password = {"MYSQL_PWD": urllib.parse.unquote(url.password)}
    while not heartbeats.STOP.is_set():
        done = subprocess.run(words, env={**os.environ, **password}, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"worker: MySQL: {done.stderr.strip()}", flush=True)
        heartbeats.STOP.wait(0.3)


if __name__ == "__main__":
    threading.Thread(target=visit).start()
    heartbeats.main()
'''


@contextlib.contextmanager
def server(install: str, program: str) -> Iterator[MariaDb]:
    """A MariaDB with the zoo and a table of visits, in memory where there is room."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 500 << 20
    with tempfile.TemporaryDirectory(prefix="or-", dir=memory if roomy else Path("/tmp")) as folder:
        made = MariaDb(install, program, Path(folder))
        try:
            made.clear()
            made.sql(ZOO)
            made.sql(
                "CREATE TABLE visits (id bigint AUTO_INCREMENT PRIMARY KEY, who varchar(20),"
                " at timestamp(3) DEFAULT CURRENT_TIMESTAMP(3)); GRANT INSERT ON shop.* TO app@'127.0.0.1'"
            )
            yield made
        finally:
            made.stop()


def attach(sandbox: SandboxClient, made: MariaDb) -> None:
    """Give the backend the JawsDB and the code that uses it, on Heroku and in its repository."""
    for place in (_slug(sandbox), sandbox.checkouts[APP]):
        (place / "worker.py").rename(place / "heartbeats.py")
        (place / "worker.py").write_text(WORKER)
    checkout = str(sandbox.checkouts[APP])
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "commit.gpgsign=false"]
    for words in (["add", "--all"], ["commit", "--quiet", "--message", "Visits"]):
        subprocess.run(["git", "-C", checkout, *who, *words], check=True)
    give_add_on(sandbox, APP, "jawsdb:kitefin", ADD_ON, "JAWSDB", {VARIABLE: made.source().reveal()})
    end = time.monotonic() + 20
    while not visits(made):
        assert time.monotonic() < end, "the worker on Heroku does not write to MySQL"
        time.sleep(0.1)


def visits(made: MariaDb) -> int:
    """How many there are on Heroku's side."""
    return int(made.sql("SELECT count(*) FROM visits")[0][0])


def ask_target(url: str, query: str) -> list[list[str]]:
    """Rows of a query to the new MySQL, at the port that stands for the inside of the stack."""
    parts = urlsplit(url)
    words = [
        "mariadb",
        "--no-defaults",
        "--host=127.0.0.1",
        f"--port={parts.port}",
        "--protocol=TCP",
        "--ssl",
    ]
    words += [f"--user={unquote(parts.username or '')}", "--skip-column-names", "--batch", parts.path[1:]]
    done = subprocess.run(
        words,
        input=query,
        env={"PATH": "/usr/bin:/bin", "MYSQL_PWD": unquote(parts.password or "")},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split("\t") for line in done.stdout.splitlines()]


def _slug(sandbox: SandboxClient) -> Path:
    """The folder that the dynos of the backend run in."""
    return sandbox._folder / "heroku" / "slugs" / APP
