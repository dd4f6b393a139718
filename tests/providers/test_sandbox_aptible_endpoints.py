"""The sandbox's Aptible: endpoints of every kind, certificates, and the DNS that managed TLS hangs on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import httpx
import pytest

from providers.sandbox.aptible.endpoints.certificates import issue
from tests.providers.aptible_wire import IMAGE, Wire, aptible_wire, stranger, write_image


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with aptible_wire(short_folder) as made:
        yield made


@pytest.fixture
async def service(wire: Wire, tmp_path: Path) -> str:
    """The path of a service that answers on port 3000."""
    app = await wire.image_app(tmp_path)
    (found,) = await wire.rows(f"/apps/{app['id']}/services")
    return f"/services/{found['id']}"


async def endpoint(wire: Wire, service: str, **body: Any) -> Any:
    usual = {"type": "http", "platform": "alb", "container_port": 3000}
    made = await wire.make(f"{service}/vhosts", {**usual, **body})
    await wire.run(f"/vhosts/{made['id']}", "provision")
    return await wire.get(f"/vhosts/{made['id']}")


async def resolves(wire: Wire, name: str) -> bool:
    """Whether the DNS that managed TLS looks at knows this name."""
    query = dns.message.make_query(name, "A")
    answer = await dns.asyncquery.udp(query, "127.0.0.1", timeout=5, port=wire.sandbox.dns.port)
    return answer.rcode() == dns.rcode.NOERROR


def relay_port(wire: Wire, made: Any) -> int:
    """Where the load balancer of an endpoint that is not HTTP really listens."""
    relay = wire.sandbox.world.vhosts[made["id"]].relay
    assert relay is not None
    return relay.port


async def greeting(client: httpx.AsyncClient, port: int) -> str:
    """What the app behind a relay says, once it listens: a relay takes connections before that."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(httpx.TransportError):
                return (await client.get(f"http://127.0.0.1:{port}/")).text
            await asyncio.sleep(0.1)


async def test_one_default_domain_an_app_and_a_health_check(wire: Wire, service: str) -> None:
    made = await endpoint(wire, service, default=True)
    async with stranger() as client:
        assert (await client.get(f"http://{made['virtual_domain']}/")).text == "hello"
    status, said = await wire.ask("POST", f"{service}/vhosts", {"type": "http", "default": True})
    assert (status, said["message"]) == (422, "An app can only have one default domain endpoint")
    assert wire.sandbox.facts()["health_checks"] == ["cmd.1 on 3000/"]
    assert any("asked for / of containers" in line for line in wire.sandbox.app_log("shop"))
    here = f"/vhosts/{made['id']}"
    for settings in ({"IDLE_TIMEOUT": "29"}, {"RELEASE_HEALTHCHECK_TIMEOUT": "901"}, {"COLOUR": "red"}):
        status, _ = await wire.ask("POST", f"{here}/operations", {"type": "provision", "settings": settings})
        assert status == 422
    strict = {"STRICT_HEALTH_CHECKS": "true", "RELEASE_HEALTHCHECK_TIMEOUT": "5"}
    await wire.run(here, "provision", settings=strict)
    assert wire.sandbox.facts()["health_checks"][-1] == "cmd.1 on 3000/healthcheck"
    current = (await wire.get(here))["_links"]["current_setting"]["href"].removeprefix(
        wire.sandbox.hosts["api"]
    )
    assert (await wire.get(current))["settings"] == strict
    await wire.run(here, "provision", settings={"STRICT_HEALTH_CHECKS": ""})
    assert wire.sandbox.facts()["health_checks"][-1] == "cmd.1 on 3000/"
    await wire.run(here, "deprovision")
    assert await wire.rows(f"{service}/vhosts") == []


async def test_the_default_port_is_the_lexicographically_lowest(wire: Wire, tmp_path: Path) -> None:
    write_image(tmp_path, {**IMAGE, "Dockerfile": IMAGE["Dockerfile"].replace("3000", "80 443 3000")})
    wire.sandbox.images.publish("acme/shop:v2", tmp_path)
    account = await wire.account()
    app = await wire.make(f"/accounts/{account['id']}/apps", {"handle": "other"})
    settings = {"APTIBLE_DOCKER_IMAGE": "acme/shop:v2"}
    await wire.run(f"/apps/{app['id']}", "deploy", settings=settings, env={"PORT": "80"})
    (found,) = await wire.rows(f"/apps/{app['id']}/services")
    made = await wire.make(f"/services/{found['id']}/vhosts", {"type": "http", "default": True})
    quick = {"RELEASE_HEALTHCHECK_TIMEOUT": "1"}
    said = await wire.run(f"/vhosts/{made['id']}", "provision", fails=True, settings=quick)
    assert "did not pass its health check on port 3000/" in said
    assert (await wire.get(f"/vhosts/{made['id']}"))["status"] == "provision_failed"


async def test_managed_tls_waits_for_dns(wire: Wire, service: str) -> None:
    status, said = await wire.ask("POST", f"{service}/vhosts", {"type": "http", "acme": True})
    assert (status, said["message"]) == (422, "User domain can't be blank")
    domain = "www.shop.example"
    made = await endpoint(wire, service, acme=True, user_domain=domain)
    here, host = f"/vhosts/{made['id']}", made["external_host"]
    assert (made["status"], made["acme_status"], made["virtual_domain"]) == ("provisioned", "pending", domain)
    by_http, by_dns = made["acme_configuration"]["challenges"]
    assert (by_http["method"], by_http["from"]["name"], by_http["to"][0]["name"]) == ("http01", domain, host)
    assert by_dns["from"]["name"] == f"_acme-challenge.{domain}"
    assert by_dns["to"][0]["name"] == made["acme_dns_challenge_host"] == f"acme.{host}"

    assert f"{domain} has no CNAME, not to {host}" in await wire.run(here, "renew", fails=True)
    names = wire.sandbox.dns
    names.set(domain, "CNAME", "herokudns.example")
    assert "points to herokudns.example" in await wire.run(here, "renew", fails=True)
    names.set(f"_acme-challenge.{domain}", "TXT", "left over")
    assert "has TXT records of its own (1)" in await wire.run(here, "renew", fails=True)
    names.fail(domain)
    assert "SERVFAIL" in await wire.run(here, "renew", fails=True)
    names.heal(domain)
    assert (await wire.get(here))["acme_status"] == "pending"
    names.set(f"_acme-challenge.{domain}", "CNAME", f"acme.{host}")
    await wire.run(here, "renew")
    ready = await wire.get(here)
    assert ready["acme_status"] == "ready"
    certificate = ready["_links"]["certificate"]["href"].removeprefix(wire.sandbox.hosts["api"])
    shown = await wire.bare(certificate)
    assert (shown["common_name"], shown["issuer_organization"], shown["acme"]) == (
        domain,
        "Let's Encrypt",
        True,
    )
    assert (domain, "CNAME") in names.queries
    for _ in range(4):
        await wire.run(here, "renew")
    assert "too many certificates" in await wire.run(here, "renew", fails=True)
    wire.sandbox.world.clock.ahead += 7 * 24 * 3600
    await wire.run(here, "renew")


async def test_a_wildcard_and_a_filtered_endpoint_need_dns01(wire: Wire, service: str) -> None:
    made = await endpoint(wire, service, acme=True, user_domain="*.shop.example")
    (challenge,) = made["acme_configuration"]["challenges"]
    assert (challenge["method"], challenge["from"]["name"]) == ("dns01", "_acme-challenge.shop.example")
    status, said = await wire.ask(
        "POST", f"{service}/vhosts", {"type": "http", "acme": True, "user_domain": "*.shop.example"}
    )
    assert (status, said["message"]) == (422, "User domain has already been taken")
    body = {"acme": True, "user_domain": "in.example", "ip_whitelist": ["192.0.2.0/24"]}
    assert len((await endpoint(wire, service, **body))["acme_configuration"]["challenges"]) == 1
    for wrong in (["192.0.2.0/24"] * 51, ["nowhere"], ["2001:db8::1"]):
        status, _ = await wire.ask(
            "POST", f"{service}/vhosts", {**body, "user_domain": "x.example", "ip_whitelist": wrong}
        )
        assert status == 422, wrong


async def test_own_certificates(wire: Wire, service: str) -> None:
    account = (await wire.rows("/accounts"))[0]["id"]
    body, key, _ = issue("own.example")
    _, other, _ = issue("own.example")
    where = f"/accounts/{account}/certificates"
    for wrong in (
        {"certificate_body": "no", "private_key": key},
        {"certificate_body": body, "private_key": other},
    ):
        assert (await wire.ask("POST", where, wrong))[0] == 422
    made = await wire.make(where, {"certificate_body": body, "private_key": key})
    assert made["subject_alternative_names"] == ["own.example"]
    assert "private_key" not in await wire.bare(f"/certificates/{made['id']}")
    status, said = await wire.ask("POST", f"{service}/vhosts", {"type": "http"})
    assert (status, said["message"]) == (422, "Certificate can't be blank")
    href = f"{wire.sandbox.hosts['api']}/certificates/{made['id']}"
    shown = await endpoint(wire, service, certificate=href, user_domain="own.example")
    assert shown["_links"]["certificate"]["href"] == href
    assert (await wire.ask("DELETE", f"/certificates/{made['id']}"))[0] == 422
    assert len(await wire.rows(f"/certificates/{made['id']}/vhosts")) == 1
    assert len(await wire.rows(f"/certificates/{made['id']}/apps")) == 1


async def test_tcp_endpoints_of_apps_and_databases(wire: Wire, service: str) -> None:
    assert (await wire.ask("POST", f"{service}/vhosts", {"type": "tcp", "platform": "alb"}))[0] == 422
    tcp = {"type": "tcp", "platform": "elb", "container_ports": [3000], "container_port": None}
    made = await endpoint(wire, service, **tcp)
    port = relay_port(wire, made)
    async with stranger() as client:
        assert await greeting(client, port) == "hello"
    status, _ = await wire.ask("POST", f"{service}/vhosts", {**tcp, "container_ports": list(range(1, 12))})
    assert status == 422
    account = (await wire.rows("/accounts"))[0]
    database = await wire.database("sftp", "latest", account=account)
    its = database["_links"]["service"]["href"].removeprefix(wire.sandbox.hosts["api"])
    assert (await wire.get(its))["process_type"] == "sftp"
    made = await endpoint(wire, its, type="tcp", platform="elb", container_port=None)
    port = relay_port(wire, made)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    writer.close()
    assert await resolves(wire, made["external_host"])
    await wire.run(f"/databases/{database['id']}", "deprovision")
    assert (await wire.ask("GET", f"/vhosts/{made['id']}"))[0] == 404
    assert not await resolves(wire, made["external_host"])


async def test_an_app_takes_its_endpoints_and_their_names_with_it(wire: Wire, service: str) -> None:
    made = await endpoint(wire, service, default=True)
    assert await resolves(wire, made["external_host"])
    app = (await wire.get(service))["_links"]["app"]["href"].removeprefix(wire.sandbox.hosts["api"])
    await wire.run(app, "deprovision")
    assert (await wire.ask("GET", f"/vhosts/{made['id']}"))[0] == 404
    assert not await resolves(wire, made["external_host"])


async def test_a_service_that_a_new_procfile_lacks_takes_its_endpoints_with_it(
    wire: Wire, service: str, tmp_path: Path
) -> None:
    account = (await wire.rows("/accounts"))[0]["id"]
    body, key, _ = issue("own.example")
    own = await wire.make(f"/accounts/{account}/certificates", {"certificate_body": body, "private_key": key})
    made = await endpoint(wire, service, certificate=own["id"])
    assert made["virtual_domain"] == "own.example", "as terraform-provider-aptible says"
    app = (await wire.get(service))["_links"]["app"]["href"].removeprefix(wire.sandbox.hosts["api"])
    write_image(tmp_path / "v2", {**IMAGE, ".aptible/Procfile": "web: python server.py\n"})
    wire.sandbox.images.publish("acme/shop:v2", tmp_path / "v2")
    await wire.run(app, "deploy", settings={"APTIBLE_DOCKER_IMAGE": "acme/shop:v2"})
    assert [one["process_type"] for one in await wire.rows(f"{app}/services")] == ["web"]
    assert (await wire.ask("GET", f"/vhosts/{made['id']}"))[0] == 404
    assert not await resolves(wire, made["external_host"])
    assert await wire.rows(f"/certificates/{own['id']}/apps") == []
    assert (await wire.ask("DELETE", f"/certificates/{own['id']}"))[0] == 204


async def test_a_change_that_comes_slowly_undoes_nothing(wire: Wire, service: str) -> None:
    made = await wire.make(f"{service}/vhosts", {"type": "http", "default": True, "container_port": 3000})
    here = f"/vhosts/{made['id']}"

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"ip_whitelist": '
        await wire.run(here, "provision")
        yield b'["192.0.2.0/24"]}'

    answer = await wire.client.patch(f"{wire.sandbox.hosts['api']}{here}", content=slowly())
    shown = answer.json()
    assert (shown["status"], shown["ip_whitelist"]) == ("provisioned", ["192.0.2.0/24"])
    assert shown["external_host"] is not None


async def test_the_dns_says_what_it_is_told(wire: Wire) -> None:
    names = wire.sandbox.dns
    names.set("a.example", "CNAME", "b.example")
    names.set("b.example", "A", "192.0.2.1", "192.0.2.2")
    names.set("*.wild.example", "TXT", "anything")
    names.fail("dead.example", "silent")

    async def ask(name: str, kind: str) -> tuple[str, list[str]]:
        query = dns.message.make_query(name, kind)
        answer, over_tcp = await dns.asyncquery.udp_with_fallback(
            query, "127.0.0.1", timeout=0.5, port=names.port
        )
        rows = [item.to_text() for row in answer.answer for item in sorted(row)]
        return dns.rcode.to_text(answer.rcode()) + ("/tcp" if over_tcp else ""), rows

    assert await ask("A.example", "A") == ("NOERROR", ["b.example.", "192.0.2.1", "192.0.2.2"])
    assert await ask("x.wild.example", "TXT") == ("NOERROR", ['"anything"'])
    assert await ask("a.example", "CNAME") == ("NOERROR", ["b.example."])
    assert await ask("b.example", "AAAA") == ("NOERROR", [])
    assert await ask("none.example", "A") == ("NXDOMAIN", [])
    names.cut_short("b.example")
    assert (await ask("b.example", "A"))[0] == "NOERROR/tcp"
    names.remove("b.example")
    assert await ask("b.example", "A") == ("NXDOMAIN/tcp", [])
    with pytest.raises(dns.exception.Timeout):
        await ask("dead.example", "A")
