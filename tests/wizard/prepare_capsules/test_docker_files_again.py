"""Dockerfiles of capsules, beside those of people: read from a clone, written to its branch, read again."""

import subprocess
from pathlib import Path

import pytest

from tests.wizard.prepare.described_apps import instructions
from tests.wizard.prepare_capsules.moves import TARGET, app, blocking, codes, process, propose, texts, wanted
from wizard.document.checkout import Checkout
from wizard.model.mapping import Mapping
from wizard.prepare.branch import write_branch
from wizard.prepare.code import read_for_changes

GIT = ("git", "-c", "user.name=Dev", "-c", "user.email=dev@acme.example")
BOTH = app("heroku/python", commands={"web": "gunicorn x -b :$PORT", "worker": "python w.py $A"})
APART = wanted(BOTH, process(capsule="docker"), process("worker", capsule="docker"))
PYTHON = {"requirements.txt": "gunicorn\n", ".python-version": "3.12\n"}
OWN = "FROM python:3.12-alpine\nCOPY . .\nCMD exec gunicorn x -b :$PORT\n"


def cloned(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "first")):
        subprocess.run([*GIT, *words], cwd=folder, check=True)
    return folder


def read(clone: Path) -> Checkout:
    return read_for_changes(clone, TARGET)


@pytest.mark.parametrize(
    "mapping",
    [
        APART,
        wanted(BOTH, process("worker", capsule="docker"), process(joined="worker")),
        wanted(BOTH, process("worker"), process(joined="worker")),
        wanted(
            BOTH,
            process(capsule="docker"),
            process("worker", capsule="docker"),
            choice={"image": "ghcr.io/acme/shop:v42"},
        ),
    ],
    ids=["apart", "joined", "joined backend", "image"],
)
def test_what_the_branch_holds_is_neither_replaced_nor_refused(mapping: Mapping, tmp_path: Path) -> None:
    clone = cloned(tmp_path, PYTHON)
    first = propose(BOTH, read(clone), mapping)
    assert first.changes and not first.blocked
    branch = write_branch(clone, "s", "app", first)
    subprocess.run([*GIT, "checkout", "-q", branch.commit], cwd=clone, check=True)
    again = propose(BOTH, read(clone), mapping)
    assert again.changes == () and not blocking(again) and again.capsules == first.capsules


def test_a_persons_file_for_a_service_is_taken_as_it_is(tmp_path: Path) -> None:
    theirs = "FROM python:3.12-alpine\nCMD exec python w.py --fast\n"
    found = propose(
        BOTH, read(cloned(tmp_path, {**PYTHON, "Dockerfile": OWN, "Dockerfile.worker": theirs})), APART
    )
    assert not any(path.startswith("Dockerfile") for path in texts(found))
    assert [one.dockerfile for one in found.capsules] == ["Dockerfile", "Dockerfile.worker"]
    (told,) = [one for one in found.problems if one.code == "docker-own"]
    assert (
        "Heroku runs `python w.py $A`, its image `exec python w.py --fast`" in told.text and not told.blocks
    )


def test_a_persons_image_runs_another_command_by_sh(tmp_path: Path) -> None:
    found = propose(BOTH, read(cloned(tmp_path, {**PYTHON, "Dockerfile": OWN})), APART)
    new = texts(found)["Dockerfile.worker"] or ""
    assert 'CMD ["sh", "-c", "exec python w.py $A"]' in new and "CMD exec gunicorn" not in new
    assert "Dockerfile" not in texts(found) and "docker-entrypoint" not in codes(found)


def test_an_entrypoint_that_is_left_out_is_said(tmp_path: Path) -> None:
    text = OWN.replace("CMD", 'ENTRYPOINT ["./enter.sh"]\nCMD')
    found = propose(BOTH, read(cloned(tmp_path, {**PYTHON, "Dockerfile": text})), APART)
    (told,) = [one for one in found.problems if one.code == "docker-entrypoint"]
    assert '`worker` is started without the ENTRYPOINT of its Dockerfile (["./enter.sh"])' in told.text


@pytest.mark.parametrize(("more", "stops"), [("", True), ("RUN apk add --no-cache bash\n", False)])
def test_a_script_of_bash_wants_an_image_with_bash(more: str, stops: bool, tmp_path: Path) -> None:
    joined = wanted(BOTH, process(capsule="docker"), process("worker", joined="web"))
    text = OWN.replace("COPY", f"{more}COPY")
    found = propose(BOTH, read(cloned(tmp_path, {**PYTHON, "Dockerfile": text})), joined)
    assert ("docker-bash" in blocking(found)) == stops


@pytest.mark.parametrize(
    ("text", "image", "brings"),
    [
        (None, "ghcr.io/acme/shop:v42", True),
        (OWN.replace("COPY . .", "RUN apk add bash\nCOPY x.py ./"), "", True),
        (OWN.replace("COPY . .", "RUN apk add bash\nCOPY --chown=a:a . ./"), "", False),
    ],
)
def test_an_image_without_all_of_the_code_is_given_our_script(
    text: str | None, image: str, brings: bool, tmp_path: Path
) -> None:
    processes = process(capsule="docker"), process("worker", joined="web")
    joined = wanted(BOTH, *processes, choice={"image": image or None})
    own = {"Dockerfile": text} if text else {}
    new = texts(propose(BOTH, read(cloned(tmp_path, {**PYTHON, **own})), joined))
    (written,) = [text or "" for path, text in new.items() if path.startswith("Dockerfile")]
    lines = instructions(written)[-2:]
    assert lines[-1] == ("CMD", "bash heroku-together.sh")
    assert (("COPY", "heroku-together.sh ./") in lines) == brings
