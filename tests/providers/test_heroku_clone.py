"""Cloning from Heroku Git with the real git: what comes, what is left, and where the token is seen."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from providers.heroku.answers import Gone, Refused
from providers.heroku.client import Client
from providers.heroku.clone import _clear_left, _held
from providers.heroku.source import HerokuSource
from providers.sandbox.checkouts import make_checkouts
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.tls import Certificates
from tests.providers.test_heroku_client import served
from wizard.document.repository.code import read_code
from wizard.model.secret import Secret
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable

APP = "migrate-backend"


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    make_checkouts(tmp_path / "code")
    sandbox = HerokuSandbox(
        tmp_path / "heroku",
        size="tiny",
        faults=Faults(),
        certificates=Certificates(tmp_path / "tls"),
        canary="canary",
        alive=False,
    )
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


def opened(heroku: HerokuSandbox, token: str = "", **hosts: str) -> HerokuSource:
    secret = Secret(token or heroku.credentials["token"])
    return HerokuSource(Client({**heroku.hosts, **hosts}, secret))


def left(folder: Path) -> list[str]:
    """What stands beside a clone, hidden or not."""
    return sorted(entry.name for entry in folder.iterdir())


async def test_a_clone_is_what_runs_on_heroku(heroku: HerokuSandbox, tmp_path: Path) -> None:
    said: list[str] = []
    source = opened(heroku)
    folder = tmp_path / "mine" / "backend"
    commit = await source.clone(APP, folder, said.append)
    checkout = await asyncio.to_thread(read_code, folder)
    running = heroku.world.app(APP)
    assert running is not None and running.release is not None
    assert checkout.head == commit
    assert commit == running.slugs[running.release.slug_id or ""].commit
    assert checkout.procfile is not None and "release" in checkout.procfile.commands
    assert not [remark for remark in checkout.remarks if remark.blocks]
    assert left(folder.parent) == ["backend"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert any("100%" in line for line in said) and not any("\x1b" in line or "\r" in line for line in said)
    # The remote is there for a person, without the token; nothing that git keeps has it.
    token = heroku.credentials["token"]
    assert all(token.encode() not in file.read_bytes() for file in folder.rglob("*") if file.is_file())
    config = (folder / ".git" / "config").read_text()
    assert f"{heroku.hosts['git']}/{APP}.git" in config and "credential" not in config


async def test_the_token_stands_in_no_argument_and_no_environment(
    heroku: HerokuSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("git")
    spied = tmp_path / "spied"
    spied.mkdir()
    spy = tmp_path / "bin" / "git"
    spy.parent.mkdir()
    # Every git, and every child of one, since git puts its own programs before the PATH only for them.
    spy.write_text(f'#!/bin/sh\n(echo "$@"; env) > {spied}/$$\nexec {real} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_TRACE_CURL", str(spied / "curl"))
    monkeypatch.setenv("GIT_ASKPASS", "/bin/false")
    await opened(heroku).clone(APP, tmp_path / "backend", lambda _: None)
    seen = {file.name: file.read_text() for file in spied.iterdir()}
    assert any("clone" in text for text in seen.values()) and "curl" not in seen
    token = heroku.credentials["token"]
    assert not [name for name, text in seen.items() if token in text]


async def test_a_persons_own_helpers_are_not_asked(
    heroku: HerokuSandbox, tmp_path: Path, private_home: Path
) -> None:
    private_home.joinpath(".gitconfig").write_text(
        f'[credential]\n\thelper = "!touch {tmp_path}/asked; false"\n'
        f'[url "https://elsewhere.example/"]\n\tinsteadOf = {heroku.hosts["git"]}/\n'
        f"[init]\n\ttemplateDir = {tmp_path}/template\n"
    )
    private_home.joinpath(".netrc").write_text("machine 127.0.0.1 login x password wrong\n")
    hook = tmp_path / "template" / "hooks" / "post-checkout"
    hook.parent.mkdir(parents=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    await opened(heroku).clone(APP, tmp_path / "backend", lambda _: None)
    assert (tmp_path / "backend" / "Procfile").exists()
    assert not (tmp_path / "asked").exists() and not (tmp_path / "hooked").exists()


async def test_an_empty_folder_is_taken_and_a_full_one_is_not(heroku: HerokuSandbox, tmp_path: Path) -> None:
    source = opened(heroku)
    empty, full = tmp_path / "a" / "empty", tmp_path / "a" / "full"
    empty.mkdir(parents=True)
    full.mkdir()
    (full / "mine").write_text("x")
    await source.clone(APP, empty, lambda _: None)
    assert (empty / ".git").is_dir()
    with pytest.raises(Trouble) as refused:
        await source.clone(APP, full, lambda _: None)
    assert refused.value.code == "folder-not-empty" and left(full) == ["mine"]
    assert left(tmp_path / "a") == ["empty", "full"]


async def test_an_app_that_was_never_pushed_is_said_in_words(heroku: HerokuSandbox, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "code" / APP)
    place = tmp_path / "a"
    place.mkdir()
    with pytest.raises(Trouble) as empty:
        await opened(heroku).clone(APP, place / "backend", lambda _: None)
    assert empty.value.code == "empty-repository" and "Nothing was ever pushed" in empty.value.cause
    assert left(place) == []


def test_what_a_killed_clone_left_is_cleared(tmp_path: Path) -> None:
    killed, used, orphaned, foreign, open_to_all = (
        tmp_path / f".offramp-clone-{name}" for name in ("killed", "used", "orphaned", "foreign", "open")
    )
    for place in (killed, used, orphaned, foreign, open_to_all):
        place.mkdir(mode=0o700)
        (place / "code").mkdir()
    (tmp_path / ".offramp-clone-link").symlink_to(killed, target_is_directory=True)
    for place in (killed, open_to_all):
        with _held(place):
            pass
    open_to_all.chmod(0o755)
    with _held(used):
        # As git, which outlives the process that it was started by.
        with _held(orphaned) as lock:
            child = subprocess.Popen(["sleep", "60"], pass_fds=(lock,))
        try:
            _clear_left(tmp_path)
        finally:
            child.kill()
            child.wait()
        names = ("foreign", "link", "open", "orphaned", "used")
        assert left(tmp_path) == [f".offramp-clone-{name}" for name in names]
        _clear_left(tmp_path)
        assert not orphaned.exists() and used.exists()


@pytest.mark.slow
async def test_a_head_that_was_never_pushed_is_no_empty_repository(
    heroku: HerokuSandbox, tmp_path: Path
) -> None:
    await opened(heroku).clone(APP, tmp_path / "first", lambda _: None)
    (bare,) = (tmp_path / "heroku" / "git").glob("*.git")
    where = ["git", "-C", str(bare)]
    subprocess.run([*where, "branch", "-m", "main", "master"], check=True)
    subprocess.run([*where, "symbolic-ref", "HEAD", "refs/heads/nobody"], check=True)
    commit = await opened(heroku).clone(APP, tmp_path / "second", lambda _: None)
    checkout = await asyncio.to_thread(read_code, tmp_path / "second")
    assert (checkout.head, checkout.branch, checkout.uncommitted) == (commit, "master", ())


@pytest.mark.parametrize("head", ["refs/heads/main", "refs/heads/nobody"])
async def test_code_that_cannot_be_checked_out_is_no_clone(
    heroku: HerokuSandbox, tmp_path: Path, head: str
) -> None:
    await opened(heroku).clone(APP, tmp_path / "first", lambda _: None)
    (bare,) = (tmp_path / "heroku" / "git").glob("*.git")
    where = ["git", "-C", str(bare)]
    long = "x" * 300
    told = f"commit refs/heads/main\ncommitter a <a@x.example> 1 +0000\ndata 0\nM 644 inline {long}\ndata 0\n"
    subprocess.run([*where, "fast-import", "--quiet", "--force"], input=told.encode(), check=True)
    subprocess.run([*where, "symbolic-ref", "HEAD", head], check=True)
    (tmp_path / "a").mkdir()
    with pytest.raises(Trouble) as refused:
        await opened(heroku).clone(APP, tmp_path / "a" / "x", lambda _: None)
    assert refused.value.code == "clone-no-checkout" and left(tmp_path / "a") == []


async def test_what_heroku_git_refuses(heroku: HerokuSandbox, tmp_path: Path) -> None:
    elsewhere: list[str] = []

    async def other(request: web.Request) -> web.StreamResponse:
        elsewhere.append(request.headers.get("Authorization", ""))
        return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})

    async def answer(request: web.Request) -> web.StreamResponse:
        status = 401 if "Authorization" not in request.headers else int(request.path.split("/")[1])
        headers = {"WWW-Authenticate": 'Basic realm="x"'} if status == 401 else {}
        if status == 302:
            headers["Location"] = f"{other_url}{request.path_qs}"
        return web.Response(status=status, headers=headers)

    kinds = {401: SignInNeeded, 403: Refused, 404: Gone, 302: Unreachable, 500: Unreachable}
    async with served(other) as other_url, served(answer) as url:
        for status, kind in kinds.items():
            source = opened(heroku, git=f"{url}/{status}")
            with pytest.raises(kind) as refused:
                await source.clone(APP, tmp_path / "a" / "x", lambda _: None)
            assert heroku.credentials["token"] not in refused.value.sentence()
            assert left(tmp_path / "a") == []
    # A redirect is followed nowhere, with the token or without.
    assert elsewhere == []


async def test_a_connection_that_breaks_leaves_nothing(
    heroku: HerokuSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a"
    place.mkdir()
    asked = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            async with httpx.AsyncClient() as http:
                kept = {name: request.headers[name] for name in ("Authorization",) if name in request.headers}
                told = await http.get(f"{heroku.hosts['git']}{request.path_qs}", headers=kept)
            names = ("WWW-Authenticate", "Content-Type")
            headers = {name: told.headers[name] for name in names if name in told.headers}
            return web.Response(status=told.status_code, headers=headers, body=told.content)
        response = web.StreamResponse(headers={"Content-Type": "application/x-git-upload-pack-result"})
        await response.prepare(request)
        await response.write(b"0008NAK\n0100\x01PACK")
        asked.set()
        if hangs:
            await asyncio.sleep(60)
        assert request.transport is not None
        request.transport.close()
        return response

    hangs = False
    async with served(answer) as url:
        source = opened(heroku, git=url)
        with pytest.raises(Unreachable) as broken:
            await source.clone(APP, place / "x", lambda _: None)
        assert broken.value.code == "clone-failed" and left(place) == []
        hangs = True
        asked.clear()
        cloning = asyncio.create_task(source.clone(APP, place / "x", lambda _: None))
        await asked.wait()
        cloning.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cloning
        assert left(place) == []
        monkeypatch.setattr("providers.heroku.clone.SILENT_SECONDS", 0.5)
        with pytest.raises(Unreachable) as silent:
            await source.clone(APP, place / "x", lambda _: None)
        assert silent.value.code == "clone-silent" and left(place) == []
