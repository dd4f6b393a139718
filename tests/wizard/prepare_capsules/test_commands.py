"""What a capsule runs: one command, with what comes before it and beside it; and that script, run."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.wizard.prepare_capsules.moves import (
    TEN_MINUTES,
    app,
    code,
    codes,
    job,
    process,
    propose,
    texts,
    wanted,
)
from wizard.prepare.capsules.commands import run_command
from wizard.prepare.capsules.together import together_text

LINES = {"web": "gunicorn x -b :$PORT", "worker": "python w.py", "release": "python m.py"}
ONE = app("heroku/python", commands=LINES, jobs=(TEN_MINUTES,))

GRACEFUL = """import signal, time
told = 0
def end(*_):
    global told
    told += 1
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while not told:
    time.sleep(0.02)
time.sleep(0.3)
print("told", told, "times", flush=True)
"""


@pytest.mark.parametrize(
    ("processes", "service", "command"),
    [
        ((process(),), "web", "gunicorn x -b :$PORT"),
        ((process(), process("worker", command="python other.py")), "worker", "python other.py"),
        (
            (process(), process("release", action="before-start")),
            "web",
            "python m.py && exec gunicorn x -b :$PORT",
        ),
        (
            (process(), process("release", action="before-start", command="a; b")),
            "web",
            "bash -c 'a; b' && exec gunicorn x -b :$PORT",
        ),
        ((process(command="A=1 b && c"), process("release", action="before-start")), "web",
         "python m.py && A=1 b && c"),
        ((process(), process("worker", joined="web")), "web", "bash heroku-together.sh"),
        ((process("worker"), process("web", joined="worker")), "worker", "bash heroku-together-worker.sh"),
        ((process(capsule="docker"),), "web", ""),
        ((process(capsule="frontend"),), "web", ""),
        ((process(),), "nothing", ""),
    ],
)  # fmt: skip
def test_the_run_command(processes: tuple[object, ...], service: str, command: str) -> None:
    assert run_command(ONE, wanted(ONE, *processes), service) == command  # type: ignore[arg-type]


def test_the_clock_in_a_capsule_of_its_own_and_beside_the_web_process() -> None:
    assert run_command(ONE, wanted(ONE, process(), jobs=(job(),)), "clock") == "python -u heroku-clock.py"
    assert run_command(ONE, wanted(ONE, process(), jobs=(job("web"),)), "web") == "bash heroku-together.sh"


def test_the_procfile_of_the_code_counts_once_it_is_prepared() -> None:
    found = propose(ONE, code({"requirements.txt": "", "Procfile": "web: newer\n"}), wanted(ONE, process()))
    (capsule,) = found.capsules
    assert capsule.command == "newer"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["exit 7", "sleep 30"], 7),
        (["exec sleep 30", "exit 0"], 1),
        (["sleep 30 && echo no", "exit 3"], 3),
    ],
)
def test_when_one_ends_all_end(lines: list[str], status: int, tmp_path: Path) -> None:
    script = tmp_path / "heroku-together.sh"
    script.write_text(together_text(lines))
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == status and "no\n" not in done.stdout
    assert "the others are told to end" in done.stdout and not done.stderr


def test_all_get_the_signal(tmp_path: Path) -> None:
    script = tmp_path / "heroku-together.sh"
    line = "trap 'echo ended {0}; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    script.write_text(together_text([line.format("a"), line.format("b")]))
    with subprocess.Popen(["bash", str(script)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert [child.stdout.readline(), child.stdout.readline()] == ["ready\n", "ready\n"]
        child.send_signal(signal.SIGTERM)
        assert sorted(child.stdout.read().split("\n")) == ["", "ended a", "ended b"]
    assert child.returncode == 0


def test_the_signal_reaches_one_that_was_started_that_very_moment(tmp_path: Path) -> None:
    noted = '  pids+=("$!")\n'
    line = "trap 'echo ended {0}; exit 0' TERM; echo ready > {0}; while :; do sleep 0.05; done"
    text = together_text([line.format("a"), line.format("b")])
    assert text.count(noted) == 1
    between = '  [ "$1" = "${1/ended b/}" ] || { until [ -e b ]; do sleep 0.05; done; kill -TERM $$; }\n'
    script = tmp_path / "heroku-together.sh"
    script.write_text(text.replace(noted, between + noted))
    done = subprocess.run(
        ["bash", str(script)], capture_output=True, text=True, timeout=20, cwd=tmp_path, check=False
    )
    assert sorted(done.stdout.split()) == ["a", "b", "ended", "ended"] and done.returncode == 0


def test_each_is_told_to_end_once(tmp_path: Path) -> None:
    """A second signal ends many programs at once, in the middle of what they finish."""
    (tmp_path / "graceful.py").write_text(GRACEFUL)
    (tmp_path / "heroku-together.sh").write_text(
        together_text(["python graceful.py", "python graceful.py x"])
    )
    words = ["bash", "heroku-together.sh"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as child:
        assert child.stdout
        assert [child.stdout.readline(), child.stdout.readline()] == ["ready\n", "ready\n"]
        child.send_signal(signal.SIGTERM)
        assert child.stdout.read() == "told 1 times\n" * 2
    assert child.returncode == 0


def test_one_that_does_not_end_is_killed(tmp_path: Path) -> None:
    text = together_text(["sleep 0.3; exit 5", "trap '' TERM; echo deaf; while :; do sleep 0.05; done"])
    assert "tenths < 300" in text
    script = tmp_path / "heroku-together.sh"
    script.write_text(text.replace("tenths < 300", "tenths < 3"))
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 5 and "deaf\n" in done.stdout


def test_the_release_command_is_said_to_run_at_each_start() -> None:
    files = code({"requirements.txt": ""})
    before = process("release", action="before-start")
    told = propose(ONE, files, wanted(ONE, process(count=3), before))
    problem = next(one for one in told.problems if one.code == "release-before-start")
    assert "each of its 3 replicas" in problem.text
    assert "release-without-web" in codes(propose(ONE, files, wanted(ONE, process("worker"), before)))


def test_python_keeps_web_alone_and_others_lose_the_procfile() -> None:
    lines = "# ours\nweb: gunicorn x\nworker: python w.py\n"
    found = propose(
        ONE, code({"requirements.txt": "", "Procfile": lines}), wanted(ONE, process(), process("worker"))
    )
    assert texts(found)["Procfile"] == "# ours\nweb: gunicorn x\n"
    alone = propose(ONE, code({"requirements.txt": "", "Procfile": "worker: python w.py\n"}),
                    wanted(ONE, process("worker")))  # fmt: skip
    assert texts(alone)["Procfile"] == "web: gunicorn x -b :$PORT\n"
    go = app("heroku/go", commands={"web": "bin/x"})
    gone = propose(go, code({"go.mod": "module x\n", "Procfile": "web: bin/x\n"}))
    assert texts(gone)["Procfile"] is None and "procfile-heroku" in codes(gone)
    image = propose(go, code({"go.mod": "module x\n\ngo 1.22\n", "Procfile": "web: bin/x\n"}),
                    wanted(go, process(capsule="docker")))  # fmt: skip
    assert "Procfile" not in texts(image)
