"""A migration without a person, from a file: the example's whole journey, gates by their names."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.plain_pipe import PlainPipe
from wizard.run.view import view
from wizard.session.store import find, infos

ANSWERS = """
version = 1
name = "example"
target = "aptible"

[map]
leave_undecided = "nobody uses it"

[prepare]
accept = true
"""

RUN = """
[run]
start = true
"""


@pytest.fixture
def ended(private_home: Path) -> Iterator[Callable[..., tuple[int, str]]]:
    """Runs `offramp` with an empty input to its end; its exit code and what it said."""
    made: list[PlainPipe] = []

    def run(*words: str) -> tuple[int, str]:
        made.append(PlainPipe(*words))
        code = made[-1].end(200)
        assert "Traceback" not in made[-1].said and "\x1b" not in made[-1].said
        return code, made[-1].said

    yield run
    run("demo", "--stop")
    for pipe in made:
        pipe.close()


@pytest.mark.slow
def test_the_whole_demo_journey_from_a_file_gate_by_gate(
    needs_program: Callable[[str], str], ended: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    needs_program("ssh")
    needs_program("git")
    file = tmp_path / "answers.toml"
    demo = ("demo", "--size", "tiny", "--answers", str(file))

    file.write_text(ANSWERS)
    code, said = ended(*demo)
    assert code == 3 and "waits at plan. The file leaves open:" in said, said[-3000:]
    assert "- run.start = true" in said and "prepare.accept = migrate-backend: branch " in said

    # What a session was answered is a file again, and more is added to that.
    ((folder, _),) = infos()
    again = tmp_path / "again.toml"
    assert ended("answers", folder.name, "--output", str(again))[0] == 0
    file.write_text(again.read_text() + RUN)
    code, said = ended(*demo)
    assert code == 3 and '- run.confirm: "cut-over=example" passes Gate: cut-over' in said, said[-3000:]
    assert "fits nothing" not in said and "map.apps" not in said

    file.write_text(again.read_text() + RUN + 'confirm = ["cut-over=example", "finish=example"]\n')
    code, said = ended(*demo)
    assert code == 0 and "The run is done" in said, said[-3000:]
    session = find(folder.name)
    seen = view(session)
    session.close()
    assert seen is not None and seen.run.state == "done"
    trace = ended("answers", folder.name, "--trace")[1]
    for key in (
        "sign_in.heroku",
        "target",
        "map.leave_undecided",
        "prepare.accept",
        "run.start",
        "run.confirm",
    ):
        assert f" {key} = " in trace, trace
    assert "run.confirm = cut-over=example, finish=example, from answers.toml (" in trace


CAPSULES = """
version = 1
name = "example"
target = "code-capsules"

[map]
team = "acme"
leave_undecided = "nobody uses it"

[prepare]
accept = true

[run]
start = true
sign_in_program = true
confirm = ["cut-over=example", "finish=example"]
"""


@pytest.mark.slow
def test_what_only_a_person_knows_to_be_done_can_be_said_in_the_file(
    needs_program: Callable[[str], str], ended: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    needs_program("git")
    file = tmp_path / "answers.toml"
    demo = ("demo", "--target", "code-capsules", "--size", "tiny", "--answers", str(file))

    file.write_text(CAPSULES)
    code, said = ended(*demo)
    assert code == 3 and '- run.done: "settings:migrate-backend" says that it is done' in said, said[-3000:]

    # What Offramp sees by itself takes no word, and a slip of the pen is not left unnoticed.
    file.write_text(CAPSULES + 'done = ["settings", "backups", "repository", "setings"]\n')
    code, said = ended(*demo)
    assert "Look: run.done: Offramp sees by itself whether repository is done" in said, said[-3000:]
    assert "Look: run.done: no step is called setings" in said
    assert code == 0 and "The run is done" in said, said[-3000:]
    assert "says beforehand: it goes on in some seconds" in said
    ((folder, _),) = infos()
    trace = ended("answers", folder.name, "--trace")[1]
    assert "run.done = settings:migrate-backend, " in trace and "backups, from answers.toml" in trace
