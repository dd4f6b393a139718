"""Signing in to Aptible, against the sandbox over HTTP."""

import base64
import datetime
import email.utils
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from providers.aptible import PROVIDER
from providers.aptible.hosts import addresses, environment_hosts
from providers.aptible.sign_in import claims
from providers.sandbox.aptible.people import ORGANIZATION
from tests.providers.aptible_world import CANARY, World, aptible_world, served
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable
from wizard.ports import SignIn, TargetProvider
from wizard.ports.signing_in import SingleSignOn


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
    assert datetime.timedelta(days=6, hours=23) < left <= datetime.timedelta(days=7), "as long as there is"
    assert token.cautions == ()
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


async def test_a_wrong_code_is_asked_again_with_the_attempt_that_failed(world: World) -> None:
    hosts, known = world.sandbox.hosts, world.sandbox.credentials
    password = Secret(known["password"])
    attempts = []
    who = SignIn(email=known["email"])
    for _ in range(3):
        with pytest.raises(SecondFactorNeeded) as wanted:
            await PROVIDER.sign_in(hosts, who, password)
        attempts.append(wanted.value.resume["previous_login_attempt_id"])
        who = SignIn(email=known["email"], otp="12", resume=wanted.value.resume)
    assert len(set(attempts)) == 3, "each refusal has an attempt of its own, which the next one names"
    assert "does not accept this one-time code" in wanted.value.cause
    right = SignIn(email=known["email"], otp=known["otp"], resume=wanted.value.resume)
    assert (await PROVIDER.sign_in(hosts, right, password)).account.email == known["email"]
    # An attempt that is over is not good for another sign-in.
    with pytest.raises(SecondFactorNeeded):
        await PROVIDER.sign_in(hosts, right, password)


async def test_a_security_key_is_named_and_a_token_offered_instead(world: World) -> None:
    kay = world.sandbox.tokens.people.by_name["key"]
    with pytest.raises(SecondFactorNeeded) as wanted:
        await PROVIDER.sign_in(world.sandbox.hosts, SignIn(email=kay.email), Secret(kay.password or ""))
    assert "security key (Blue key), which cannot be used from a terminal" in wanted.value.cause
    assert "paste a token from Aptible's dashboard" in wanted.value.remedy
    assert set(wanted.value.resume) == {"previous_login_attempt_id"}


async def test_an_organisation_that_wants_another_sign_in_is_warned_of(world: World) -> None:
    hosts, known = world.sandbox.hosts, world.sandbox.credentials
    world.sandbox.tokens.needs_sso = True
    who = SignIn(email=known["robot_email"])
    token = await PROVIDER.sign_in(hosts, who, Secret(known["robot_password"]))
    (caution,) = token.cautions
    assert "Acme does not take this sign-in" in caution.words
    assert caution.page.startswith(
        f"{hosts['auth']}/organizations/{ORGANIZATION}/saml/login?landing_page=clitoken"
    )
    assert "&duration=604800&redirect_uri=https%3A%2F%2Fapp.aptible.com%2Fsso%2Ffailure" in caution.page
    pasted = world.sandbox.tokens.issue(world.sandbox.tokens.people.by_name["sso"])
    accepted = await PROVIDER.accept_token(hosts, Secret(pasted.value))
    assert accepted.cautions == () and accepted.account.email == "sam@acme.example"
    # A warning that cannot be had is no reason to refuse a good token.
    world.faults.add("500", path="/reauthenticate_organizations", count=None)
    assert (await PROVIDER.sign_in(hosts, who, Secret(known["robot_password"]))).cautions == ()


def test_the_page_of_an_organisation_from_its_id_or_an_address_with_it_in_it() -> None:
    assert isinstance(PROVIDER, SingleSignOn)
    typed = f"https://app.aptible.com/organizations/{ORGANIZATION.upper()}/members"
    for given in (ORGANIZATION, typed):
        page = PROVIDER.single_sign_on_page({}, given)
        assert page.startswith(f"https://auth.aptible.com/organizations/{ORGANIZATION}/saml/login?")
    with pytest.raises(Trouble) as refused:
        PROVIDER.single_sign_on_page({}, "acme")
    assert refused.value.code == "bad-organisation"


async def test_a_life_that_is_too_long_is_asked_for_shorter(world: World) -> None:
    asked = []

    async def short(request: web.Request) -> web.StreamResponse:
        if request.path != "/tokens":
            return web.json_response({"_embedded": {"organizations": []}})
        asked.append((await request.json())["expires_in"])
        if asked[-1] > 12 * 3600:
            return web.json_response({"error": "unprocessable_entity", "message": "too long"}, status=422)
        return web.json_response({"access_token": world.sandbox.credentials["token"]}, status=201)

    runner, url = await served(short)
    await PROVIDER.sign_in({"auth": url}, SignIn(email="a@b.example"), Secret("some password"))
    assert asked == [7 * 24 * 3600, 12 * 3600]
    await runner.cleanup()


async def test_a_clock_that_is_wrong_moves_the_end_and_is_said(world: World) -> None:
    expires = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=3)
    payload = {"sub": "x/users/1", "email": "a@b.example", "exp": int(expires.timestamp())}
    part = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    date = email.utils.format_datetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2))

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.json_response({"_embedded": {}}, headers={"Date": date})

    runner, url = await served(elsewhere)
    token = await PROVIDER.accept_token({"auth": url}, Secret(f"headheadhead.{part}.tailtail"))
    await runner.cleanup()
    assert token.expires_at is not None
    left = datetime.datetime.fromisoformat(token.expires_at) - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=58) < left < datetime.timedelta(minutes=62)
    assert "clock of this machine is 120 min behind Aptible's" in token.cautions[0].words


def test_found_tokens(private_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PROVIDER.found_tokens() == []
    folder = private_home / ".aptible"
    folder.mkdir()
    file = folder / "tokens.json"
    file.write_text("not looked at before it is chosen")
    monkeypatch.setenv("APTIBLE_ACCESS_TOKEN", "token-of-the-environment")
    found = PROVIDER.found_tokens()
    assert [(item.where, item.unread) for item in found] == [
        ("APTIBLE_ACCESS_TOKEN", False),
        ("~/.aptible/tokens.json", True),
    ]
    assert found[0].token.reveal() == "token-of-the-environment"
    file.write_text(json.dumps({"https://auth.aptible.com": "token-of-the-cli"}))
    monkeypatch.setenv("APTIBLE_AUTH_ROOT_URL", "")  # names nothing, as for the hosts of a session
    assert found[1].token.reveal() == "token-of-the-cli" and not found[1].unread
    for text, words in (
        ('{"https://auth.aptible.com": [1]}', "is not what Aptible's CLI writes"),
        ("no json", "is not what Aptible's CLI writes"),
        ('{"https://auth.example": "x"}', "holds no token"),
    ):
        file.write_text(text)
        with pytest.raises(Trouble, match=words):
            PROVIDER.found_tokens()[1].token  # noqa: B018
    file.unlink()
    assert len(PROVIDER.found_tokens()) == 1


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({}, {}),
        (
            {"APTIBLE_AUTH_ROOT_URL": "https://auth.aptible.com/", "APTIBLE_API_ROOT_URL": ""},
            {"auth": "https://auth.aptible.com"},
        ),
        (
            {"APTIBLE_AUTH_ROOT_URL": "http://127.0.0.1:81", "APTIBLE_API_ROOT_URL": "http://127.0.0.1:82"},
            {"auth": "http://127.0.0.1:81", "api": "http://127.0.0.1:82"},
        ),
    ],
)
def test_hosts_of_the_environment(told: dict[str, str], found: dict[str, str]) -> None:
    assert environment_hosts(told) == found


@pytest.mark.parametrize(
    "told",
    [
        {"APTIBLE_API_ROOT_URL": "https://api.aptible.com.evil.example"},
        {"APTIBLE_API_ROOT_URL": "https://evilaptible.com"},
        {"APTIBLE_AUTH_ROOT_URL": "http://127.0.0.1:81"},
        {"APTIBLE_AUTH_ROOT_URL": "http://auth.aptible.com"},
    ],
)
def test_hosts_that_no_token_is_sent_to(told: dict[str, str]) -> None:
    with pytest.raises(Trouble) as refused:
        environment_hosts(told)
    assert refused.value.code == "bad-address"


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
