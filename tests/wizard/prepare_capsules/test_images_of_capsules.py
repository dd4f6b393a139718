"""Docker capsules: a Dockerfile for each command, of the language, of an image, of the app's own."""

import msgspec
import pytest

from tests.wizard.prepare.described_apps import checkout, instructions, stages
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
from wizard.choose.own_image import own_image
from wizard.document.repository.code_nouns import HerokuYml
from wizard.model.mapping import AddOnChoice
from wizard.prepare.capsules.docker_files import with_command

PYTHON = {"requirements.txt": "gunicorn\n", "runtime.txt": "python-3.11.14\n"}
ONE = app("heroku/python", commands={"web": "gunicorn x", "worker": "python w.py $A"}, jobs=(TEN_MINUTES,))


def test_an_old_python_stays_what_it_is_with_a_file_for_each_command() -> None:
    both = (process(capsule="docker"), process("worker", capsule="docker"))
    found = propose(ONE, code(PYTHON), wanted(ONE, *both, jobs=(job(),)))
    new = texts(found)
    assert {"Dockerfile", "Dockerfile.worker", "Dockerfile.clock"} <= set(new)
    assert ".python-version" not in new
    last = {path: instructions(text or "")[-1] for path, text in new.items() if path.startswith("Dockerfile")}
    assert last == {
        "Dockerfile": ("CMD", "gunicorn x"),
        "Dockerfile.worker": ("CMD", "bash -c exec python w.py $A"),
        "Dockerfile.clock": ("CMD", "python -u heroku-clock.py"),
    }
    assert all(("FROM", "python:3.11-slim-bookworm") in stages(new[path] or "")[-1] for path in last)
    told = {one.service: (one.kind, one.command, one.dockerfile) for one in found.capsules}
    assert told == {
        "web": ("docker", "", "Dockerfile"),
        "worker": ("docker", "", "Dockerfile.worker"),
        "clock": ("docker", "", "Dockerfile.clock"),
    }
    paths = [one.copies for one in found.problems if one.code == "docker-path"]
    assert paths == [("/Dockerfile.worker", "/"), ("/Dockerfile.clock", "/")]


def test_the_second_reading_changes_nothing() -> None:
    both = (process(capsule="docker"), process("worker", capsule="docker", joined="web"))
    mapping = wanted(ONE, *both)
    new = texts(propose(ONE, code(PYTHON), mapping))
    assert instructions(new["Dockerfile"] or "")[-1] == ("CMD", "bash heroku-together.sh")
    again = code({**PYTHON, **{path: text for path, text in new.items() if text is not None}})
    assert not propose(ONE, again, mapping).changes


def test_a_command_with_a_foreign_letter_is_the_same_when_it_is_read_again() -> None:
    one = app("heroku/python", commands={"worker": "w\u00f6rker.sh"})
    mapping = wanted(one, process("worker", capsule="docker"))
    new = texts(propose(one, code(PYTHON), mapping))
    again = code({**PYTHON, **{path: text for path, text in new.items() if text is not None}})
    assert not propose(one, again, mapping).changes


def test_the_dockerfiles_of_a_container_app_stay_where_they_are() -> None:
    one = msgspec.structs.replace(ONE, stack="container", buildpacks=())
    files = {"web/Dockerfile": "FROM a\nCMD gunicorn x\n", "worker/Dockerfile": "FROM b\nCMD other\n"}
    told = HerokuYml(images={"web": "web/Dockerfile", "worker": "worker/Dockerfile"})
    both = (process(capsule="docker"), process("worker", capsule="docker"))
    found = propose(one, checkout(files, heroku_yml=told), wanted(one, *both))
    assert [one.dockerfile for one in found.capsules] == ["web/Dockerfile", "worker/Dockerfile.worker"]
    assert (texts(found)["worker/Dockerfile.worker"] or "").startswith("FROM b\nCMD")
    assert ("/web/Dockerfile", "/web") in [one.copies for one in found.problems]


def test_an_image_that_is_built_elsewhere() -> None:
    choice = {"image": "ghcr.io/acme/shop:v42", "private": True}
    both = (process(capsule="docker"), process("worker", capsule="docker"))
    found = propose(ONE, code({"README.md": ""}), wanted(ONE, *both, choice=choice))
    new = texts(found)
    assert instructions(new["Dockerfile"] or "") == [
        ("FROM", "ghcr.io/acme/shop:v42"), ("ENV", "PORT 3000"), ("EXPOSE", "3000"), ("CMD", "gunicorn x"),
    ]  # fmt: skip
    assert "Dockerfile.worker" in new
    assert {"image-build", "image-private"} <= codes(found)


def test_a_queue_has_a_capsule_of_its_own() -> None:
    choices = (AddOnChoice(add_on_id="mq", action="by-hand"),)
    found = propose(ONE, code(PYTHON), wanted(ONE, process(), add_ons=choices))
    assert instructions(texts(found)["rabbitmq/Dockerfile"] or "") == [
        ("FROM", own_image("rabbitmq")), ("ENV", "RABBITMQ_NODENAME rabbit@localhost"), ("EXPOSE", "5672"),
    ]  # fmt: skip
    problem = next(one for one in found.problems if one.code == "queue")
    assert problem.copies == ("/rabbitmq/Dockerfile", "5672") and "CLOUDAMQP_URL" in problem.remedy
    assert "the folder in its PERSISTENT_STORAGE_DIR" in problem.remedy
    assert "through HTTP: try first" in problem.remedy
    elsewhere = (AddOnChoice(add_on_id="mq", action="by-hand", reason="an account of our own at CloudAMQP"),)
    kept = propose(ONE, code(PYTHON), wanted(ONE, process(), add_ons=elsewhere))
    assert "rabbitmq/Dockerfile" not in texts(kept) and "queue" not in codes(kept)
    assert "rabbitmq/Dockerfile" not in texts(propose(ONE, code(PYTHON)))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("FROM a\nCMD x\n", 'FROM a\nCMD ["y"]\n'),
        ("FROM a\nCMD x \\\n  z\n", 'FROM a\nCMD x \\\n  z\nCMD ["y"]\n'),
        ("FROM a\n", 'FROM a\nCMD ["y"]\n'),
        ('FROM a\nENTRYPOINT ["e"]\nCMD x', 'FROM a\nENTRYPOINT ["e"]\nENTRYPOINT []\nCMD ["y"]'),
    ],
)
def test_another_command_for_an_image(text: str, end: str) -> None:
    assert with_command(text, "y") == end
