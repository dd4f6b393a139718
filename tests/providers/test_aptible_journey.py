"""A whole move to the sandbox's Aptible: real HTTP, real ssh, real git, real Postgres, real processes."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from tests.providers.aptible_world import APP, CANARY, World, aptible_world, git, make_repository
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import DatabaseWish, TargetApp, TargetService

WISH = DatabaseWish(handle="shop-db", version="16", memory_mb=1024, disk_gb=10)


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with aptible_world(short_folder) as made:
        yield made


async def push(world: World, app: TargetApp, checkout: Path, commit: str) -> str:
    """Push as the wizard does; returns the branch."""
    remote, secrets = await world.target.git_remote(app, str(checkout.parent / "push"), commit)
    environment = {**remote.environment, **{name: value.reveal() for name, value in secrets.items()}}
    assert CANARY not in str(remote)
    await asyncio.to_thread(
        lambda: git(
            checkout, "push", remote.url, f"{commit}:refs/heads/{remote.branch}", environment=environment
        )
    )
    return remote.branch


async def deployed(world: World, checkout: Path, **values: str) -> tuple[TargetApp, str]:
    """The app `shop`, configured and deployed."""
    app = await world.app()
    commit = await asyncio.to_thread(make_repository, checkout, APP)
    config = {
        "PORT": Secret("3000"),
        "GREETING": Secret("hello"),
        **{k: Secret(v) for k, v in values.items()},
    }
    await world.target.configure(app, config, world.log)
    branch = await push(world, app, checkout, commit)
    return await world.target.deploy(app, branch, world.log), branch


async def service(world: World, app: TargetApp, name: str) -> TargetService:
    return next(item for item in await world.target.services(app) if item.type == name)


async def page(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(url)


async def test_everything_twice_creates_nothing_twice(world: World) -> None:
    for _ in range(2):
        environment = await world.environment()
        database = await world.target.create_database(environment, WISH, world.log)
        app = await world.app()
        assert (database.state, database.version, database.disk_gb) == ("provisioned", "16", 10)
        assert app.git_ref is None
    assert world.posts("/accounts") == 1
    assert world.posts("/accounts/*/databases") == 1
    assert world.posts("/accounts/*/apps") == 1
    assert world.posts("/databases/*/operations") == 1
    assert [item.handle for item in await world.target.environments()] == ["acme-production"]
    assert (await world.target.environments())[0].region == "eu-central-1"
    assert await world.target.database_versions() == ["14", "15", "16", "17", "18"]
    assert await world.target.find_database(environment, "other") is None
    assert await world.target.find_app(environment, "other") is None


async def test_push_deploy_endpoint_configure_and_scale(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    needs_program("ssh")
    app, branch = await deployed(world, tmp_path / "code with blanks")
    assert (app.state, app.git_ref) == ("provisioned", branch)
    assert any("hook sees hello" in line for line in world.lines)
    services = await world.target.services(app)
    assert [(item.type, item.count, item.memory_mb) for item in services] == [
        ("web", 1, 1024),
        ("worker", 1, 1024),
    ]
    web = await service(world, app, "web")
    assert await world.target.find_endpoint(web) is None
    for _ in range(2):
        endpoint = await world.target.create_endpoint(web, 3000, world.log)
    assert world.posts("/services/*/vhosts") == 1
    assert (await page(endpoint.url)).text.startswith("greeting=hello")
    assert endpoint.dns_target.startswith("elb-")
    assert endpoint.port == 3000

    await world.target.configure(app, {"GREETING": Secret("bonjour"), "NOTHING": Secret("")}, world.log)
    assert (await page(endpoint.url)).text.startswith("greeting=bonjour")
    config = await world.target.config(app)
    assert {name: value.reveal() for name, value in config.items()} == {"PORT": "3000", "GREETING": "bonjour"}
    assert any("NOTHING is empty" in line for line in world.lines)

    web = await world.target.scale(web, 2, 512, world.log)
    assert (web.count, web.memory_mb) == (2, 512)
    assert len(world.sandbox.facts()["apps"]["shop"]["services"]["web"]["running"]) == 2
    web = await world.target.scale(web, 0, 0, world.log)
    again = await world.target.scale(web, 0, 0, world.log)
    assert (again.count, again.memory_mb) == (0, 512)
    assert world.posts("/services/*/operations") == 2
    assert world.sandbox.facts()["apps"]["shop"]["services"]["web"]["running"] == []
    assert (await page(endpoint.url)).status_code == 503
    assert world.sandbox.facts()["presigned_with_token"] == 0
    assert not [line for line in world.lines if CANARY in line]


async def test_new_services_begin_as_they_are_told_and_old_ones_keep_what_they_have(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    needs_program("ssh")
    app = await world.app()
    config = {"PORT": Secret("3000"), "GREETING": Secret("hello")}
    await world.target.configure(app, config, world.log)
    commit = make_repository(tmp_path / "code", APP)
    branch = await push(world, app, tmp_path / "code", commit)
    await world.target.deploy(app, branch, world.log, count=0, memory_mb=4096)

    async def services() -> list[tuple[str, int, int]]:
        return [(item.type, item.count, item.memory_mb) for item in await world.target.services(app)]

    assert await services() == [("web", 0, 4096), ("worker", 0, 4096)]
    # Not for a moment: the app's own log would have what the server says when it starts.
    assert world.sandbox.app_log("shop") == []
    assert any("hook sees hello" in line for line in world.lines)
    await world.target.scale(await service(world, app, "web"), 1, 512, world.log)
    more = {"Procfile": APP["Procfile"] + "clock: python -c 'import time; time.sleep(600)'\n"}
    branch = await push(world, app, tmp_path / "code", make_repository(tmp_path / "code", more))
    await world.target.deploy(app, branch, world.log, memory_mb=2048)
    assert await services() == [("clock", 1, 2048), ("web", 1, 512), ("worker", 0, 4096)]


async def test_a_failing_deploy_keeps_what_runs_and_shows_the_end_of_the_log(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    needs_program("ssh")
    app, first = await deployed(world, tmp_path / "code")
    web = await service(world, app, "web")
    endpoint = await world.target.create_endpoint(web, 3000, world.log)

    commit = make_repository(tmp_path / "code", {"server.py": "raise SystemExit('the new code is broken')\n"})
    branch = await push(world, app, tmp_path / "code", commit)
    with pytest.raises(Trouble) as caught:
        await world.target.deploy(app, branch, world.log)
    assert "the new code is broken" in caught.value.cause
    assert "exited with status 1" in caught.value.cause
    assert "DEPLOY FAILED" in caught.value.cause
    assert caught.value.untouched == "What ran before goes on running."
    assert any("the new code is broken" in line for line in world.lines)
    assert (await page(endpoint.url)).text.startswith("greeting=hello")
    found = await world.target.find_app(await world.environment(), "shop")
    assert found is not None and found.git_ref == first

    with pytest.raises(Trouble, match="BROKEN is set"):
        await world.target.configure(app, {"BROKEN": Secret("yes")}, world.log)
    assert "BROKEN" not in await world.target.config(app)
    assert (await page(endpoint.url)).status_code == 200


async def test_the_log_streams_while_the_deploy_runs(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    needs_program("ssh")
    app = await world.app()
    secret = Secret("value-that-nobody-may-read")
    hook = f"""\
import os, pathlib, time
print("waiting for a reader", os.environ["API_KEY"], flush=True)
while not pathlib.Path({str(tmp_path / "read")!r}).exists():
    time.sleep(0.01)
print("somebody has read it", flush=True)
"""
    await world.target.configure(
        app, {"PORT": Secret("3000"), "GREETING": Secret("hello"), "API_KEY": secret}, world.log
    )
    commit = make_repository(tmp_path / "code", {**APP, "hook.py": hook})
    branch = await push(world, app, tmp_path / "code", commit)
    lines: list[str] = []
    kept: list[list[Path]] = []
    folder = tmp_path / "run at 100%"
    folder.mkdir(mode=0o700)
    (folder / "tunnel-of-a-run-that-was-killed").mkdir()

    def read(line: str) -> None:
        lines.append(line)
        # Only a line that is seen while the hook still waits lets the deploy go on.
        if "waiting for a reader" in line:
            kept.append(list(folder.iterdir()))
            (tmp_path / "read").touch()

    await asyncio.wait_for(world.target.deploy(app, branch, read, folder=folder), 30)
    assert kept == [[]]
    assert list(folder.iterdir()) == []
    assert sum("somebody has read it" in line for line in lines) == 1
    assert sum("DEPLOY SUCCESSFUL" in line for line in lines) == 1
    assert not [line for line in lines if secret.reveal() in line]
    assert any("waiting for a reader ••••••••" in line for line in lines)
    assert world.posts("/operations/*/ssh_portal_connections") == 1


DEPLOYER = """\
import asyncio, json, os, pathlib, sys
from providers.aptible.target import AptibleTarget
from wizard.model.secret import Secret
from wizard.ports import Environment

async def main():
    told = json.loads(os.environ["TOLD"])
    target = AptibleTarget(told["hosts"], Secret(told["token"]))
    environment = Environment(id=told["environment"], handle="acme-production")
    app = await target.find_app(environment, "shop")
    folder = pathlib.Path(told["folder"])
    await target.deploy(app, told["branch"], lambda line: print(line, flush=True), folder=folder)

asyncio.run(main())
"""


async def test_a_run_that_is_killed_leaves_neither_ssh_nor_key(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    needs_program("ssh")
    app = await world.app()
    await world.target.configure(app, {"PORT": Secret("3000"), "GREETING": Secret("hello")}, world.log)
    wait = "import time\nprint('the hook waits', flush=True)\ntime.sleep(600)\n"
    branch = await push(
        world, app, tmp_path / "code", make_repository(tmp_path / "code", {**APP, "hook.py": wait})
    )
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    told = {
        "hosts": world.sandbox.hosts,
        "token": world.sandbox.credentials["token"],
        "environment": app.environment_id,
        "branch": branch,
        "folder": str(folder),
    }
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", DEPLOYER),
        env={**os.environ, "TOLD": json.dumps(told)},
        stdout=subprocess.PIPE,
    )
    assert run.stdout is not None
    while b"the hook waits" not in (line := await run.stdout.readline()):
        assert line
    assert ssh_below(folder)
    run.kill()
    await run.wait()
    while ssh_below(folder):
        await asyncio.sleep(0.01)
    assert list(folder.iterdir()) == []


def ssh_below(folder: Path) -> list[str]:
    """Processes whose arguments name something in `folder`."""
    listing = subprocess.run(["ps", "-axww", "-o", "stat=,args="], capture_output=True, text=True, check=True)
    return [line for line in listing.stdout.splitlines() if f"{folder}/" in line and line[0] != "Z"]


async def test_without_ssh_the_log_comes_at_the_end(
    world: World, tmp_path: Path, needs_program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_program("git")
    needs_program("ssh")
    app = await world.app()
    commit = make_repository(tmp_path / "code", {**APP, ".aptible.yml": ""})
    await world.target.configure(app, {"PORT": Secret("3000")}, world.log)
    branch = await push(world, app, tmp_path / "code", commit)
    monkeypatch.setattr("wizard.database.ssh_command.shutil.which", lambda name: None)
    await world.target.deploy(app, branch, world.log, folder=tmp_path)
    assert sum("DEPLOY SUCCESSFUL" in line for line in world.lines) == 1
    assert world.posts("/operations/*/ssh_portal_connections") == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Dockerfile": None}, "No Dockerfile found"),
        ({"Dockerfile": "FROM x\nCOPY missing.txt /\n"}, "file not found in build context: missing.txt"),
        ({".aptible.yml": "before_deploy:\n  - python -c 'raise SystemExit(4)'\n"}, "exit status 4"),
        ({"Procfile": None}, "nothing to run"),
    ],
)
async def test_what_cannot_be_built_says_why(
    world: World,
    tmp_path: Path,
    needs_program: Callable[[str], str],
    change: dict[str, str | None],
    words: str,
) -> None:
    needs_program("git")
    needs_program("ssh")
    app = await world.app()
    await world.target.configure(app, {"PORT": Secret("3000"), "GREETING": Secret("hello")}, world.log)
    files = {name: text for name, text in {**APP, **change}.items() if text is not None}
    commit = make_repository(tmp_path / "code", files)
    branch = await push(world, app, tmp_path / "code", commit)
    with pytest.raises(Trouble, match=words):
        await world.target.deploy(app, branch, world.log)
    found = await world.target.find_app(await world.environment(), "shop")
    assert found is not None and found.git_ref is None
    assert await world.target.services(app) == []


async def test_a_push_without_the_token_or_to_another_app_is_refused(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    needs_program("ssh")
    app = await world.app()
    commit = make_repository(tmp_path / "code", APP)
    remote, _ = await world.target.git_remote(app, str(tmp_path / "push"), commit)
    again, _ = await world.target.git_remote(app, str(tmp_path / "push"), commit)
    assert remote == again
    assert (tmp_path / "push" / "aptible_known_hosts").stat().st_mode & 0o777 == 0o600
    command = ("push", remote.url, f"{commit}:refs/heads/x")
    with pytest.raises(AssertionError, match="invalid ACCESS_TOKEN"):
        await asyncio.to_thread(lambda: git(tmp_path / "code", *command, environment=remote.environment))
    with_token = {**remote.environment, "ACCESS_TOKEN": world.sandbox.credentials["token"]}
    command = ("push", remote.url.replace("shop", "shed"), f"{commit}:refs/heads/x")
    with pytest.raises(AssertionError, match="not found or not accessible"):
        await asyncio.to_thread(lambda: git(tmp_path / "code", *command, environment=with_token))
    other = await asyncio.to_thread(make_known_hosts_wrong, tmp_path / "push" / "aptible_known_hosts")
    command = ("push", remote.url, f"{commit}:refs/heads/x")
    with pytest.raises(AssertionError, match="Host key verification failed"):
        await asyncio.to_thread(lambda: git(tmp_path / "code", *command, environment=with_token))
    assert other and world.sandbox.facts()["pushes"] == []


def make_known_hosts_wrong(path: Path) -> bool:
    lines = [line.split() for line in path.read_text().splitlines()]
    path.write_text("".join(f"[127.0.0.1]:1 {line[1]} {line[2]}\n" for line in lines))
    return True


async def test_a_process_that_ends_well_at_once_does_not_fail_the_deploy(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    needs_program("ssh")
    app = await world.app()
    files = {"Dockerfile": "FROM python:3.11-slim\n", "Procfile": "job: python -c 'print(1)'\n"}
    commit = make_repository(tmp_path / "code", files)
    for _ in range(2):
        branch = await push(world, app, tmp_path / "code", commit)
    app = await world.target.deploy(app, branch, world.log)
    assert app.state == "provisioned"
    assert any("job.1 exited with status 0" in line for line in world.lines)
    assert world.sandbox.facts()["pushes"] == ["acme-production/shop"]


async def test_cron_runs_its_lines(world: World, tmp_path: Path, needs_program: Callable[[str], str]) -> None:
    needs_program("git")
    needs_program("ssh")
    app = await world.app("emailer")
    files = {
        "Dockerfile": "FROM python:3.11-slim\nWORKDIR /app\nCOPY . /app\n",
        "Procfile": "cron: supercronic /app/crontab\n",
        "crontab": "# jobs\n* * * * * python job.py\n",
        "job.py": "print('the job ran', flush=True)\n",
    }
    commit = make_repository(tmp_path / "code", files)
    await world.target.deploy(app, await push(world, app, tmp_path / "code", commit), world.log)
    for _ in range(200):
        if world.sandbox.facts()["cron_runs"].get("emailer", 0) >= 2:
            break
        await asyncio.sleep(0.05)
    log = world.sandbox.app_log("emailer")
    assert world.sandbox.facts()["cron_runs"]["emailer"] >= 2, log
    assert any("the job ran" in line for line in log)
