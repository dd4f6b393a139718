"""Signing in to Code Capsules: what is kept, second factors, the application key, tokens that end, fences."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from providers.code_capsules import PROVIDER
from providers.code_capsules.application_key import _KNOWN
from providers.code_capsules.hosts import addresses, cluster_root, environment_hosts
from providers.code_capsules.kept_login import Login, opened, sealed
from providers.code_capsules.target import CodeCapsulesTarget
from tests.providers.code_capsules_world import QUICK, World, code_capsules_world, kept
from tests.providers.local_http import served
from wizard.model.secret import Secret
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports import CapsuleTarget, SignIn
from wizard.ports.names_hosts import NamesHosts
from wizard.ports.rights import TellsRights


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    _KNOWN.clear()
    async with code_capsules_world(short_folder) as made:
        yield made


async def signed_in(world: World, who: str = "", **hosts: str) -> Secret:
    words = world.sandbox.credentials
    told = {**world.sandbox.hosts, **hosts}
    token = await PROVIDER.sign_in(
        told, SignIn(email=f" {words[f'{who}email']} "), Secret(words[f"{who}password"])
    )
    assert token.expires_at is None
    assert token.account.email == words[f"{who}email"]
    return token.secret


async def test_what_is_kept_signs_in_again_and_shows_nothing(world: World) -> None:
    secret = await signed_in(world)
    password = world.sandbox.credentials["password"]
    assert password not in secret.reveal() and "robin" not in secret.reveal()
    assert opened(secret) == Login("robin@acme.example", Secret(password))
    again = await PROVIDER.accept_token(world.sandbox.hosts, secret)
    assert again.account.id == "robin@acme.example"
    with pytest.raises(Trouble) as caught:
        await PROVIDER.accept_token(world.sandbox.hosts, Secret("eyJhbGciOi.something.else"))
    assert caught.value.code == "no-tokens"
    target = PROVIDER.open(world.sandbox.hosts, secret)
    assert isinstance(target, CapsuleTarget) and isinstance(target, TellsRights)
    assert (await target.account()).email == "robin@acme.example"
    await target.close()


async def test_a_wrong_password_is_told_and_not_tried_twice(world: World) -> None:
    with pytest.raises(Trouble) as caught:
        await PROVIDER.sign_in(world.sandbox.hosts, SignIn(email="robin@acme.example"), Secret("wrong-one"))
    assert caught.value.code == "wrong-password"
    assert world.posts("/auth/login") == 1
    # Changed since it was kept: somebody has to sign in, and no host is asked with it a second time.
    target = CodeCapsulesTarget(
        world.sandbox.hosts, sealed(Login("robin@acme.example", Secret("an older one"))), QUICK
    )
    with pytest.raises(SignInNeeded) as needed:
        await target.environments()
    await target.close()
    assert needed.value.vendor == "code-capsules"
    assert world.posts("/auth/login") == 2


async def test_an_account_with_a_second_factor_is_told_what_it_can_do(world: World) -> None:
    with pytest.raises(Trouble) as caught:
        await signed_in(world, "second_factor_")
    assert caught.value.code == "second-factor-impossible"
    assert "Team" in caught.value.remedy
    # The same for one that turned it on later.
    target = CodeCapsulesTarget(world.sandbox.hosts, kept(world.sandbox, "second_factor_"), QUICK)
    with pytest.raises(Trouble) as caught:
        await target.teams()
    await target.close()
    assert caught.value.code == "second-factor-impossible"


async def test_the_application_key_is_read_off_the_web_app_once(world: World) -> None:
    await signed_in(world, application_key="")
    await signed_in(world, application_key="")
    facts = world.sandbox.facts()["seen"]
    assert facts["GET /chunk-SANDBOX1.js"] == 1
    # It is changed by the vendor: what was read is forgotten, and read anew.
    world.sandbox.accounts.application_key = "app-changed-since"
    await signed_in(world, application_key="")
    assert world.sandbox.facts()["seen"]["GET /chunk-SANDBOX1.js"] == 2


async def test_an_application_key_that_is_not_there_or_not_taken_is_told_with_the_way_to_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text='<script src="chunk-A.js"></script>', content_type="text/html")

    runner, url = await served(page)
    try:
        with pytest.raises(Trouble) as caught:
            await signed_in(world, application_key="", app=url)
    finally:
        await runner.cleanup()
    assert caught.value.code == "application-key-missing"
    assert "OFFRAMP_CODE_CAPSULES_APPLICATION_KEY" in caught.value.remedy
    assert world.posts("/auth/login") == 0
    with pytest.raises(Trouble) as caught:
        await signed_in(world, application_key="another")
    assert caught.value.code == "application-key-refused"
    # What the environment says counts at once, also for a session that began before.
    monkeypatch.setenv("OFFRAMP_CODE_CAPSULES_APPLICATION_KEY", world.sandbox.accounts.application_key)
    await signed_in(world, application_key="another")


async def test_a_token_that_ends_is_renewed_before_and_a_refused_one_once(world: World) -> None:
    world.sandbox.accounts.lifetime = 15.0  # less than the margin: it is used all the same
    await world.target.environments()
    await world.target.environments()
    assert world.sandbox.accounts.logins == 1
    world.sandbox.accounts.expire_all()
    await world.target.environments()
    assert world.sandbox.accounts.logins == 2
    world.faults.add("401", path="/*/spaces", count=None)
    world.faults.add("401", path="/spaces", count=None)
    with pytest.raises(SignInNeeded):
        await world.target.environments()
    assert world.sandbox.accounts.logins == 3


async def test_a_post_that_nobody_was_let_in_for_is_sent_with_another_token(world: World) -> None:
    await world.target.teams()
    world.faults.add("expire-token", method="POST", path="*/spaces/")
    space = await world.space()
    assert [one.id for one in await world.target.environments()] == [space.id]
    assert world.sandbox.accounts.logins == 2
    assert len(world.sandbox.world.spaces) == 1


@pytest.mark.parametrize("off", ["refused", "missing"])
async def test_the_main_host_that_answers_is_found_and_kept(world: World, off: str) -> None:
    world.sandbox.mains["api"].off = off  # type: ignore[assignment]
    await world.target.environments()
    await world.space()
    before = len([one for one in world.sandbox.seen if one.host == "api"])
    await world.target.environments()
    assert len([one for one in world.sandbox.seen if one.host == "api"]) == before


async def test_rights_are_membership_and_role(world: World) -> None:
    space = await world.space()
    assert (await world.target.rights(space)).roles == ("owner",)
    guest = CodeCapsulesTarget(world.sandbox.hosts, kept(world.sandbox, "guest_"), QUICK)
    try:
        assert not (await guest.rights(None)).lacks
        with pytest.raises(Trouble):
            await guest.rights(space)
    finally:
        await guest.close()


def test_a_password_goes_to_the_vendor_or_this_machine_only() -> None:
    assert isinstance(PROVIDER, NamesHosts)
    assert environment_hosts({}) == {}
    told = {
        "OFFRAMP_CODE_CAPSULES_API": "https://api.codecapsules.io/",
        "OFFRAMP_CODE_CAPSULES_CLI": "codecaps",
    }
    assert environment_hosts(told) == {"api": "https://api.codecapsules.io", "cli": "codecaps"}
    for url in (
        "https://codecapsules.io.evil.example",
        "http://api.codecapsules.io",
        "https://u@codecapsules.io",
    ):
        with pytest.raises(Trouble) as caught:
            environment_hosts({"OFFRAMP_CODE_CAPSULES_LOGIN": url})
        assert caught.value.code == "bad-address"
    with pytest.raises(Trouble):
        environment_hosts({"OFFRAMP_CODE_CAPSULES_API": "http://127.0.0.1:1"})
    with pytest.raises(Trouble):
        addresses({"api": "http://127.0.0.1:1"})
    here = addresses({"api": "http://127.0.0.1:1", "login": "http://127.0.0.1:2"})
    assert here.alternative == "", "the vendor's own second host gets no token of another place"
    assert addresses({}).alternative == "https://api-v2.codecapsules.io/api"


def test_a_token_goes_to_clusters_of_the_vendor_only(monkeypatch: pytest.MonkeyPatch) -> None:
    own = addresses({})
    assert (
        cluster_root("https://capsule-api.az-uk-1.ccdns.co/", own) == "https://capsule-api.az-uk-1.ccdns.co"
    )
    for url in (
        "https://ccdns.co.evil.example",
        "http://za-1.codecapsules.io",
        "http://127.0.0.1:1",
        "nonsense",
    ):
        with pytest.raises(Trouble) as caught:
            cluster_root(url, own)
        assert caught.value.code == "cluster-elsewhere"
    monkeypatch.setenv("OFFRAMP_CODE_CAPSULES_CLUSTER_DOMAINS", "acme-cloud.example")
    assert cluster_root("https://c1.acme-cloud.example", addresses({})) == "https://c1.acme-cloud.example"
    here = addresses({"api": "http://127.0.0.1:1", "login": "http://127.0.0.1:2"})
    assert cluster_root("http://127.0.0.1:3", here) == "http://127.0.0.1:3"
    with pytest.raises(Trouble):
        cluster_root("https://za-1.codecapsules.io", here)


async def test_a_second_factor_that_is_turned_on_in_mid_run_is_waited_for(world: World) -> None:
    await world.target.environments()
    world.faults.add("second-factor")
    world.sandbox.accounts.expire_all()
    with pytest.raises(SignInNeeded) as told:
        await world.target.environments()
    assert told.value.code == "second-factor-impossible"
    assert "second factor" in told.value.cause and "Invite another account" in told.value.remedy
    assert await world.target.environments() == [], "turned off again"
