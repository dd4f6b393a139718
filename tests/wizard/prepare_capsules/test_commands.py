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
