"""What ends a process between its effects: it knows every way to commit and to ask, and dies at each once."""

import subprocess
import sys
from pathlib import Path

from tests.faults.boundaries import names
from tests.faults.worker_nursery import ROOT

PROGRAM = """
import asyncio, os, sqlite3, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
import httpx
from tests.faults.boundaries import Boundaries, at, in_many_lives

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
    do_POST = do_GET
    def log_message(self, *words): pass

def live():
    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/apps/7"
    Boundaries(Path(sys.argv[1])).install()
    with at("the file"):
        plain = sqlite3.connect(sys.argv[2], isolation_level=None)
        plain.execute("CREATE TABLE IF NOT EXISTS t (a, b)")
        plain.execute("BEGIN IMMEDIATE")
        plain.execute("SELECT 1")
        plain.executemany("INSERT INTO t VALUES (?, 1)", [("x",), ("y",)])
        plain.execute("UPDATE t SET a = ?, b = ?", ("gauge", "no name"))
        plain.execute("COMMIT")
        plain.execute("BEGIN")
        plain.execute("SELECT 1")
        plain.execute("ROLLBACK")
    with at("the other"):
        implied = sqlite3.connect(sys.argv[2])
        with implied:
            implied.cursor().execute("DELETE FROM t")
        implied.execute("INSERT INTO t VALUES (1, 2)")
        implied.commit()
        implied.executescript("DELETE FROM t; DELETE FROM t")
    with open(sys.argv[1]) as file:
        os.fsync(file.fileno())
    subprocess.run(["true", "push", "--dry-run", "/tmp/x1", "A=b"])
    with httpx.Client(trust_env=False, verify=False) as client:
        for _ in range(3):
            client.get(url)
    async def ask():
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            for _ in range(3):
                await client.post(f"{url}?signature=Y{os.urandom(9).hex()}_-x")
    asyncio.run(ask())

sys.exit(in_many_lives(live))
"""


def test_each_boundary_of_a_program_is_died_at_once(tmp_path: Path) -> None:
    died = tmp_path / "died"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(died), str(tmp_path / "file")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    commits = (
        ("the file", "CREATE TABLE IF NOT EXISTS t (a, b)"),
        ("the file", "INSERT INTO t VALUES (?, N); UPDATE t SET a = ?, b = ? gauge"),
        ("the other", "DELETE FROM t"),
        ("the other", "INSERT INTO t VALUES (N, N)"),
        ("the other", "DELETE FROM t; DELETE FROM t"),
    )
    moments = ("before a request", "a request sent", "a request answered")
    assert names(died) == [
        *(
            f"{place} | {when} a commit: {what} | 1"
            for place, what in commits
            for when in ("before", "after")
        ),
        *(f"beside the steps | {when} an fsync | 1" for when in ("before", "after")),
        *(
            f"beside the steps | {when} the start of a child: true push --dry-run | 1"
            for when in ("before", "after")
        ),
        # What only asks counts twice, what changes something each time.
        *(
            f"beside the steps | {moment}: GET N.N.N.N /apps/N, as * | {n}"
            for n in (1, 2)
            for moment in moments
        ),
        *(
            f"beside the steps | {moment}: POST N.N.N.N /apps/N?signature=N, as * | {n}"
            for n in (1, 2, 3)
            for moment in moments
        ),
    ]
