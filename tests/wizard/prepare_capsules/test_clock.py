"""The clock of an app's jobs: read by its language, and really run."""

import json
import os
import py_compile
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.wizard.prepare_capsules.moves import (
    TEN_MINUTES,
    app,
    blocking,
    code,
    codes,
    job,
    node,
    process,
    propose,
    texts,
    wanted,
    with_database,
)
from wizard.model.system import App, Job
from wizard.prepare.capsules.clock import clock_text
from wizard.prepare.capsules.clock_lock import Lock

JS_LOCK = Lock(variable="DATABASE_URL", driver="pg", line='import pg from "pg";\n')
NOW = [
    Job(id="1", command="job", every=10),
    Job(id="2", command="echo 'it is' && sleep 30", every=1440, at=150),
]
COMMANDS = {"job": "echo done"}
NODE_CRON = """export default { schedule(when, run, options) {
  if (options.timezone !== "UTC" || when.split(" ").length !== 5) throw new Error(when);
  setTimeout(run, 30); setTimeout(run, 60);
} };
"""
PG = """import { appendFileSync, readFileSync } from "node:fs";
class Client {
  constructor(options) { this.ssl = options.ssl; }
  on() {}
  async connect() { if (this.ssl) throw new Error("The server does not support SSL connections"); }
  async query(text, keys) {
    appendFileSync("locks", `${text} ${keys} ${process.env.DATABASE_URL}\\n`);
    return { rows: process.env.FREE === "yes" ? [{}] : [] };
  }
  async end() {}
}
export default { Client };
"""


def emailer(**more: object) -> App:
    one = app("heroku/nodejs", commands={}, jobs=(TEN_MINUTES,))
    return msgspec.structs.replace(one, **more)


def until(path: Path, words: str) -> str:
    """What stands in a file once it holds `words`."""
    for _ in range(600):
        if words in (told := path.read_text()):
            return told
        time.sleep(0.02)
    raise AssertionError(path.read_text())


@pytest.fixture
def started(tmp_path: Path) -> Callable[..., tuple[subprocess.Popen[bytes], Path]]:
    """Starts a clock in a folder; its output goes to a file."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*words: str, **environment: str) -> tuple[subprocess.Popen[bytes], Path]:
        log = tmp_path / "log"
        with log.open("wb") as out:
            child = subprocess.Popen(
                words, cwd=tmp_path, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}
            )
        running.append(child)
        return child, log

    yield start
    for child in running:
        child.kill()
        child.wait()


def modules(folder: Path, **texts_: str) -> None:
    for name, text in texts_.items():
        place = folder / "node_modules" / name.replace("_", "-")
        place.mkdir(parents=True)
        (place / "package.json").write_text('{"type": "module", "main": "index.js"}')
        (place / "index.js").write_text(text)


def test_node_starts_each_job_once_at_a_time_and_ends_it_at_sigterm(
    tmp_path: Path,
    started: Callable[..., tuple[subprocess.Popen[bytes], Path]],
    needs_program: Callable[..., str],
) -> None:
    modules(tmp_path, node_cron=NODE_CRON)
    (tmp_path / "heroku-clock.mjs").write_text(clock_text("nodejs", NOW, COMMANDS, None))
    child, log = started(needs_program("node"), "heroku-clock.mjs")
    told = until(log, "left out")
    assert told.startswith("jobs that wait for their time: 2\n")
    assert "it is\n" in told and told.count("sleep 30: starts") == 1
    until(log, "job: ended with 0")
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0
    assert "sleep 30: ended by SIGTERM" in log.read_text()


@pytest.mark.parametrize("free", ["yes", "no"])
def test_one_of_several_copies_gets_the_lock(
    free: str,
    tmp_path: Path,
    started: Callable[..., tuple[subprocess.Popen[bytes], Path]],
    needs_program: Callable[..., str],
) -> None:
    modules(tmp_path, node_cron=NODE_CRON, pg=PG)
    (tmp_path / "heroku-clock.mjs").write_text(clock_text("nodejs", NOW[:1], COMMANDS, JS_LOCK))
    child, log = started(needs_program("node"), "heroku-clock.mjs", FREE=free, DATABASE_URL="postgres://x")
    told = until(log, "job: ended with 0" if free == "yes" else "another copy of this capsule runs it")
    assert ("job: starts" in told) is (free == "yes")
    (first, *_) = (tmp_path / "locks").read_text().splitlines()
    assert first.startswith("SELECT 1 WHERE pg_try_advisory_lock($1, $2) ") and first.endswith("postgres://x")
    # The lock is held for a minute; the end of the capsule does not wait for it.
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0


APSCHEDULER = """
import threading
class BlockingScheduler:
    def __init__(self, timezone, job_defaults):
        assert job_defaults["max_instances"] == 1 and str(timezone) == "UTC"
        self.jobs, self.end, self.threads = [], threading.Event(), []
    def add_job(self, run, trigger, args, name):
        self.jobs.append((run, args))
    def start(self):
        for run, args in self.jobs:
            self.threads.append(threading.Thread(target=run, args=args))
            self.threads[-1].start()
        self.end.wait()
        for one in self.threads:
            one.join()
    def shutdown(self):
        self.end.set()
"""


CRON_TRIGGER = """
class CronTrigger:
    from_crontab = staticmethod(lambda when, timezone: when)
"""
SIGNAL_WHILE_A_JOB_IS_STARTED = """
import os, signal, subprocess, time
class Popen(subprocess.Popen):
    def __init__(self, command, **more):
        super().__init__(command, **more)
        if "sleep 30" in command[-1]:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.3)
subprocess.Popen = Popen
"""


def python_clock(folder: Path, also: str = "") -> None:
    """A clock in Python, and an APScheduler that starts every job at once."""
    for name, text in (("schedulers/blocking.py", APSCHEDULER), ("triggers/cron.py", CRON_TRIGGER + also)):
        file = folder / "apscheduler" / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    (folder / "heroku-clock.py").write_text(clock_text("python", NOW, COMMANDS, None))


def test_python_ends_a_job_that_is_being_started_when_the_signal_comes(
    tmp_path: Path, started: Callable[..., tuple[subprocess.Popen[bytes], Path]]
) -> None:
    python_clock(tmp_path, SIGNAL_WHILE_A_JOB_IS_STARTED)
    child, log = started(sys.executable, "-u", "heroku-clock.py")
    assert child.wait(20) == 0
    assert "sleep 30: ended with -15" in log.read_text()


def test_python_starts_them_and_ends_them_at_sigterm(
    tmp_path: Path, started: Callable[..., tuple[subprocess.Popen[bytes], Path]]
) -> None:
    python_clock(tmp_path)
    child, log = started(sys.executable, "-u", "heroku-clock.py")
    told = until(log, "job: ended with 0")
    assert "jobs that wait for their time: 2\n" in told
    until(log, "sleep 30: starts")
    child.send_signal(signal.SIGTERM)
    assert child.wait(20) == 0
    assert "sleep 30: ended with -15" in log.read_text()


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_python_reads_the_lock(driver: str, tmp_path: Path) -> None:
    lock = Lock(variable="DATABASE_URL", driver=driver, line=f"\nimport {driver}\n")
    file = tmp_path / "clock.py"
    file.write_text(clock_text("python", NOW, COMMANDS, lock))
    py_compile.compile(str(file), doraise=True)
    assert f'{driver}.connect(os.environ["DATABASE_URL"])' in file.read_text()


def test_bash_starts_what_is_due_and_nothing_else(
    tmp_path: Path, started: Callable[..., tuple[subprocess.Popen[bytes], Path]]
) -> None:
    """The minute is 02:30 of the day, again and again."""
    for name, text in (("sleep", 'exec /bin/sleep "$([ "$1" = 30 ] && echo 30 || echo 0.05)"'),
                       ("date", '[ "$1" = +%s ] && echo 9000 || exec /bin/date "$@"')):  # fmt: skip
        (tmp_path / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / name).chmod(0o755)
    due = [*NOW, Job(id="3", command="echo never", every=60, at=7)]
    (tmp_path / "heroku-clock.sh").write_text(clock_text("go", due, COMMANDS, None))
    child, log = started("bash", "heroku-clock.sh", PATH=f"{tmp_path}:{os.environ['PATH']}")
    told = until(log, "still runs; this time it is left out")
    until(log, "job: ended with 0")
    assert "it is\n" in told and "never\n" not in told.partition("\n")[2]
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0
    assert "sleep 30: ended" not in log.read_text()


def test_ruby_takes_no_value_for_code() -> None:
    jobs = [Job(id="1", command="rake 'x[#{ENV}]' #@a \"#$b\"", every=10)]
    text = clock_text("ruby", jobs, {}, Lock(variable="DATABASE_URL", driver="PG", line='require "pg"\n'))
    assert "\\#{ENV}" in text and " \\#@a" in text and "\\#$b" in text
    assert 'require "pg"' in text and "{{" not in text


def test_the_emailer_of_the_guide() -> None:
    files = code({**node(dependencies={"pg": "^8.13.0"}), "Procfile": "job: node job.ts\n"})
    one = emailer(config=with_database("DATABASE_URL"))
    found = propose(one, files, wanted(one, jobs=(job(),)))
    new = texts(found)
    clock = new["heroku-clock.mjs"] or ""
    assert 'when: "*/10 * * * *", command: ["node", "job.ts"]' in clock and "pg_try_advisory_lock" in clock
    assert json.loads(new["package.json"] or "")["dependencies"] == {"node-cron": "4.6.0", "pg": "^8.13.0"}
    assert new["Procfile"] is None
    assert {"clock-restart", "clock-replicas"} <= codes(found) and not found.blocked
    (capsule,) = found.capsules
    assert (capsule.service, capsule.kind, capsule.command) == ("clock", "backend", "node heroku-clock.mjs")


def test_without_a_database_two_copies_of_the_clock_are_not_let_through() -> None:
    one = app("heroku/nodejs", jobs=(TEN_MINUTES,))
    files = code(node())
    for count, stops in ((1, False), (2, True)):
        found = propose(one, files, wanted(one, process(count=count), jobs=(job("web"),)))
        assert ("clock-replicas" in blocking(found)) is stops
        assert "advisory" not in (texts(found)["heroku-clock.mjs"] or "")


@pytest.mark.parametrize(
    ("buildpack", "files", "names", "remedy"),
    [
        ("nodejs", {"yarn.lock": ""}, (), "yarn add node-cron@4.6.0"),
        (
            "nodejs",
            {"package-lock.json": '{"lockfileVersion": 1}'},
            (),
            "npm install --save-exact node-cron@4.6.0",
        ),
        ("python", {"requirements.txt": "x==1 --hash=sha256:1\n"}, (), "pip-compile"),
        ("python", {"pyproject.toml": "[project]\n"}, ("uv.lock",), "uv add APScheduler==3.11.3"),
        ("ruby", {"Gemfile.lock": "GEM\n  specs:\n    pg (1)\n"}, (), "bundle add rufus-scheduler"),
    ],
)
def test_a_lock_file_of_another_tool_is_not_made_wrong(
    buildpack: str, files: dict[str, str], names: tuple[str, ...], remedy: str
) -> None:
    one = app(f"heroku/{buildpack}", commands={}, jobs=(TEN_MINUTES,))
    base = node() if buildpack == "nodejs" else {}
    found = propose(one, code({**base, **files}, *names), wanted(one, jobs=(job(),)))
    problem = next(one for one in found.problems if one.code == "clock-lock")
    assert problem.blocks and remedy in problem.remedy and remedy in problem.copies[0]
    assert not {"package.json", "requirements.txt", "pyproject.toml"} & {
        path for path in texts(found) if "node-cron" in (texts(found)[path] or "")
    }


@pytest.mark.parametrize(
    ("files", "path", "line"),
    [
        ({"requirements.txt": "flask"}, "requirements.txt", "flask\nAPScheduler==3.11.3\n"),
        (
            {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["a"]\n'},
            "pyproject.toml",
            '[project]\nname = "x"\ndependencies = ["a", "APScheduler==3.11.3"]\n',
        ),
    ],
)
def test_the_library_of_python(files: dict[str, str], path: str, line: str) -> None:
    one = app("heroku/python", commands={}, jobs=(TEN_MINUTES,))
    assert texts(propose(one, code(files), wanted(one, jobs=(job(),))))[path] == line


def test_the_lock_file_of_npm_gets_what_npm_would_write() -> None:
    lock = {"lockfileVersion": 2, "packages": {"": {}}, "dependencies": {}}
    one = emailer()
    files = code({**node(), "package-lock.json": json.dumps(lock, indent=2)})
    told = json.loads(texts(propose(one, files, wanted(one, jobs=(job(),))))["package-lock.json"] or "")
    assert told["packages"][""]["dependencies"] == {"node-cron": "4.6.0"}
    assert told["packages"]["node_modules/node-cron"]["integrity"].startswith("sha512-")
    assert told["dependencies"]["node-cron"]["version"] == "4.6.0"


def test_a_library_that_is_there_stays_and_so_does_a_clock_of_their_own() -> None:
    one = emailer()
    files = code(node(dependencies={"node-cron": "^3.0.3"}))
    assert "node-cron" not in str(propose(one, files, wanted(one, jobs=(job(),))).problems)
    theirs = code({**node(), "heroku-clock.mjs": "mine();\n"})
    found = propose(one, theirs, wanted(one, jobs=(job(),)))
    assert "clock-file" in blocking(found) and "heroku-clock.mjs" not in texts(found)


def test_jobs_from_outside_are_told_with_what_protects_them() -> None:
    one = emailer()
    found = propose(one, code(node()), wanted(one, jobs=(job(action="outside"),)))
    problem = next(one for one in found.problems if one.code == "job-outside")
    assert "secret" in problem.remedy and problem.copies == ("every 10 minutes: node job.ts",)
    assert "heroku-clock.mjs" not in texts(found)
