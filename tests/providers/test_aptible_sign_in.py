"""Signing in to Aptible, against the sandbox over HTTP."""

import base64
import datetime
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from providers.aptible import PROVIDER
from providers.aptible.hosts import addresses
from providers.aptible.sign_in import claims
from tests.providers.aptible_world import CANARY, World, aptible_world, served
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable
from wizard.ports import SignIn, TargetProvider


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with aptible_world(short_folder) as made:
        yield made


async def test_password_then_one_time_code(world: World) -> None:
    hosts, known = world.sandbox.hosts, world.sandbox.credentials
    who = SignIn(email=known["email"])
    password = Secret(known["password"])
    with pytest.raises(SecondFactorNeeded) as wanted:
        await PROVIDER.sign_in(hosts, who, password)
    assert wanted.value.vendor == "aptible"
    resume = wanted.value.resume
    assert set(resume) == {"previous_login_attempt_id"}
    wrong = "000000" if known["otp"] != "000000" else "000001"
    with pytest.raises(SecondFactorNeeded, match="does not accept this one-time code"):
        await PROVIDER.sign_in(hosts, SignIn(email=known["email"], otp=wrong, resume=resume), password)
    code = f"{known['otp'][:3]} {known['otp'][3:]}"
    token = await PROVIDER.sign_in(hosts, SignIn(email=known["email"], otp=code, resume=resume), password)
    assert (token.account.email, token.account.two_factor) == (known["email"], True)
    assert CANARY in token.secret.reveal() and CANARY not in repr(token.secret)
    assert token.expires_at is not None
    left = datetime.datetime.fromisoformat(token.expires_at) - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(hours=11) < left <= datetime.timedelta(hours=12)
    again = await PROVIDER.accept_token(hosts, token.secret)
    assert again.account.id == token.account.id == world.sandbox.tokens.person.id
    target = PROVIDER.open(hosts, token.secret)
    assert (await target.account()).email == known["email"]
    await target.close()


async def test_a_user_without_second_factor_and_a_wrong_password(world: World) -> None:
    hosts, known = world.sandbox.hosts, world.sandbox.credentials
    who = SignIn(email=known["robot_email"])
    token = await PROVIDER.sign_in(hosts, who, Secret(known["robot_password"]))
    assert token.account.email == known["robot_email"]
    with pytest.raises(Trouble) as caught:
        await PROVIDER.sign_in(hosts, who, Secret("wrong password"))
    assert caught.value.code == "wrong-password"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_what_is_asked_for_hangs_on_the_word_not_on_the_status(world: World, status: int) -> None:
    hosts, known = world.sandbox.hosts, world.sandbox.credentials
    world.sandbox.tokens.statuses = {"otp_token_required": status, "invalid_credentials": status}
    who, password = SignIn(email=known["email"]), Secret(known["password"])
    with pytest.raises(SecondFactorNeeded) as wanted:
        await PROVIDER.sign_in(hosts, who, password)
    with_code = SignIn(email=known["email"], otp=known["otp"], resume=wanted.value.resume)
    assert (await PROVIDER.sign_in(hosts, with_code, password)).account.email == known["email"]
    with pytest.raises(Trouble) as caught:
        await PROVIDER.sign_in(hosts, who, Secret("wrong password"))
    assert caught.value.code == "wrong-password"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (
            {"code": None, "error": "otp_token_required", "message": None, "exception_context": None},
            "otp-wanted",
        ),
        ({"code": "401", "error": "otp_token_required"}, "otp-wanted"),
        ({"code": 401, "error": None, "message": "No.", "exception_context": {}}, "wrong-password"),
        ({"code": 401, "error": "invalid_email", "message": None}, "wrong-password"),
    ],
)
async def test_nothing_in_an_error_hides_the_rest(body: dict[str, object], code: str) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=401)

    runner, url = await served(refuse)
    with pytest.raises(Trouble) as caught:
        await PROVIDER.sign_in({"auth": url}, SignIn(email="a@b.example"), Secret("some password"))
    assert caught.value.code == code
    await runner.cleanup()


async def test_the_token_endpoint_takes_a_form_too(world: World) -> None:
    known = world.sandbox.credentials
    form = {"grant_type": "password", "username": known["robot_email"], "password": known["robot_password"]}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{world.sandbox.hosts['auth']}/tokens", data=form)
        assert answer.status_code == 201 and answer.json()["_type"] == "token"
        answer = await client.post(f"{world.sandbox.hosts['auth']}/tokens", data={"grant_type": "magic"})
        assert answer.json()["error"] == "unsupported_grant_type"


async def test_pasted_tokens(world: World) -> None:
    hosts = world.sandbox.hosts
    value = world.sandbox.credentials["token"]
    pasted = await PROVIDER.accept_token(hosts, Secret(f"  Bearer {value[:40]}\n  {value[40:]}\n"))
    assert pasted.secret.reveal() == value
    old = world.sandbox.tokens.issue(world.sandbox.tokens.person, seconds=-60)
    with pytest.raises(SignInNeeded) as caught:
        await PROVIDER.accept_token(hosts, Secret(old.value))
    assert caught.value.code == "token-expired"
    with pytest.raises(Trouble) as malformed:
        await PROVIDER.accept_token(hosts, Secret("what?"))
    assert malformed.value.code == "token-malformed"
    world.faults.expire_tokens()
    with pytest.raises(SignInNeeded) as refused:
        await PROVIDER.accept_token(hosts, Secret(value))
    assert (refused.value.code, refused.value.vendor) == ("token-refused", "aptible")


async def test_sign_in_is_sent_once_when_the_answer_is_lost(world: World) -> None:
    hosts, known = world.sandbox.hosts, world.sandbox.credentials
    world.faults.add("drop", path="/tokens", method="POST")
    with pytest.raises(Unreachable):
        await PROVIDER.sign_in(hosts, SignIn(email=known["robot_email"]), Secret(known["robot_password"]))
    assert world.sandbox.facts()["posts"].get("/tokens") is None  # the deploy API has no such route
    assert world.sandbox.facts()["seen"]["POST /tokens"] == 1


def test_found_tokens(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PROVIDER.found_tokens() == []
    folder = private_home / ".aptible"
    folder.mkdir()
    (folder / "tokens.json").write_text(json.dumps({"https://auth.aptible.com": "token-of-the-cli"}))
    monkeypatch.setenv("APTIBLE_ACCESS_TOKEN", "token-of-the-environment")
    found = PROVIDER.found_tokens()
    assert [item.token.reveal() for item in found] == ["token-of-the-environment", "token-of-the-cli"]
    assert found[0].where == "APTIBLE_ACCESS_TOKEN"
    assert found[1].where.endswith("/.aptible/tokens.json")
    (folder / "tokens.json").write_text('{"https://auth.aptible.com": [1]}')
    assert len(PROVIDER.found_tokens()) == 1
    (folder / "tokens.json").write_text("no json")
    assert len(PROVIDER.found_tokens()) == 1


def test_claims_of_sso_tokens_and_of_no_tokens() -> None:
    payload = base64.urlsafe_b64encode(json.dumps({"exp": 5}).encode()).rstrip(b"=").decode()
    assert claims(Secret(f"head.{payload}.tail")) == {"exp": 5}
    for text in ("opaque", "a.b.c", "a.W10.c", "a.é.c"):
        assert claims(Secret(text)) == {}


def test_the_provider_is_what_the_wizard_wants() -> None:
    assert isinstance(PROVIDER, TargetProvider)
    profile = PROVIDER.profile()
    assert profile.capabilities.works and profile.capabilities.needs_dockerfile
    assert profile.prices.memory_gb_cents == 5840.0
    assert profile.prices.source and profile.prices.date >= "2025"
    assert profile.memory_sizes_mb[0] == 512
    nearest = profile.capabilities.nearest
    assert (nearest["eu"], nearest["us"]) == ("eu-central-1", "us-east-1")
    assert set(nearest.values()) <= set(profile.capabilities.regions)


@pytest.mark.parametrize(
    "hosts",
    [
        {"api": "http://api.example"},
        {"auth": "ftp://127.0.0.1"},
        {"api": "https://user@api.example"},
        {"git": "-oProxyCommand=x@host:22"},
        {"git": "root@host:99999"},
        {"git_host_keys": "@cert-authority * ssh-rsa AAAA"},
    ],
)
def test_unsafe_addresses_are_refused(hosts: dict[str, str]) -> None:
    with pytest.raises(Trouble) as caught:
        addresses(hosts)
    assert caught.value.code == "bad-address"


def test_addresses_default_to_aptible() -> None:
    known = addresses({})
    assert (known.auth, known.api) == ("https://auth.aptible.com", "https://api.aptible.com")
    assert (known.git_user, known.git_host, known.git_port) == ("root", "primetime.aptible.com", 43022)
    assert [key.split()[0] for key in known.git_host_keys] == ["ssh-rsa", "ecdsa-sha2-nistp256"]
