"""The sandbox's Aptible: who gets in, by what, for how long, and what they may."""

import asyncio
import base64
import json
import os
import shlex
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from providers.sandbox.aptible.people import ORGANIZATION
from tests.providers.aptible_wire import Wire, aptible_wire, signed_in, stranger
from tests.providers.local_git import git, make_repository


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with aptible_wire(short_folder) as made:
        yield made


async def grant(wire: Wire, name: str, **more: Any) -> tuple[int, Any]:
    user = wire.sandbox.tokens.people.by_name[name]
    body = {"grant_type": "password", "username": user.email, "password": user.password or "x", **more}
    return await wire.ask("POST", "/tokens", body, auth=True)


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


async def test_a_one_time_code_for_its_attempt(wire: Wire) -> None:
    status, refused = await grant(wire, "person")
    assert (status, refused["error"]) == (400, "otp_token_required")
    assert "u2f" not in refused["exception_context"]
    attempt = refused["exception_context"]["failed_login_attempt_id"]
    code = wire.sandbox.tokens.person.otp
    status, refused = await grant(wire, "person", otp_token="000000", previous_login_attempt_id=attempt)
    assert refused["error"] == "otp_token_required"
    attempt = refused["exception_context"]["failed_login_attempt_id"]
    status, made = await grant(wire, "person", otp_token=code, previous_login_attempt_id=attempt)
    assert status == 201 and made["scope"] == "manage"
    status, _ = await grant(wire, "person", otp_token=code, previous_login_attempt_id=attempt)
    assert status == 400


async def test_a_security_key_asks_for_an_assertion(wire: Wire) -> None:
    _, refused = await grant(wire, "key", otp_token="123456")
    context = refused["exception_context"]
    assert set(context["u2f"]) == {"challenge", "devices", "payload"}
    assert context["u2f"]["devices"][0]["name"] == "Blue key"
    data = {"type": "webauthn.get", "challenge": context["u2f"]["challenge"], "origin": "https://a.example"}
    text = base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")
    attempt = {"previous_login_attempt_id": context["failed_login_attempt_id"]}
    assertion = {"id": "x", "type": "public-key", "response": {"clientDataJSON": text}}
    other = base64.urlsafe_b64encode(json.dumps({**data, "challenge": "another"}).encode()).decode()
    wrong = {**assertion, "response": {"clientDataJSON": other.rstrip("=")}}
    for refused_too in ({"u2f": assertion}, {"u2f": wrong, **attempt}):
        status, _ = await grant(wire, "key", **refused_too)
        assert status == 400
    status, _ = await grant(wire, "key", u2f=assertion, **attempt)
    assert status == 201


async def test_who_signs_in_over_sso_pastes_a_token(wire: Wire) -> None:
    status, refused = await grant(wire, "sso")
    assert (status, refused["error"]) == (401, "invalid_credentials")
    sam = wire.sandbox.tokens.people.by_name["sso"]
    pasted = signed_in(wire.sandbox, sam)
    current = await pasted.get("/current_token", auth=True)
    said = claims(current["access_token"])
    assert f"organizations/{ORGANIZATION}" in said["sub"] and said["act"]["email"] == sam.email
    assert current["_links"]["actor"]["href"].endswith(sam.id)
    wire.sandbox.tokens.needs_sso = True
    organizations = (await pasted.get("/organizations", auth=True))["_embedded"]["organizations"]
    assert [item["id"] for item in organizations] == [ORGANIZATION]
    assert (await wire.get("/organizations", auth=True))["total_count"] == 0
    (again,) = (await wire.get("/reauthenticate_organizations", auth=True))["_embedded"]["organizations"]
    assert again["name"] == "Acme"
    await pasted.account()
    assert await wire.rows("/accounts") == [] and len(await pasted.rows("/accounts")) == 1


async def test_tokens_live_as_long_as_they_say_and_no_longer(wire: Wire) -> None:
    _, made = await grant(wire, "robot", expires_in=3600)
    assert 3500 < claims(made["access_token"])["exp"] - time.time() <= 3600
    _, elevated = await grant(wire, "robot", scope="elevated", expires_in=99999)
    assert claims(elevated["access_token"])["exp"] - claims(made["access_token"])["exp"] < 0
    status, refused = await grant(wire, "robot", scope="everything")
    assert (status, refused["error"]) == (400, "invalid_scope")
    wire.sandbox.tokens.lifetime = 1.0
    _, short = await grant(wire, "robot")
    mine = Wire(wire.sandbox, short["access_token"])
    assert short["expires_at"] <= time.time() + 1
    async with asyncio.timeout(20):
        while (await mine.ask("GET", "/accounts"))[0] != 401:
            await asyncio.sleep(0.1)
    wire.sandbox.tokens.lifetime = None
    other = signed_in(wire.sandbox, "robot")
    number = (await other.get("/current_token", auth=True))["id"]
    assert (await other.ask("DELETE", f"/tokens/{number}", auth=True))[0] == 204
    assert (await other.ask("GET", "/accounts"))[0] == 401
    assert (await other.ask("DELETE", f"/tokens/{number}", auth=True))[0] == 401
    reading = signed_in(wire.sandbox, "robot", scope="read")
    assert (await reading.ask("POST", "/accounts", {"handle": "x"}))[0] == 403


async def test_the_auth_root_shows_the_key_to_everybody(wire: Wire) -> None:
    async with stranger() as client:
        said = (await client.get(wire.sandbox.hosts["auth"])).json()
    assert said["public_key"].startswith("-----BEGIN PUBLIC KEY-----")


async def test_a_role_may_what_it_may(wire: Wire) -> None:
    account = await wire.account()
    here = f"/accounts/{account['id']}"
    granted = {
        (item["scope"], item["_links"]["role"]["href"].rpartition("/")[2][-2:])
        for item in (await wire.get(here))["_embedded"]["permissions"]
    }
    assert {("admin", "11"), ("deploy", "12"), ("tunnel", "13"), ("basic_read", "14")} <= granted
    database = await wire.database("redis", "7.2", account=account)
    credentials = f"/databases/{database['id']}/database_credentials"
    (first, _) = await wire.rows(credentials)
    tunnel = (f"/database_credentials/{first['id']}/operations", {"type": "tunnel", "status": "succeeded"})
    statuses = {}
    for name in ("deployer", "tunneller", "reader", "nobody"):
        somebody = signed_in(wire.sandbox, name)
        listed = await somebody.ask("GET", credentials)
        secret = listed[0] == 200 and "connection_url" in listed[1]["_embedded"]["database_credentials"][0]
        statuses[name] = (
            (await somebody.ask("POST", f"{here}/apps", {"handle": f"by-{name}"}))[0],
            (await somebody.ask("POST", *tunnel))[0],
            (await somebody.ask("POST", f"/databases/{database['id']}/operations", {"type": "deprovision"}))[
                0
            ],
            (await somebody.ask("POST", "/accounts", {"handle": "x", "organization_id": ORGANIZATION}))[0],
            len((await somebody.get("/accounts"))["_embedded"]["accounts"]),
            secret,
        )
        roles = await somebody.get(f"/users/{wire.sandbox.tokens.people.by_name[name].id}/roles", auth=True)
        assert roles["total_count"] == 1
        await somebody.client.aclose()
    assert statuses == {
        "deployer": (201, 403, 403, 403, 1, False),
        "tunneller": (403, 201, 403, 403, 1, False),
        "reader": (403, 403, 403, 403, 1, False),
        "nobody": (403, 403, 403, 403, 0, False),
    }
    assert first["connection_url"].startswith("redis://:")


async def test_a_key_is_registered_with_an_elevated_token_and_pushes(
    wire: Wire, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("ssh")
    person = wire.sandbox.tokens.person
    key = asyncssh.generate_private_key("ssh-ed25519")
    body = {"name": "laptop", "ssh_public_key": key.export_public_key().decode()}
    where = f"/users/{person.id}/ssh_keys"
    status, refused = await wire.ask("POST", where, body, auth=True)
    assert (status, refused["error"]) == (403, "forbidden")
    elevated = signed_in(wire.sandbox, person, scope="elevated")
    assert (await elevated.ask("POST", where, {"ssh_public_key": "ssh-rsa nonsense"}, auth=True))[0] == 422
    status, made = await elevated.ask("POST", where, body, auth=True)
    assert status == 201 and made["sha256_fingerprint"] == key.get_fingerprint()
    account = await wire.account()
    app = await wire.make(f"/accounts/{account['id']}/apps", {"handle": "shop"})
    make_repository(tmp_path / "code", {"Dockerfile": "FROM scratch\n"})
    key.write_private_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o600)
    port = wire.sandbox.git.port
    (tmp_path / "hosts").write_text(
        "".join(f"[127.0.0.1]:{port} {line}\n" for line in wire.sandbox.hosts["git_host_keys"].splitlines())
    )
    ssh = ["ssh", "-F", os.devnull, "-i", str(tmp_path / "key"), "-o", "IdentitiesOnly=yes"]
    ssh += ["-o", f"UserKnownHostsFile={tmp_path}/hosts", "-o", "BatchMode=yes"]
    words = ("push", "--quiet", app["git_repo"], "HEAD:refs/heads/main")
    environment = {"GIT_SSH_COMMAND": shlex.join(ssh)}
    await asyncio.to_thread(git, tmp_path / "code", *words, environment=environment)
    assert wire.sandbox.facts()["pushes"] == ["acme/shop"]
    assert (await wire.ask("DELETE", f"/ssh_keys/{made['id']}", auth=True))[0] == 204
    with pytest.raises(AssertionError, match="Permission denied"):
        await asyncio.to_thread(git, tmp_path / "code", *words, environment=environment)
