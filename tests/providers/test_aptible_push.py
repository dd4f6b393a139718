"""The step that pushes code, to the sandbox's Aptible, with the machine's own git and ssh."""

import asyncio
import os
import shlex
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import asyncssh
import pytest

from providers.aptible.git_remote import git_remote
from providers.aptible.hosts import addresses
from tests.providers.aptible_world import APP, World, aptible_world, git, make_repository
from wizard.model.plan import Plan, Step
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import GitRemote, TargetApp
from wizard.run.context import Context
from wizard.run.kinds.push import Push


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with aptible_world(short_folder) as made:
        yield made


@pytest.fixture(autouse=True)
def programs(needs_program: Callable[[str], str]) -> None:
    needs_program("git")
    needs_program("ssh")


class Surroundings:
    """What a push needs of a run's context."""

    def __init__(self, target: Any, app: TargetApp, folder: Path) -> None:
        self.target = target
        self.folder = folder
        self.lines: list[str] = []
        self._app = app

    async def app(self, handle: str) -> TargetApp:
        return self._app

    def log(self, step: Step) -> Callable[[str], None]:
        return self.lines.append


def push_step(checkout: Path, commit: str) -> Step:
    args: dict[str, Any] = {"handle": "shop", "checkout": str(checkout), "commit": commit}
    return Step(key="push:shop", kind="push", title="x", phase="prepare", args=args)


async def prepared(world: World, folder: Path) -> tuple[Context, Step, Path]:
    checkout = folder / "code with blanks"
    commit = make_repository(checkout, APP)
    around = Surroundings(world.target, await world.app(), folder / "run")
    return cast(Context, around), push_step(checkout, commit), checkout


async def test_a_push_runs_no_program_of_the_repository(world: World, tmp_path: Path) -> None:
    context, step, checkout = await prepared(world, tmp_path)
    trace = tmp_path / "the hook ran"
    for folder in (checkout / ".git" / "hooks", checkout / "own-hooks"):
        folder.mkdir(exist_ok=True)
        hook = folder / "pre-push"
        hook.write_text(f'#!/bin/sh\necho "$ACCESS_TOKEN" > {shlex.quote(str(trace))}\n')
        hook.chmod(0o755)
    git(checkout, "config", "core.hooksPath", "own-hooks")
    git(checkout, "config", "push.gpgSign", "true")
    git(checkout, "config", "push.followTags", "true")
    git(checkout, "tag", "-a", "v1", "-m", "a tag of the team's own")
    assert await Push().probe(context, step) is None
    await Push().do(context, step)
    assert await Push().probe(context, step) is not None
    assert not trace.exists()
    assert world.sandbox.facts()["pushes"] == ["acme-production/shop"]
    repository = world.sandbox.git.repository(next(iter(world.sandbox.world.apps.values())))
    commit = str(step.args["commit"])
    assert git(repository, "for-each-ref", "--format=%(refname)") == f"refs/heads/deploy-{commit[:12]}"


async def test_the_target_says_what_it_finds_in_the_code(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, step, _ = await prepared(world, tmp_path)
    context.plan = Plan(name="x", source="Heroku", target="Aptible", steps=(step,))
    await Push().do(context, step)
    found = await Push().verify(context, step)
    assert found.summary.endswith("; Aptible finds Dockerfile, Procfile, .aptible.yml")
    assert world.posts("/apps/*/operations") == 1 and world.sandbox.world.deployments == {}
    (scan,) = world.sandbox.world.code_scans.values()
    scan.procfile, real = None, world.sandbox._shapes.code_scan
    monkeypatch.setattr(world.sandbox._shapes, "code_scan", lambda _: real(scan))
    found = await Push().verify(context, step)
    assert "look before you go on: Aptible does not find Procfile in it" in found.summary
    world.faults.add("500", path="/code_scan_results/*", method="GET", count=None)
    found = await Push().verify(context, step)
    assert found.summary.endswith("is on the target"), "nobody is held up by what is not known"
    assert any("is not known" in line for line in cast(Any, context).lines)


class StuckTarget:
    """Its ssh never gets anywhere."""

    def __init__(self, folder: Path) -> None:
        self.pid_file = folder / "pid"
        self.program = folder / "stuck-ssh"
        self.program.write_text(
            f"#!/bin/sh\necho $$ > {self.pid_file}.part\nmv {self.pid_file}.part {self.pid_file}\n"
            "exec sleep 600\n"
        )
        self.program.chmod(0o755)

    async def git_remote(self, app: TargetApp, folder: str, ref: str) -> tuple[GitRemote, dict[str, Secret]]:
        environment = {"GIT_SSH_COMMAND": str(self.program), "GIT_SSH_VARIANT": "ssh"}
        return GitRemote(url="root@127.0.0.1:a/b.git", branch="x", environment=environment), {}


async def test_a_push_that_is_stopped_leaves_no_ssh_behind(tmp_path: Path) -> None:
    target = StuckTarget(tmp_path)
    app = TargetApp(id="1", handle="shop", environment_id="1", state="pending")
    commit = make_repository(tmp_path / "code", APP)
    around = cast(Context, Surroundings(target, app, tmp_path / "run"))
    push = asyncio.create_task(Push().do(around, push_step(tmp_path / "code", commit)))
    while not target.pid_file.exists():
        assert not push.done()
        await asyncio.sleep(0.01)
    push.cancel()
    with pytest.raises(asyncio.CancelledError):
        await push
    ssh = target.pid_file.read_text().strip()
    end = time.monotonic() + 10
    while state_of(ssh) not in ("", "Z"):
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


def state_of(pid: str) -> str:
    """The first letter of a process's state; empty when there is none."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False)
    return done.stdout.strip()[:1]


async def test_a_refused_push_can_be_made_by_hand(world: World, tmp_path: Path) -> None:
    context, step, checkout = await prepared(world, tmp_path)
    world.faults.add("refuse", path="git:/push", count=None)
    assert await Push().probe(context, step) is None
    with pytest.raises(Trouble) as caught:
        await Push().do(context, step)
    trouble = caught.value
    assert (trouble.code, trouble.retry) == ("push-refused", False)
    assert trouble.cause.endswith("App not found or not accessible")
    commit = str(step.args["commit"])
    port = world.sandbox.git.port
    words = [
        *("git", "push", f"ssh://git@127.0.0.1:{port}/acme-production/shop.git"),
        f"{commit}:refs/heads/deploy-{commit[:12]}",
    ]
    assert shlex.join(words) in trouble.remedy
    assert str(checkout) in trouble.remedy

    # What the person has: a key that the account knows, and ssh as they use it.
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "hosts").write_text(
        "".join(f"[127.0.0.1]:{port} {line}\n" for line in world.sandbox.hosts["git_host_keys"].splitlines())
    )
    world.sandbox.git.known_keys.add(" ".join(key.export_public_key().decode().split()[:2]))
    options = ("IdentitiesOnly=yes", f"UserKnownHostsFile={tmp_path}/hosts", "StrictHostKeyChecking=yes")
    own = ["ssh", "-F", os.devnull, "-i", f"{tmp_path}/key", *(w for o in options for w in ("-o", o))]
    git(checkout, "config", "core.sshCommand", shlex.join(own))
    assert await Push().probe(context, step) is None  # they may push, and have not yet
    await asyncio.to_thread(lambda: git(checkout, *words[1:]))
    found = await Push().probe(context, step)
    assert found is not None and found.facts == {"commit": commit}


async def test_a_door_that_asks_for_nothing_lets_us_in(tmp_path: Path) -> None:
    """Keyboard-interactive without a question, as of old OpenSSH servers with PAM."""

    class Door(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def kbdint_auth_supported(self) -> bool:
            return True

        def get_kbdint_challenge(self, *_: Any) -> Any:
            return "", "", "", []

        def validate_kbdint_response(self, *_: Any) -> bool:
            return True

    async def serve(process: "asyncssh.SSHServerProcess[str]") -> None:
        process.stdout.write("in\n")
        process.exit(0)

    host_key = asyncssh.generate_private_key("ssh-rsa")
    server = await asyncssh.create_server(
        Door, "127.0.0.1", 0, server_host_keys=[host_key], process_factory=serve
    )
    hosts = {
        "git": f"root@127.0.0.1:{server.get_port()}",
        "git_host_keys": host_key.export_public_key().decode(),
    }
    app = TargetApp(id="1", handle="shop", environment_id="1", state="pending")
    remote, _ = git_remote(
        addresses(hosts), environment="e", app=app, folder=str(tmp_path), ref="main", token=Secret("x" * 20)
    )
    ssh = await asyncio.create_subprocess_exec(
        *shlex.split(remote.environment["GIT_SSH_COMMAND"]),
        "root@127.0.0.1",
        env={"PATH": os.environ["PATH"], **remote.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    out, _ = await ssh.communicate()
    server.close()
    assert (ssh.returncode, out) == (0, b"in\n")
    assert remote.by_hand == ""
