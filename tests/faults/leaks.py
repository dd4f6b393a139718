"""Canaries, and where they are looked for: files, arguments, environments, screens, exports.

A canary is a word that stands in a secret. All of them begin alike, so that one search finds any of them, in
each way that a program may have written it.
"""

import base64
import contextlib
import io
import json
import sqlite3
import threading
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg

from providers.sandbox.client import SandboxClient
from tests.faults.run_world import APPS, RunWorld, below, now, processes

CANARY = "kanarienvogel7731singt"
CONFIG, ROWS = 216, 40
"""Canaries in config vars and in rows of the database, beside those in all that the sandbox makes."""

SHAPES = (
    "{0}",
    "p'{0}\"$&<>\\ %",
    "https://ada:{0}@api.partner.example/v1?key={0}",
    '{{"key": "{0}", "in": ["{0}"]}}',
    "-----BEGIN PRIVATE KEY-----\nMIIE{0}aaaaaaaaaaaaaa\n{0}==\n-----END PRIVATE KEY-----\n",
    "Grüße {0} ✓ 'quoted'",
)


def number(of: int) -> str:
    """The canary of that number."""
    return f"{CANARY}{of:04d}"


def forms(word: str) -> dict[str, bytes]:
    """How a word may look in a file."""
    raw = word.encode()
    found = {"plain": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode()}
    found["url"] = urllib.parse.quote(word, safe="").encode()
    found["url, every sign"] = "".join(f"%{byte:02X}" for byte in raw).encode()
    found["JSON, every sign"] = "".join(f"\\u{ord(sign):04x}" for sign in word).encode()
    found["utf-16"] = word.encode("utf-16-le")
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        # Without the ends, which depend on what stands before and after.
        found[f"base64 at {shift}"] = encoded[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
    return found


FORMS = forms(CANARY)


def unpacked(content: bytes) -> Iterator[bytes]:
    """The content, and what is packed in it: as gzip, in a ZIP (a spreadsheet), as a zlib stream."""
    yield content
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from unpacked(archive.read(name))
    for start, wbits in ((b"\x1f\x8b\x08", 31), (b"\x78\x9c", 15)):
        at = content.find(start)
        while at >= 0:
            # Where it only looked like one, there is an error.
            with contextlib.suppress(zlib.error):
                yield zlib.decompressobj(wbits).decompress(content[at:], 10_000_000)
            at = content.find(start, at + 1)


def leaks_in(looked_at: dict[str, bytes]) -> list[tuple[str, str]]:
    """Where a canary is, and how it is written there."""
    return [
        (where, form)
        for where, content in looked_at.items()
        for part in unpacked(content)
        for form, canary in FORMS.items()
        if canary in part
    ]


def sow(sandbox: SandboxClient) -> None:
    """Put canaries into config vars of every app, in many shapes, and into rows of the database."""
    hosts, token = sandbox.hosts["heroku"], sandbox.credentials["heroku"]["token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.heroku+json; version=3"}
    with httpx.Client(base_url=hosts["api"], headers=headers, trust_env=False, timeout=30) as heroku:
        for index, app in enumerate(APPS):
            values = {
                f"CANARY_{of:04d}_KEY": SHAPES[of % len(SHAPES)].format(number(of))
                for of in range(index, CONFIG, len(APPS))
            }
            answer = heroku.patch(f"/apps/{app}/config-vars", json=values)
            answer.raise_for_status()
            assert sum(name.startswith("CANARY_") for name in answer.json()) == len(values)
        url = heroku.get(f"/apps/{APPS[0]}/config-vars").raise_for_status().json()["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE canaries (id integer PRIMARY KEY, secret text NOT NULL)")
        rows = [(of, number(of)) for of in range(CONFIG, CONFIG + ROWS)]
        connection.cursor().executemany("INSERT INTO canaries VALUES (%s, %s)", rows)


def arrived(world: RunWorld) -> int:
    """How many of them the target has now, in config vars and rows: they did travel."""
    facts = json.dumps(now(world.sandbox.facts()))
    assert CANARY not in facts
    with world._connect("target") as connection:
        row = connection.execute("SELECT count(DISTINCT secret) FROM canaries").fetchone()
    assert row is not None
    return int(row[0])


class Sampler:
    """Looks at the arguments of every process, and at the environment of those below the worker, every
    50 ms."""

    def __init__(self, world: RunWorld) -> None:
        self._world = world
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.arguments: set[str] = set()
        self.environments: dict[str, set[str]] = {}
        """Names of variables by program; `self.telling` are those whose value has a canary in it."""
        self.telling: dict[str, set[str]] = {}
        self.samples = 0

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(0.05):
            self.samples += 1
            worker = None
            for pid, (_, words) in processes().items():
                self.arguments.add(" ".join(words))
                if words[1:3] == ["-m", "wizard.run.worker"] and str(self._world.session.folder) in words:
                    worker = pid
            if worker is not None:
                self._look_into(worker, "worker")
                for pid, words in below(worker).items():
                    self._look_into(pid, words[0].rpartition("/")[2])

    def _look_into(self, pid: int, program: str) -> None:
        try:
            content = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
        except OSError:
            return  # it has ended
        for item in content.split("\0"):
            name, sign, value = item.partition("=")
            if not sign:
                continue
            self.environments.setdefault(program, set()).add(name)
            if any(canary in value.encode() for canary in FORMS.values()):
                self.telling.setdefault(program, set()).add(name)


def all_files(*folders: Path, without: Path) -> list[Path]:
    """Every file below `folders`, each once."""
    found = set()
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink() and without not in path.parents:
                found.add(path)
    return sorted(found)


def content_of(folder: Path) -> bytes:
    """All files of a session while its worker writes them: the write-ahead log, too."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def rows_of(session: Path) -> bytes:
    """Everything in a session's database, as SQL."""
    connection = sqlite3.connect(session / "session.sqlite3")
    try:
        return "\n".join(connection.iterdump()).encode()
    finally:
        connection.close()
