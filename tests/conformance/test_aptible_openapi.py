"""The sandbox's answers and the provider's requests, held against Aptible's own OpenAPI document.

The document is aptibleapi/api/openapi.yaml of aptible/aptible-api-go, in a copy of 2026.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from providers.sandbox.aptible.world import ORGANIZATION
from tests.conformance.aptible_document import Document, Exchange, Recorder, read_document
from tests.pem_files import host_files
from tests.providers.aptible_world import APP, World, aptible_world, git, make_repository
from wizard.mapping.certificates import look_at, private_key
from wizard.model.secret import Secret
from wizard.ports import CertificateWish, DatabaseWish

EXCEPTIONS = {
    r"PUT /vhosts/\d+: answered 200 as application/hal\+json": "the document leaves the answer open; "
    "app-ui and aptible-resource read the thing that was changed",
    r"POST /services/\d+/vhosts: sent .*/certificates/\d+' is not of type 'integer'": "aptible-cli and "
    "app-ui send the address of a certificate (option_set_builder.rb, deploy/endpoint)",
    r"header Prefer no_sensitive_extras=false": "aptible-cli sends it to see secrets (cli.rb)",
    r"sent an unknown field status of a tunnel": "aptible-cli sets it itself (subcommands/db.rb)",
    r"'_embedded' is a required property, asked without": "what no_embed and Prefer are for, say their texts",
    r"GET /presigned/.*no such route": "stands for the object store that keeps the logs, not for the API",
    r"GET /costs/.*no such route": "used by aptible/app-ui, not in the document",
    r"/database_images/\d+: answered an unknown field (eol_at|pitr_supported)$": "app-ui reads them",
    r"/stacks/\d+: answered an unknown field "
    r"(allow_\w+|self_hosted|aws_account_id|(vertical|horizontal)_autoscaling)$": "app-ui reads them",
}
"""What is known to be otherwise, by a pattern of the complaint, and why."""


@pytest.fixture(scope="module")
def document() -> Document:
    """The document, or the reason why it is not looked at."""
    return read_document()


@pytest.fixture
async def recorded(short_folder: Path) -> AsyncIterator[tuple[World, Recorder]]:
    recorder = Recorder()
    async with aptible_world(short_folder, prepare=recorder.listen) as world:
        yield world, recorder


async def journey(world: World, folder: Path) -> None:
    """Every call that the provider knows."""
    target = world.target
    environment = await world.environment()
    await target.environments()
    wish = DatabaseWish(handle="shop-db", version="16", memory_mb=1024, disk_gb=10)
    database = await target.create_database(environment, wish, world.log)
    await target.database_url(database)
    await target.ticket(database)
    app = await world.app()
    await target.configure(app, {"PORT": Secret("3000"), "GREETING": Secret("hello")}, world.log)
    commit = make_repository(folder / "code", APP)
    remote, secrets = await target.git_remote(app, str(folder / "push"), commit)
    # Into the bare repository directly: this test is about HTTP, and runs without ssh too.
    bare = world.sandbox.git.repository(world.sandbox.world.apps[int(app.id)])
    git(folder / "code", "push", "--quiet", str(bare), f"{commit}:refs/heads/{remote.branch}")
    assert set(secrets) == {"ACCESS_TOKEN"}
    await target.deploy(app, remote.branch, world.log, count=1, memory_mb=512)
    await target.config(app)
    web_service = next(item for item in await target.services(app) if item.type == "web")
    await target.create_endpoint(web_service, 3000, world.log)
    await target.find_endpoint(web_service)
    domain = await target.create_domain(environment, web_service, "www.shop.example", 3000, world.log)
    world.sandbox.dns.set(domain.challenge_name, "CNAME", domain.challenge_target)
    assert (await target.renew_certificate(domain, world.log)).certificate == "ready"
    world.sandbox.world.vhosts[int(domain.id)].container_port = 8080
    await target.create_domain(environment, web_service, "www.shop.example", 3000, world.log)
    chain, key = host_files(folder, "*.shop.example")
    own = look_at(str(chain), str(key), "www.shop.example")
    wish = CertificateWish(fingerprint=own.fingerprint, chain=own.chain, key=private_key(str(key)))
    certificate = await target.upload_certificate(environment, wish, world.log)
    await target.create_own_domain(web_service, "www.shop.example", certificate, 3000, world.log)
    for handle, address in (
        ("shop-logs", "syslog+tls://127.0.0.1:9"),
        ("shop-more-logs", "https://127.0.0.1:9/drain?token=of-nobody"),
    ):
        await target.create_drain(environment, handle, Secret(address), databases=True, log=world.log)
    await target.scale(web_service, 2, 512, world.log)
    await target.find_app(environment, "none")


async def read_everything(world: World, exchanges: list[Exchange]) -> None:
    """Every resource that was seen, and every list, with secrets and without, embedded and not."""
    links = {
        link["href"]
        for exchange in list(exchanges)
        if isinstance(exchange.answer, dict)
        for link in _links(exchange.answer)
    }
    known = re.compile(
        r"(backups|configurations|dependents|disks|roles|organizations|ssh_portal_connections)"
    )
    api = world.sandbox.hosts["api"]
    token = world.sandbox.credentials["token"]
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}) as client:
        for href in sorted(link for link in links if link.startswith(api)):
            if known.search(href) and not re.search(r"/configurations/\d+$", href):
                continue
            for headers in ({}, {"Prefer": "no_sensitive_extras=true"}):
                answer = await client.get(href.partition("?")[0], headers=headers)
                assert answer.status_code == 200, href
        for path in ("/", f"/costs/{ORGANIZATION}/rates"):
            assert (await client.get(f"{api}{path}")).status_code == 200
        assert (
            await client.get(f"{api}/find/account", params={"handle": "acme-production"})
        ).status_code == 200


def _links(value: Any) -> list[dict[str, str]]:
    if isinstance(value, list):
        return [link for item in value for link in _links(item)]
    if not isinstance(value, dict):
        return []
    own = [link for link in (value.get("_links") or {}).values() if link]
    return own + [link for item in value.values() for link in _links(item)]


async def test_what_goes_over_the_wire_is_as_the_document_says(
    recorded: tuple[World, Recorder], document: Document, tmp_path: Path
) -> None:
    world, recorder = recorded
    await journey(world, tmp_path)
    await read_everything(world, recorder.exchanges)
    world.faults.expire_tokens()
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{world.sandbox.hosts['api']}/accounts")).status_code == 401
    routes = {
        re.sub(r"/(\d+|[0-9a-f-]{36})", "/*", f"{item.method} {item.path}") for item in recorder.exchanges
    }
    assert len(routes) > 40, routes
    complaints = {text for exchange in recorder.exchanges for text in document.complaints(exchange)}
    excused = {pattern: {text for text in complaints if re.search(pattern, text)} for pattern in EXCEPTIONS}
    assert sorted(complaints.difference(*excused.values())) == []
    assert [pattern for pattern, texts in excused.items() if not texts] == [], "exceptions that nobody needs"


def test_the_document_would_complain(document: Document) -> None:
    def exchange(**changes: Any) -> Exchange:
        usual: dict[str, Any] = {
            "method": "POST",
            "path": "/accounts/1/apps",
            "query": {},
            "prefer": "",
            "sent": {"handle": "shop"},
            "status": 422,
            "content_type": "application/hal+json",
            "answer": {"code": 422, "error": "e", "message": "m"},
        }
        return Exchange(**{**usual, **changes})

    assert document.complaints(exchange()) == []
    assert document.complaints(exchange(sent={"handel": "shop"}))
    assert document.complaints(exchange(sent={"handle": 5}))
    assert document.complaints(exchange(query={"colour": "red"}))
    assert document.complaints(exchange(answer={"code": "422"}))
    assert document.complaints(exchange(path="/nowhere"))
    assert document.complaints(exchange(status=201, answer={"id": 1}))
