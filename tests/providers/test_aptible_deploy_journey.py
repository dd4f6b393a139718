"""From signing in with a one-time code to a bad deploy that was rolled back, at the sandbox's Aptible."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from providers.aptible import PROVIDER
from providers.aptible.target import AptibleTarget
from providers.sandbox.aptible import AptibleSandbox
from tests.providers.aptible_world import APP, QUICK, World, aptible_world, git, make_repository
from wizard.credentials import Vault
from wizard.model.plan import Plan, Step
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, Trouble
from wizard.ports import SignIn, TargetApp
from wizard.run.journal import Journal
from wizard.run.release_before import release_before
from wizard.run.rollback import known_rollbacks, roll_back
from wizard.session.store import Session, create

SLOGAN = 'it\'s "fine" & <b>$HOME</b>'
BAD = APP["server.py"].replace("self.send_response(200)", "self.send_response(500)")
WORSE = {**APP, "hook.py": "import sys; print('column price does not exist'); sys.exit(9)\n"}


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    def quick(sandbox: AptibleSandbox) -> None:
        sandbox.rollout.settle = 0.05

    async with aptible_world(short_folder, pace=0.005, prepare=quick) as made:
        yield made


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme")
    step = Step(key="deploy:shop", kind="deploy", title="Deploy", phase="cut-over")
    Journal(made).start_run(Plan(name="acme", source="Heroku", target="Aptible", steps=(step,)))
    yield made
    made.close()


async def signed_in(world: World) -> AptibleTarget:
    known, hosts = world.sandbox.credentials, world.sandbox.hosts
    password = Secret(known["password"])
    with pytest.raises(SecondFactorNeeded) as wanted:
        await PROVIDER.sign_in(hosts, SignIn(email=known["email"]), password)
    who = SignIn(email=known["email"], otp=known["otp"], resume=wanted.value.resume)
    token = await PROVIDER.sign_in(hosts, who, password)
    return AptibleTarget(hosts, token.secret, QUICK)


async def put_live(target: AptibleTarget, app: TargetApp, code: Path, commit: str, world: World) -> None:
    """Pushed with the token alone, and deployed with its log as it comes."""
    remote, secrets = await target.git_remote(app, str(code.parent / "push"), commit)
    environment = {**remote.environment, **{name: value.reveal() for name, value in secrets.items()}}
    refspec = f"{commit}:refs/heads/{remote.branch}"
    await asyncio.to_thread(lambda: git(code, "push", remote.url, refspec, environment=environment))
    folder = code.parent / "live"
    folder.mkdir(mode=0o700, exist_ok=True)
    await target.deploy(app, remote.branch, world.log, folder=folder)


async def page(url: str) -> tuple[int, str]:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(url)
        return answer.status_code, answer.text


async def test_from_a_one_time_code_to_a_bad_deploy_that_is_rolled_back(
    world: World, session: Session, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    needs_program("ssh")
    target = await signed_in(world)
    try:
        environment = await target.create_environment("acme-production", "eu-central-1", world.log)
        app = await target.create_app(environment, "shop", world.log)
        await target.configure(app, {"PORT": Secret("3000"), "GREETING": Secret(SLOGAN)}, world.log)
        good = await asyncio.to_thread(make_repository, tmp_path / "code", APP)
        await put_live(target, app, tmp_path / "code", good, world)
        web = next(one for one in await target.services(app) if one.type == "web")
        web = await target.scale(web, 2, 512, world.log, profile="m")
        endpoint = await target.create_endpoint(web, 3000, world.log)
        assert (await page(endpoint.url))[1].startswith(f"greeting={SLOGAN}")

        # One whose release command fails changes nothing, and says by its log's end why.
        worse = await asyncio.to_thread(make_repository, tmp_path / "code", WORSE)
        with pytest.raises(Trouble, match="column price does not exist") as failed:
            await put_live(target, app, tmp_path / "code", worse, world)
        assert failed.value.untouched == "What ran before goes on running."
        assert (await page(endpoint.url))[0] == 200

        # One that starts, and serves nothing but errors.
        bad = await asyncio.to_thread(make_repository, tmp_path / "code", {**APP, "server.py": BAD})
        await put_live(target, app, tmp_path / "code", bad, world)
        assert (await page(endpoint.url))[0] == 500
        back = release_before("shop", await target.deploys(app), known_rollbacks(Journal(session), "shop"))
        assert (back.bad.commit, back.to.commit) == (bad, good)
        said = await roll_back(session, target, app, back, vault=Vault(None), who="ada")
        assert said.startswith(f"shop runs commit {good[:10]} again") and said.endswith("answers 200")
        assert (await page(endpoint.url))[1].startswith(f"greeting={SLOGAN}")
        # What is not rolled back: config and size.
        web = next(one for one in await target.services(app) if one.type == "web")
        assert (web.count, web.memory_mb) == (2, 512)
        log = Journal(session).log_tail("deploy:shop")
        assert any("hook sees" in line for line in log), "the release command of the code before ran"
    finally:
        await target.close()
