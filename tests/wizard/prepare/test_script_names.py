"""The programs of buildpacks under their other names, and what they do without a file of the app's own."""

import subprocess
from pathlib import Path

import pytest

from tests.wizard.prepare.described_apps import APPS, checkout
from tests.wizard.prepare.proposals import app, files, propose
from wizard.prepare.template import fill

CODE = {name: text for name, text in APPS["python"].items() if name != "Procfile"}


@pytest.mark.parametrize(
    ("line", "linked"),
    [
        ("bin/start-nginx run", []),
        ("bin/start-nginx-solo", ["start-nginx-solo"]),
        ("bin/start-nginx-static", ["start-nginx-static"]),
        ("bin/start-nginx-debug bin/start-pgbouncer run", ["start-nginx-debug"]),
        ("/app/bin/start-pgbouncer-stunnel run", ["start-pgbouncer-stunnel"]),
    ],
)
def test_a_process_finds_the_program_by_the_name_that_it_is_started_by(line: str, linked: list[str]) -> None:
    one = app("heroku/nginx", "heroku/pgbouncer", "heroku/python", commands={"web": line})
    text = files(propose(one, checkout(CODE)))["Dockerfile"]
    names = ("start-nginx-solo", "start-nginx-static", "start-nginx-debug", "start-pgbouncer-stunnel")
    assert [name for name in names if f"/app/bin/{name}\n" in text] == linked
    for name in linked:
        assert f" && ln -s {name.rpartition('-')[0]} /app/bin/{name}\n" in text


@pytest.mark.parametrize("name", ["start-nginx", "start-nginx-solo", "start-nginx-static"])
def test_nginx_starts_alone_where_the_name_says_so(name: str, tmp_path: Path) -> None:
    script = tmp_path / name
    script.write_text(fill("start-nginx.sh"))
    programs = tmp_path / "programs"
    programs.mkdir()
    for program, text in {"erb": 'cat "$1"', "nginx": "echo nginx ran; exec sleep 0.2"}.items():
        (programs / program).write_text(f"#!/bin/bash\n{text}\n")
        (programs / program).chmod(0o755)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "mime.types").touch()
    place = {"PATH": f"{programs}:/usr/bin:/bin"}
    words = [
        "bash",
        str(script),
        *(["-f", "sh", "-c", "echo app ran; sleep 1"] if name == "start-nginx" else []),
    ]
    done = subprocess.run(
        words, cwd=tmp_path, env=place, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1 and "nginx ran" in done.stdout
    assert ("app ran" in done.stdout) is (name == "start-nginx")
    # The settings that the buildpack brings where the app has none.
    told = (tmp_path / "config" / "nginx.conf").read_text()
    assert "server unix:/tmp/nginx.socket" in told and 'listen <%= ENV["PORT"] %>;' in told


@pytest.mark.parametrize(
    ("variables", "ends"),
    [
        ({"PGBOUNCER_PREPARED_STATEMENTS": "false"}, "/db1?prepared_statements=false"),
        ({"PGBOUNCER_PREPARED_STATEMENTS": "true"}, "/db1"),
        ({"PGBOUNCER_SERVER_RESET_QUERY": "DISCARD ALL"}, "/db1"),
    ],
)
def test_what_the_config_vars_of_pgbouncer_say_is_done(
    variables: dict[str, str], ends: str, tmp_path: Path
) -> None:
    done = pooled(tmp_path, DATABASE_URL="postgres://me:secret-4711@db.example/shop", **variables)
    assert done.returncode == 0 and done.stdout.strip().endswith(ends), done.stderr
    told = (tmp_path / "told").read_text()
    assert ("server_reset_query = DISCARD ALL\n" in told) is ("PGBOUNCER_SERVER_RESET_QUERY" in variables)


@pytest.mark.parametrize(
    "url", ["", "redis://:secret-4711@db.example:6379", "postgres://db.example/secret-4711"]
)
def test_a_url_that_cannot_be_pooled_is_named_and_not_shown(url: str, tmp_path: Path) -> None:
    done = pooled(tmp_path, DATABASE_URL=url)
    assert done.returncode == 1 and "DATABASE_URL is no URL of a Postgres database" in done.stderr
    assert "secret-4711" not in done.stdout + done.stderr and not (tmp_path / "told").exists()


def pooled(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "start-pgbouncer").write_text(fill("start-pgbouncer.sh"))
    pool = folder / "pgbouncer"
    pool.write_text('#!/bin/bash\ncat "$1" > told\nexec sleep 0.5\n')
    pool.chmod(0o755)
    place = {"PATH": f"{folder}:/usr/bin:/bin", "TMPDIR": str(folder), **variables}
    app_line = 'until [ -s told ]; do sleep 0.05; done; echo "$DATABASE_URL"'
    words = ["bash", "start-pgbouncer", "sh", "-c", app_line]
    return subprocess.run(
        words, cwd=folder, env=place, capture_output=True, text=True, timeout=30, check=False
    )
