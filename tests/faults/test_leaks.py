"""After a whole journey no secret is on the disk or was in any process's arguments.

The sandbox puts a canary into every secret that it makes: tokens, passwords, secret config vars, SSH access
tokens. What lies in the sandbox's own folder, and what its processes hold, is the vendors' world and does not
count: there the database servers and the apps must know their secrets. Everything else does.
"""

import base64
import re
import sqlite3
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest

from screens.headless import tell
from tests.faults.run_world import RunWorld, below, make_world, processes
from wizard.report.markdown import render
from wizard.report.report import build
from wizard.session.places import run_folder

CANARY = "kanarienvogel7731singt"


def forms(word: str) -> dict[str, bytes]:
    """How a word may look in a file."""
    raw = word.encode()
    found = {"plain": raw, "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode()}
    found["url"] = urllib.parse.quote(word, safe="").encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        # Without the ends, which depend on what stands before and after.
        found[f"base64 at {shift}"] = encoded[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
    return found


class Sampler:
    """Looks at the arguments of every process, and at the environment of those below the worker, every
    50 ms."""

    def __init__(self, world: RunWorld) -> None:
        self._world = world
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.arguments: set[str] = set()
        self.environments: dict[str, set[str]] = {}
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
                for pid, words in below(worker).items():
                    self._look_into(pid, words[0].rpartition("/")[2])

    def _look_into(self, pid: int, program: str) -> None:
        try:
            content = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
        except OSError:
            return  # it has ended
        names = {item.partition("=")[0] for item in content.split("\0") if "=" in item}
        self.environments.setdefault(program, set()).update(names)


def all_files(*folders: Path, without: Path) -> list[Path]:
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink() and without not in path.parents:
                found.append(path)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_secret_of_a_whole_journey_is_left_anywhere(
    tmp_path_factory: pytest.TempPathFactory,
    private_home: Path,
    needs_program: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    needs_program("ssh")
    temporary = tmp_path_factory.mktemp("temporary")
    sandboxes = tmp_path_factory.mktemp("worlds")
    with make_world(sandboxes, canary=CANARY) as world:
        # From here on: the sandbox keeps its own folder for temporary files.
        monkeypatch.setenv("TMPDIR", str(temporary))
        token = world.sandbox.credentials["heroku"]["token"]
        assert CANARY in token, "the canary is in what the sandbox makes"
        with Sampler(world) as sampler:
            world.start()
            world.pass_gate("gate:cut-over")
            early = content_of(world.session.folder)
            world.finish()
            time.sleep(0.2)
        assert world.seen.run.state == "done", world.story(world.seen)
        assert sampler.samples > 50
        assert any("ServerAliveInterval" in words for words in sampler.arguments), "ssh was seen"
        assert any(re.match(r"git -c core\.hooksPath=.* push ", one) for one in sampler.arguments), (
            "git was seen"
        )
        capsys.readouterr()
        report = render(build(world.session))
        tell.status(world.session.id, as_json=True)
        shown = capsys.readouterr().out + report
        assert "migrate-backend-db" in shown

        looked_at = {"the report and the status": shown.encode(), "the session in mid-run": early}
        looked_at |= {f"arguments: {words[:60]}": words.encode() for words in sampler.arguments}
        folders = (private_home, temporary, run_folder(), world.session.folder)
        files = all_files(*folders, without=world.folder)
        assert {"session.sqlite3", "worker.log"} <= {file.name for file in files}
        for file in files:
            looked_at[str(file)] = file.read_bytes()
        rows = sqlite3.connect(world.session.folder / "session.sqlite3")
        looked_at["rows of the session"] = "\n".join(rows.iterdump()).encode()
        rows.close()
        leaks = [
            (where, form)
            for where, content in looked_at.items()
            for form, canary in forms(CANARY).items()
            if canary in content
        ]
        assert not leaks

        # Children of the worker know what they need, and nothing else.
        allowed = {"PATH", "HOME", "LANG", "PWD", "OLDPWD", "SHLVL", "_", "LC_ALL", "LC_CTYPE", "TMPDIR"}
        wanted = {
            "ssh": {"ACCESS_TOKEN", "SSH_ASKPASS_REQUIRE"},
            "git": {
                "GIT_TERMINAL_PROMPT",
                "GIT_SSH_COMMAND",
                "GIT_SSH_VARIANT",
                "ACCESS_TOKEN",
                "SSH_ASKPASS_REQUIRE",
            },
        }
        seen = {program for program in sampler.environments if program in ("ssh", "git", "pg_dump")}
        assert "ssh" in seen, sorted(sampler.environments)
        for program in seen:
            names = {n for n in sampler.environments[program] if not n.startswith(("PG", "GIT_"))}
            assert names <= allowed | wanted.get(program, set()), (program, names)


@pytest.mark.parametrize(
    "hidden",
    [
        f"token={CANARY};",
        base64.b64encode(f"u:{CANARY}@h".encode()).decode(),
        base64.b64encode(f"ab{CANARY}cd".encode()).decode(),
        f"x{CANARY}".encode().hex(),
        f"{CANARY}y".encode().hex().upper(),
    ],
)
def test_the_search_finds_what_is_hidden(hidden: str) -> None:
    assert any(canary in hidden.encode() for canary in forms(CANARY).values())


def content_of(folder: Path) -> bytes:
    """All files of a session while its worker writes them: the write-ahead log, too."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))
