"""Parts of the sandbox's Aptible that need no server: the stand-in for supercronic, builds, containers."""

import datetime
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from providers.sandbox.aptible.builds import BuildFailed, build, read_before_deploy, read_procfile, run_line
from providers.sandbox.aptible.containers import container_environment, in_folder
from providers.sandbox.aptible.portal_guest import fresh
from providers.sandbox.aptible.releases import merged
from providers.sandbox.aptible.supercronic import parse
from providers.sandbox.aptible.tokens import SignInRefused, Tokens
from tests.providers.local_git import make_repository

GENERATED = """\
# Written by Offramp: what Heroku's Python buildpack did for this app, as a Dockerfile.
FROM debian:bookworm-slim AS cron
RUN arch="$(dpkg --print-architecture)" \\
 && case "$arch" in \\
      amd64) sum=1 ;; \\
    esac
FROM python:3.11-bookworm AS build
ENV PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.txt ./

FROM python:3.11-slim-bookworm
WORKDIR /app
ENV LANG=C.UTF-8 PYTHONPATH=/app PORT=3000
COPY --from=build /install /usr/local
COPY --chown=app:app . .
EXPOSE 3000
CMD ["python", "server.py", "it's"]
"""


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("schedule", "due", "not_due"),
    [
        ("*/10 * * * *", "2026-03-01T05:20", "2026-03-01T05:21"),
        ("7-59/10 * * * *", "2026-03-01T05:57", "2026-03-01T05:50"),
        ("30 8 * * *", "2026-03-01T08:30", "2026-03-01T09:30"),
        ("@daily", "2026-03-01T00:00", "2026-03-01T01:00"),
        ("0 0 1 * mon", "2026-03-02T00:00", "2026-03-03T00:00"),
        ("0 0 1 * mon", "2026-04-01T00:00", "2026-04-02T00:00"),
        ("0 0 * * 7", "2026-03-01T00:00", "2026-03-02T00:00"),
        ("0 0 * jan,mar 1-5", "2026-03-02T00:00", "2026-02-02T00:00"),
    ],
)
def test_schedules(schedule: str, due: str, not_due: str) -> None:
    (line,), _ = parse(f"{schedule} do it")
    assert line.command == "do it"
    assert line.due(at(due)) and not line.due(at(not_due))


@pytest.mark.parametrize(
    "text", ["", "# only a comment", "* * * *", "61 * * * * x", "a * * * * x", "5-1 * * * * x"]
)
def test_bad_crontabs_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_supercronic_as_a_program(tmp_path: Path) -> None:
    crontab = tmp_path / "crontab"
    crontab.write_text(
        'CRON_TZ=UTC\nSHELL=/bin/sh\nWORD="good day"\n* * * * * echo "$WORD" $TWO\n* * * * * exit 3\n'
    )
    program = Path(sys.modules[parse.__module__].__file__ or "")
    process = subprocess.Popen(
        [sys.executable, "-I", str(program), str(crontab)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "SANDBOX_MINUTE_SECONDS": "0.3", "TWO": "two"},
    )
    assert process.stdout is not None
    lines: list[str] = []
    while not (
        any("job succeeded" in line for line in lines) and any("exit status 3" in line for line in lines)
    ):
        line = process.stdout.readline()
        assert line, lines
        lines.append(line)
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=10)[0]
    assert process.returncode == 0 and "shutdown" in rest
    assert "good day two\n" in lines
    crontab.write_text("nonsense")
    done = subprocess.run([sys.executable, "-I", str(program), str(crontab)], capture_output=True, text=True)
    assert done.returncode == 1 and "bad crontab line 1" in done.stdout


def test_a_build_reads_what_the_last_stage_says(tmp_path: Path, needs_program: Callable[[str], str]) -> None:
    needs_program("git")
    files = {"Dockerfile": GENERATED, "requirements.txt": "", "server.py": ""}
    commit = make_repository(tmp_path / "code", files)
    lines: list[str] = []
    built = build(tmp_path / "code" / ".git", "main", tmp_path / "out", lines.append)
    assert built.sha == commit
    assert built.environment == {"LANG": "C.UTF-8", "PYTHONPATH": "/app", "PORT": "3000"}
    assert (built.workdir, built.exposed_ports) == ("/app", [3000])
    assert built.processes == {"cmd": "python server.py 'it'\"'\"'s'"}
    assert (tmp_path / "out" / "server.py").exists()
    assert any("not run" in line for line in lines)
    with pytest.raises(BuildFailed, match="was not found"):
        build(tmp_path / "code" / ".git", "deploy-nothing", tmp_path / "out2", lines.append)


def test_variables_of_earlier_lines_stand_in_later_ones(
    tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    lines = "FROM scratch\nENV HOME=/app A=1\nENV PATH=$HOME/bin:$PATH A=2 B=${A}$NONE\nCMD x\n"
    make_repository(tmp_path / "code", {"Dockerfile": lines})
    built = build(tmp_path / "code" / ".git", "main", tmp_path / "out", lambda line: None)
    path = f"/app/bin:{os.environ['PATH']}"
    assert built.environment == {"HOME": "/app", "A": "2", "B": "1", "PATH": path}


@pytest.mark.parametrize(
    ("dockerfile", "procfile", "printed"),
    [
        ('CMD ["echo", "$WORD", "a b"]', "", {"cmd": "$WORD a b"}),
        ("CMD echo $WORD", "", {"cmd": "seen"}),
        ('ENTRYPOINT ["echo", "first"]', "", {"cmd": "first"}),
        ('ENTRYPOINT ["echo", "first"]\nCMD ["$WORD"]', "", {"cmd": "first $WORD"}),
        ("ENTRYPOINT echo $WORD", "", {"cmd": "seen"}),
        ('CMD ["false"]', "web: echo $WORD && echo two", {"web": "seen\ntwo"}),
        (
            'ENTRYPOINT ["echo", "first"]\nCMD ["no"]',
            "web: run --port $PORT 'a b' && x\nworker: y",
            {"web": "first run --port $PORT a b && x", "worker": "first y"},
        ),
        ("ENTRYPOINT echo $WORD", "web: the line is lost", {"web": "seen"}),
    ],
)
def test_an_entrypoint_takes_lines_as_words_and_no_shell_reads_them(
    tmp_path: Path,
    needs_program: Callable[[str], str],
    dockerfile: str,
    procfile: str,
    printed: dict[str, str],
) -> None:
    needs_program("git")
    files = {"Dockerfile": f"FROM scratch\n{dockerfile}\n", **({"Procfile": procfile} if procfile else {})}
    make_repository(tmp_path / "code", files)
    built = build(tmp_path / "code" / ".git", "main", tmp_path / "out", lambda line: None)
    environment = {"PATH": os.environ["PATH"], "WORD": "seen", "PORT": "1"}
    said = {
        name: subprocess.run(
            ["/bin/sh", "-c", run_line(built.entrypoint, line)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for name, line in built.processes.items()
    }
    assert said == printed


def test_procfile_and_hooks() -> None:
    assert read_procfile("# a\nweb: python a.py\n\nworker:  b\n") == {"web": "python a.py", "worker": "b"}
    quoted = json.dumps("bash -c 'a \"b\"'")
    text = f"# hooks\nbefore_deploy:\n  - python migrate.py\n  - {quoted}\nafter_deploy_success:\n  - no\n"
    assert read_before_deploy(text) == ["python migrate.py", "bash -c 'a \"b\"'"]
    assert read_before_deploy("before_release:\n- a\n") == ["a"]


def test_what_a_container_sees(tmp_path: Path) -> None:
    environment, ports = container_environment(
        {"PORT": "3000", "A": "configured"},
        {"A": "image", "B": "image"},
        metadata={"APTIBLE_PROCESS_TYPE": "web"},
        programs=tmp_path,
        minute=60,
    )
    assert (environment["A"], environment["B"]) == ("configured", "image")
    assert environment["PORT"] == str(ports[3000]) != "3000"
    assert environment["PATH"].split(os.pathsep)[0] == str(tmp_path)
    assert not {"HEROKU_API_KEY", "SSH_AUTH_SOCK"} & set(environment)
    assert "PORT" not in container_environment({}, {}, metadata={}, programs=tmp_path, minute=60)[0]


def test_paths_below_the_workdir_lead_into_the_release() -> None:
    folder = Path("/releases/7")
    assert in_folder("supercronic /app/crontab", "/app", folder) == "supercronic /releases/7/crontab"
    assert in_folder("cd /app && run /app/x;", "/app/", folder) == "cd /releases/7 && run /releases/7/x;"
    assert in_folder("run /apple /srv/app/x", "/app", folder) == "run /apple /srv/app/x"
    assert in_folder("run /etc/x", "/", folder) == "run /etc/x"


def test_configuration_is_merged_and_an_empty_value_deletes() -> None:
    assert merged({"A": "1", "B": "2"}, {"B": "", "C": "3"}) == {"A": "1", "C": "3"}


def test_one_time_codes_are_good_once_for_their_attempt() -> None:
    tokens = Tokens("canary")
    body = {"grant_type": "password", "username": tokens.person.email, "password": tokens.person.password}
    with pytest.raises(SignInRefused) as wanted:
        tokens.grant(body)
    attempt = wanted.value.context["failed_login_attempt_id"]
    with_code = {**body, "otp_token": tokens.person.otp, "previous_login_attempt_id": attempt}
    assert tokens.check(tokens.grant(with_code).value) is not None
    with pytest.raises(SignInRefused):
        tokens.grant(with_code)
    assert tokens.check("nothing") is None


@pytest.mark.parametrize(
    ("shown", "lines", "new"),
    [
        ("", "abc", "abc"),
        ("abc", "abc", ""),
        ("abab", "ababa", "a"),
        ("abcab", "cabde", "de"),
        ("abc", "xyz", "xyz"),
    ],
)
def test_a_log_shows_what_is_new_and_no_line_again(shown: str, lines: str, new: str) -> None:
    assert fresh(list(lines), list(shown)) == list(new)
