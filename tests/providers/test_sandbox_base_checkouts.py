"""The example apps' code: how it is laid out, and what it says when it cannot start."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from providers.sandbox.checkouts import APPS, commit_of, make_checkouts
from providers.sandbox.processes import Running, free_port


@pytest.mark.parametrize(
    ("app", "program", "missing"),
    [
        ("migrate-backend", "server.py", "SECRET_KEY"),
        ("migrate-backend", "worker.py", "DATABASE_URL"),
        ("migrate-backend", "migrate.py", "DATABASE_URL"),
        ("migrate-frontend", "server.py", "BACKEND_URL"),
        ("migrate-emailer", "send_emails.py", "FROM_ADDRESS"),
    ],
)
async def test_missing_configuration_is_said_in_one_line(
    tmp_path: Path, app: str, program: str, missing: str
) -> None:
    code = await asyncio.to_thread(make_checkouts, tmp_path)
    names = ("DATABASE_URL", "SECRET_KEY", "MAIL_API_KEY", "FRONTEND_URL", "BACKEND_URL", "SESSION_SECRET")
    config = {**dict.fromkeys((*names, "FROM_ADDRESS"), "postgres://nobody"), "PORT": "1"}
    lines: list[str] = []
    running = await Running.start(f"python {program}", code[app], {**config, missing: ""}, lines.append)
    assert await running.wait() == 1
    assert lines == [f"Configuration is missing: {missing}"]


async def test_a_database_that_is_not_there_fails_the_release(tmp_path: Path) -> None:
    code = await asyncio.to_thread(make_checkouts, tmp_path)
    lines: list[str] = []
    env = {"DATABASE_URL": f"postgres://u:secret-word@127.0.0.1:{free_port()}/d"}
    running = await Running.start("python migrate.py", code["migrate-backend"], env, lines.append)
    assert await running.wait() == 1
    assert any(line.startswith("Migration failed:") for line in lines)
    assert not any("secret-word" in line for line in lines)


def test_checkouts_are_repositories_with_one_commit_that_is_always_the_same(tmp_path: Path) -> None:
    first = make_checkouts(tmp_path / "a")
    second = make_checkouts(tmp_path / "b")
    assert set(first) == set(APPS)
    for app in APPS:
        assert re.fullmatch("[0-9a-f]{40}", commit_of(first[app]))
        assert commit_of(first[app]) == commit_of(second[app])
        files = {file.name for file in first[app].iterdir()}
        assert {"Procfile", "app.json", "runtime.txt", "requirements.txt", "README.md"} <= files
        json.loads((first[app] / "app.json").read_text())
    (first["migrate-backend"] / "NEW").write_text("somebody's work")
    make_checkouts(tmp_path / "a")
    assert (first["migrate-backend"] / "NEW").exists()
