"""The texts of single files: Dockerfiles of many apps, crontabs, hook files, commands."""

import json
import subprocess
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from wizard.document.checkout import Checkout
from wizard.document.procfile import parse_procfile
from wizard.model.system import Job
from wizard.ports import ReleaseHook
from wizard.prepare.command import exec_form, resolve
from wizard.prepare.image.node import node_image
from wizard.prepare.image.python import python_image
from wizard.prepare.image.wish import Image, ImageWish
from wizard.prepare.own_dockerfile import instructions
from wizard.prepare.procfile import services_procfile
from wizard.prepare.release_hook import NotReadable, commands, scalar, with_hook
from wizard.prepare.schedules import cron_stage, crontab, schedule

WISH = ImageWish(app="shop", port=3000, command='["run"]')
HOOK = ReleaseHook(file="x.yml", key="first", aliases=("before",))
KNOWN = {
    "FROM",
    "WORKDIR",
    "RUN",
    "COPY",
    "ENV",
    "USER",
    "EXPOSE",
    "ENTRYPOINT",
    "CMD",
}


def checkout(files: dict[str, str], *names: str) -> Checkout:
    return Checkout(path="/code", files=files, names=tuple(sorted({*files, *names})))


def codes(image: Image) -> set[str]:
    return {problem.code for problem in image.problems}


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"runtime.txt": "python-3.11.14\n"}, "3.11"),
        ({".python-version": "# ours\n3.12\n"}, "3.12"),
        ({"runtime.txt": "python-3.10.2", ".python-version": "3.13"}, "3.10"),
        ({"Pipfile": '[requires]\npython_version = "3.9"\n'}, "3.9"),
        ({}, "3.14"),
    ],
)
def test_python_versions(files: dict[str, str], version: str) -> None:
    image = python_image(checkout({"requirements.txt": "", **files}), WISH)
    assert f"FROM python:{version}-slim-bookworm" in image.text
    told = {"python-unread-pin"} if "Pipfile" in files else set()
    assert codes(image) == (told if files else {"python-not-pinned"})


def test_a_python_without_image_blocks() -> None:
    image = python_image(checkout({"requirements.txt": "", "runtime.txt": "python-2.7.18"}), WISH)
    assert codes(image) == {"python-too-old"}


@pytest.mark.parametrize(
    ("files", "names", "line"),
    [
        ({"requirements.txt": "flask\n"}, (), "COPY requirements.txt ./\n"),
        ({"requirements.txt": "-r base.txt\n"}, (), "COPY . .\n"),
        ({"requirements.txt": "flask", "Pipfile": ""}, ("Pipfile.lock",), "pipenv requirements"),
        ({"pyproject.toml": ""}, ("poetry.lock",), "poetry install --only main"),
        ({"pyproject.toml": ""}, ("uv.lock",), "uv sync --locked"),
    ],
)
def test_python_package_managers(files: dict[str, str], names: tuple[str, ...], line: str) -> None:
    image = python_image(checkout({"runtime.txt": "python-3.12.1", **files}, *names), WISH)
    assert line in image.text
    assert codes(image) == set()


def test_python_without_packages_blocks() -> None:
    assert "python-no-packages" in codes(python_image(checkout({"server.py": ""}), WISH))


def test_django_collects_its_files_and_says_so() -> None:
    image = python_image(checkout({"requirements.txt": "Django==5\npsycopg2\n"}, "manage.py"), WISH)
    assert "RUN python manage.py collectstatic --noinput" in image.text
    assert "libpq5" in image.text
    assert "collectstatic" in codes(image)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("psycopg2==2.9", True),
        ("psycopg>=3", True),
        ("psycopg[pool]", True),
        ("psycopg2-binary", False),
        ("psycopg[binary,pool]", False),
        ("flask", False),
    ],
)
def test_the_library_of_postgres_is_there_where_it_is_needed(line: str, wanted: bool) -> None:
    assert ("libpq5" in python_image(checkout({"requirements.txt": line}), WISH).text) is wanted


def test_django_collects_nothing_where_heroku_was_told_so() -> None:
    wish = msgspec.structs.replace(WISH, config=("DISABLE_COLLECTSTATIC",))
    django = checkout({"requirements.txt": "Django==5", "runtime.txt": "python-3.12.1"}, "manage.py")
    image = python_image(django, wish)
    assert "collectstatic" not in image.text and codes(image) == {"collectstatic-off"}
    (problem,) = python_image(django, WISH).problems
    assert "saw all config vars on Heroku" in problem.text


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "requirements.txt",
                "runtime.txt",
                ".python-version",
                "Pipfile",
                "package.json",
                "pyproject.toml",
            ]
        ),
        st.text(max_size=60).map(lambda text: f"{text}\nCANARY-4711\n"),
    ),
    st.sets(st.sampled_from(["Pipfile.lock", "uv.lock", "poetry.lock", "yarn.lock", "manage.py"])),
    st.integers(1024, 65535),
    st.text(min_size=1, max_size=30).filter(str.strip),
    st.booleans(),
)
def test_any_dockerfile_is_one_and_the_same_twice(
    files: dict[str, str], names: set[str], port: int, command: str, cron: bool
) -> None:
    wish = ImageWish(
        app="shop", port=port, command=exec_form(command), cron_stage=cron_stage() if cron else ""
    )
    for make in (python_image, node_image):
        image = make(checkout(files, *names), wish)
        assert make(checkout(files, *names), wish) == image
        assert "CANARY-4711" not in image.text
        assert "{{" not in image.text.replace(wish.command, "")
        steps = instructions(image.text)
        assert {name for name, _ in steps} <= KNOWN
        assert steps[-1] == ("CMD", wish.command)
        assert [rest for name, rest in steps if name == "EXPOSE"] == [str(port)]
        assert [rest for name, rest in steps if name == "USER"][-1] in ("app", "node")
        assert any(f"PORT={port}" in rest for name, rest in steps if name == "ENV")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("python server.py", ["python", "server.py"]),
        ("node 'a b.js'", ["node", "a b.js"]),
        ("gunicorn app --bind 0.0.0.0:$PORT", ["bash", "-c", "exec gunicorn app --bind 0.0.0.0:$PORT"]),
        ("cd x && run", ["bash", "-c", "cd x && run"]),
        ("A=1 run $B", ["bash", "-c", "A=1 run $B"]),
        ("exec run $B", ["bash", "-c", "exec run $B"]),
        ("say 'oops", ["bash", "-c", "exec say 'oops"]),
    ],
)
def test_exec_form(command: str, words: list[str]) -> None:
    assert json.loads(exec_form(command)) == words


@given(st.text(max_size=40))
def test_exec_form_is_one_line_of_json(command: str) -> None:
    form = exec_form(command)
    assert "\n" not in form
    assert all(isinstance(word, str) for word in json.loads(form))


@pytest.mark.parametrize(
    ("job", "fields"),
    [
        (Job(id="1", command="x", every=10), "*/10 * * * *"),
        (Job(id="1", command="x", every=10, at=3), "3-59/10 * * * *"),
        (Job(id="1", command="x", every=60, at=20), "20 * * * *"),
        (Job(id="1", command="x", every=1440, at=0), "0 0 * * *"),
        (Job(id="1", command="x", every=1440, at=1439), "59 23 * * *"),
    ],
)
def test_schedules(job: Job, fields: str) -> None:
    assert schedule(job) == fields


@given(
    st.lists(
        st.builds(Job, id=st.just("1"), command=st.text(max_size=30), every=st.sampled_from([10, 60])),
        max_size=3,
    )
)
def test_a_job_is_one_line(jobs: list[Job]) -> None:
    lines = crontab(jobs, {}).splitlines()
    assert len([line for line in lines if line and not line.startswith("#")]) == 2 + len(jobs)


def test_a_process_type_stands_for_its_command() -> None:
    assert resolve("job", {"job": "python x.py"}) == "python x.py"
    assert resolve("job -v", {"job": "python x.py"}) == "python x.py -v"
    assert resolve(" jobs ", {"job": "python x.py"}) == "jobs"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, "first:\n  - rake db\n"),
        ("", "first:\n  - rake db\n"),
        ("other: 1", "other: 1\nfirst:\n  - rake db\n"),
        ("first:\n  - a\nlast:\n  - z\n", "first:\n  - a\n  - rake db\nlast:\n  - z\n"),
        ("before:\n- a # why\n\n# end\n", "before:\n- a # why\n- rake db\n\n# end\n\n"),
        ("first:\n  - rake db\n", "first:\n  - rake db\n"),
        ('first:\n  - "rake db"\n', 'first:\n  - "rake db"\n  - rake db\n'),
    ],
)
def test_hook_files(old: str | None, new: str) -> None:
    assert with_hook(old, HOOK, "rake db").rstrip("\n") == new.rstrip("\n")


@pytest.mark.parametrize("old", ["first: [a]\n", "first: a\n", "first:\n  - a\n    b\n", "first:\n  x: y\n"])
def test_a_hook_file_that_is_not_understood_is_left_alone(old: str) -> None:
    with pytest.raises(NotReadable):
        with_hook(old, HOOK, "rake db")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(str.strip).filter(bool))
@example("rake 'say[\U0001f600 é]'")
def test_a_hook_is_written_once(command: str) -> None:
    once = with_hook("keep: 1\n", HOOK, command)
    assert once.startswith("keep: 1\n")
    assert with_hook(once, HOOK, command) == once
    assert commands(once, HOOK) == (scalar(command),)
    assert yaml.safe_load(once) == {"keep": 1, "first": [command]}


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "12",
        "0x1f",
        ".inf",
        "- x",
        "a: b",
        "a #b",
        "x && y",
        "$A",
        "'q'",
        "",
        "é",
        "[a]",
        "*x",
        "&x",
        "null",
    ],
)
def test_what_yaml_would_misread_is_quoted(text: str) -> None:
    assert scalar(text).startswith('"')


def test_a_procfile_keeps_what_stays() -> None:
    old = "# top\nweb: a $PORT\n\nrelease: r\nworker b\nodd:line\nclock: c\nclock: d\n"
    services = {"web": ("web", "x"), "worker": ("bg", "x"), "clock": ("clock", "x"), "extra": ("extra", "e")}
    assert services_procfile(old, services, {"cron": "exec supercronic crontab"}) == (
        "# top\nweb: a $PORT\n\nbg: b\nclock: d\nextra: e\ncron: exec supercronic crontab\n"
    )


@given(
    st.none() | st.text("web:wrk \n#a\r", max_size=60),
    st.dictionaries(st.sampled_from(["web", "w", "r"]), st.just("cmd"), max_size=3),
)
def test_a_procfile_has_exactly_the_services(old: str | None, chosen: dict[str, str]) -> None:
    services = {type_: (type_, command) for type_, command in chosen.items()}
    new = services_procfile(old, services, {"cron": "c"})
    assert set(parse_procfile(new).commands) == {*services, "cron"}
    was = parse_procfile(old or "").commands
    for type_ in services:
        assert parse_procfile(new).commands[type_] == (was.get(type_) or "cmd")
    assert services_procfile(new, {**services, "cron": ("cron", "c")}, {}) == new


def test_the_shell_of_the_cron_stage_parses(tmp_path: Path) -> None:
    for name, rest in instructions(cron_stage()):
        if name == "RUN":
            done = subprocess.run(["sh", "-n", "-c", rest], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
