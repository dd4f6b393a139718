"""Domains of capsules: whose they are, where they lead, and who it is that answers for them."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from providers.sandbox.aptible.endpoints.dns import DnsServer
from tests.pem_files import authorities, host_files
from tests.wizard.capsule_world import SPACE, FakeContext
from tests.wizard.test_run_capsules import CAPSULE, wish
from wizard.model.plan import Evidence, Step
from wizard.ports import DomainEndpoint
from wizard.run.kinds import capsule_domain
from wizard.run.kinds.capsule_domain import CapsuleDomain, CapsuleTraffic, Secured, answers_for

HOST = "www.acme.example"
OWN = "shop-1a2b.az-uk-1.example"


def step(kind: str) -> Step:
    return Step(
        key=f"{'domain' if kind == 'capsule-domain' else kind}:{HOST}",
        kind=kind,
        title=f"{kind} of {HOST}",
        phase="cut-over",
        args={"app": "a", "handle": "shop", "name": "shop", "service": "web", "hostname": HOST, "today": ""},
    )


DOMAIN, TRAFFIC, SECURED = step("capsule-domain"), step("capsule-traffic"), step("secured")


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    made = DnsServer()
    await made.start()
    made.set(HOST, "CNAME", "quiet-fjord.herokudns.com")
    made.set("quiet-fjord.herokudns.com", "A", "192.0.2.7")
    made.set(OWN, "A", "192.0.2.20")
    yield made
    await made.stop()


@pytest.fixture
async def context(tmp_path: Path, server: DnsServer) -> FakeContext:
    made = FakeContext(tmp_path, [CAPSULE, DOMAIN, TRAFFIC, SECURED])
    made.dns = server.host
    await made.target.create_capsule(SPACE, wish("backend"), print)
    return made


def told(context: FakeContext, **facts: str) -> None:
    """The domain was given to the capsule."""
    record = context.journal.records[DOMAIN.key]
    evidence = Evidence(summary="", facts=dict(facts))
    context.journal.records[DOMAIN.key] = msgspec.structs.replace(record, state="done", evidence=evidence)


async def test_a_domain_of_another_capsule_is_not_taken_for_this_ones(context: FakeContext) -> None:
    found = DomainEndpoint(id="1", service_id="id-other", hostname=HOST, state="provisioned", dns_target=OWN)
    context.target.domains[HOST] = found
    assert await CapsuleDomain().probe(context.as_context, DOMAIN) is None
    context.target.domains[HOST] = msgspec.structs.replace(found, service_id="id-shop")
    assert await CapsuleDomain().probe(context.as_context, DOMAIN) is not None


async def test_without_a_name_of_the_capsule_the_record_is_an_address(
    context: FakeContext, server: DnsServer
) -> None:
    context.target.domains[HOST] = DomainEndpoint(
        id="1",
        service_id="id-shop",
        hostname=HOST,
        state="provisioned",
        addresses=("192.0.2.30", "192.0.2.31"),
    )
    found = await CapsuleDomain().probe(context.as_context, DOMAIN)
    assert found is not None
    told(context, **{key: str(value) for key, value in found.facts.items()})
    record, _ = await CapsuleTraffic()._seen(context.as_context, TRAFFIC, context.names())
    assert record.todo == f"Set A {HOST} -> 192.0.2.30, 192.0.2.31, and nothing beside it."
    server.remove(HOST)
    server.set(HOST, "A", "192.0.2.30", "192.0.2.31")
    right = await CapsuleTraffic().probe(context.as_context, TRAFFIC)
    assert right is not None and right.facts["dns_target"] == "192.0.2.30, 192.0.2.31"


async def test_the_target_itself_is_asked_for_the_certificate(
    context: FakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This machine's resolver may remember Heroku for an hour, which answers with a good certificate."""
    asked: list[tuple[str, str]] = []

    async def answers(hostname: str, address: str) -> int | None:
        asked.append((hostname, address))
        return 200

    monkeypatch.setattr(capsule_domain, "answers_for", answers)
    told(context, dns_target=OWN)
    found, _ = await Secured().look(context.as_context, SECURED)
    assert asked == [(HOST, "192.0.2.20")]
    assert found is not None and "at 192.0.2.20" in found.summary
    told(context, dns_target="gone.example", addresses="192.0.2.40")
    await Secured().look(context.as_context, SECURED)
    assert asked[-1] == (HOST, "192.0.2.40")
    told(context, dns_target="gone.example")
    assert await Secured().look(context.as_context, SECURED) == (None, "gone.example has no address so far")


async def test_only_a_certificate_of_the_domain_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _ = authorities()
    trusted = tmp_path / "root.pem"
    trusted.write_text(root.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    chain, key = host_files(tmp_path, HOST)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(chain, key)
    hosts: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        hosts.extend(line for line in request.splitlines() if line.startswith("Host:"))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls) as there:
        port = there.sockets[0].getsockname()[1]
        assert await answers_for(HOST, "127.0.0.1", port) == 204
        assert hosts == [f"Host: {HOST}"]
        assert await answers_for("acme.example", "127.0.0.1", port) is None
        monkeypatch.delenv("SSL_CERT_FILE")
        assert await answers_for(HOST, "127.0.0.1", port) is None
