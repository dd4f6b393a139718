"""Two real servers, a Heroku before one of them, and the installed program; each test looks for leaks."""

import contextlib
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.tls import Certificates
from tests.wizard.database_servers import PASSWORD, Database, Server, server

# What getrusage tells is also what the process was forked from.
_MEASURED = """
import runpy, sys
try:
    runpy.run_module("screens.main", run_name="__main__")
finally:
    lines = open("/proc/self/status").read().splitlines()
    print(next(int(one.split()[1]) // 1024 for one in lines if one.startswith("VmHWM")), file=sys.stderr)
"""

OFFRAMP = [sys.executable, "-m", "screens.main", "db"]
APP = "migrate-backend"


@pytest.fixture(scope="session")
def old(private_world: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Postgres 16, as at Heroku."""
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        yield made


@pytest.fixture(scope="session")
def new(private_world: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Postgres 18."""
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


class Done:
    """A command that has ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def said(self) -> str:
        return self.out + self.err


class Program:
    """`offramp db` as a process of its own. What it says is looked through for the secrets of this world."""

    def __init__(self, secrets: list[str]) -> None:
        self.secrets = secrets
        self.env: dict[str, str] = {}

    def __call__(self, *words: str, given: bytes | None = None, cwd: Path | None = None) -> Done:
        ran = subprocess.run(
            [*OFFRAMP, *words],
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            timeout=100,
            env=os.environ | self.env,
            cwd=cwd,
            check=False,
        )
        done = Done(ran.returncode, ran.stdout.decode("utf-8", "replace"), ran.stderr.decode())
        assert "Traceback" not in done.said, done.said
        self.want_none(done.said)
        return done

    def start(self, *words: str, cwd: Path | None = None) -> "subprocess.Popen[str]":
        """Start it and return at once; standard error goes where standard output goes."""
        return subprocess.Popen(
            [*OFFRAMP, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | self.env,
            cwd=cwd,
            start_new_session=True,
        )

    def measured(self, *words: str) -> tuple[int, int]:
        """Exit code, and the most memory that it had, in MB; what it writes to standard output is thrown
        away."""
        ran = subprocess.run(
            [sys.executable, "-c", _MEASURED, "db", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | self.env,
            timeout=110,
            check=False,
        )
        return ran.returncode, int(ran.stderr.split()[-1])

    def want_none(self, text: str) -> None:
        """No secret stands in `text`."""
        for secret in self.secrets:
            assert secret not in text, f"a secret was shown: {text[: text.index(secret)][-200:]}"

    def name(self, name: str, database: Database) -> str:
        """Put a database's URL into the environment, and return how it is named there."""
        self.env[name] = database.url().reveal()
        return f"env:{name}"


class Arguments:
    """Looks at the argument lists of all processes, again and again."""

    def __init__(self) -> None:
        self.secrets: list[str] = []
        self.found: list[str] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._end.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    words = path.read_bytes().decode("utf-8", "replace")
                    self.found += [words for secret in self.secrets if secret in words]

    def close(self) -> None:
        self._end.set()
        self._thread.join()


@pytest.fixture
def program(private_home: Path, tmp_path: Path) -> Iterator[Program]:
    """The program, and afterwards a look for secrets in arguments and in all files that were left."""
    made = Program([PASSWORD])
    arguments = Arguments()
    arguments.secrets = made.secrets
    yield made
    arguments.close()
    assert arguments.found == [], "a secret stood in a list of arguments"
    for folder in (private_home, tmp_path, Path(os.environ["XDG_RUNTIME_DIR"])):
        for path in folder.rglob("*"):
            if path.is_file() and "sandbox" not in path.parts:
                content = path.read_bytes()
                assert not any(secret.encode() in content for secret in made.secrets), f"a secret in {path}"


class Heroku:
    """Heroku on loopback, whose app has a database of ours attached."""

    def __init__(self, folder: Path, source: Database) -> None:
        self.sandbox = HerokuSandbox(
            folder / "sandbox",
            size="tiny",
            faults=Faults(),
            certificates=Certificates(folder / "sandbox-tls"),
            canary="canary-sandbox-77c2",
            alive=False,
        )
        self.source = source
        self._run = source.server.background.run
        source.server.open_front()
        database = self.sandbox.database
        database.role, database.name, database.password = "app", source.name, PASSWORD
        database.postgres, database.front = source.server.postgres, source.server.front
        self._run(self.sandbox.start())

    @property
    def env(self) -> dict[str, str]:
        """What makes the program speak to it."""
        return {
            "HEROKU_API_KEY": self.sandbox.credentials["token"],
            "HEROKU_HOST": self.sandbox.hosts["api"],
            "HEROKU_DATA_HOST": self.sandbox.hosts["data"],
        }

    @property
    def secrets(self) -> list[str]:
        """What must show up nowhere: the token, and the signatures of public URLs."""
        return [self.sandbox.credentials["token"], *self.sandbox.backups._links]

    def fault(self, kind: str, **rule: object) -> None:
        self.sandbox.faults.add(kind, **rule)  # type: ignore[arg-type]

    def close(self) -> None:
        # The servers are the tests' own.
        self.sandbox.database.postgres = self.sandbox.database.front = None
        self._run(self.sandbox.stop())


@pytest.fixture
def target(new: Server) -> Database:
    """An empty database."""
    return new.database()


_NUMBER = itertools.count()


@contextlib.contextmanager
def heroku_of(source: Database, program: Program, folder: Path) -> Iterator[Heroku]:
    """A Heroku with `source` in it, which `program` speaks to."""
    made = Heroku(folder / f"heroku-{next(_NUMBER)}", source)
    program.env |= made.env
    program.secrets += made.secrets
    try:
        yield made
    finally:
        program.secrets += made.secrets
        made.close()
