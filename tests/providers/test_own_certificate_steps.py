"""A certificate of the person's own at Aptible: sent once, served by an endpoint, its key shown nowhere."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from tests.pem_files import host_files
from tests.providers.aptible_wire import IMAGE, write_image
from tests.providers.aptible_world import World, aptible_world
from wizard.mapping.certificates import look_at, private_key
from wizard.model.mapping import AppChoice, DomainChoice, Mapping
from wizard.model.plan import Evidence, Plan, Step
from wizard.model.trouble import Trouble
from wizard.plan.preflight_certificates import certificate_findings
from wizard.ports import CertificateWish, TargetService
from wizard.run.context import Context
from wizard.run.journal import BEGUN, Journal
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.own_certificate import OwnCertificateKind, OwnDomainKind
from wizard.session.store import create

HOST, OTHER = "www.acme.example", "shop.acme.example"


def steps(chain: Path, key: Path, hostname: str = HOST) -> tuple[Step, Step]:
    own = look_at(str(chain), str(key), hostname)
    about: dict[str, Any] = {
        "app": "a",
        "handle": "shop",
        "hostname": hostname,
        "fingerprint": own.fingerprint,
    }
    files = {"chain_file": str(chain), "key_file": str(key), "good_until": own.good_until}

    def made(name: str, kind: str, **more: Any) -> Step:
        return Step(key=f"{name}:{hostname}", kind=kind, title=kind, phase="prepare", args={**about, **more})

    return made("certificate", "own-certificate", **files), made("domain", "own-domain", port=3000)


class Around:
    """What the kinds need of a run."""

    def __init__(self, world: World, journal: Journal, plan: Plan) -> None:
        self.target, self.world, self.journal, self.plan = world.target, world, journal, plan
        self.environment = world.environment
        self.lines: list[str] = []

    async def app(self, handle: str) -> Any:
        return await self.world.app(handle)

    def log(self, of: Step) -> Callable[[str], None]:
        return self.lines.append

    async def take(self, kind: Kind, of: Step) -> Evidence:
        """As the drive does it."""
        context = cast(Context, self)
        if (found := await kind.probe(context, of)) is None:
            self.journal.intend(of)
            await kind.do(context, of)
            found = await kind.verify(context, of)
        self.journal.end(of.key, "done", found)
        self.journal.log(of.key, self.lines)
        return found


@pytest.fixture
def journal() -> Iterator[Journal]:
    session = create("acme-shop")
    yield Journal(session)
    session.close()


@pytest.fixture
async def world(short_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """An app has a service called web, without containers."""
    async with aptible_world(short_folder, pace=0.005) as made:
        write_image(tmp_path / "image", IMAGE)
        made.sandbox.images.publish("acme/shop:v1", tmp_path / "image")
        made.sandbox.rollout.settle = 0.05
        app = await made.app()
        body = {
            "type": "deploy",
            "settings": {"APTIBLE_DOCKER_IMAGE": "acme/shop:v1"},
            "container_count": 0,
        }
        await made.target._apps._operations.run(f"apps/{app.id}", body, made.log, what="deploy")
        for service in made.sandbox.world.services.values():
            service.process_type = "web"
        yield made


def around(world: World, journal: Journal, *all_steps: Step) -> Around:
    plan = Plan(name="x", source="Heroku", target="Aptible", steps=all_steps)
    journal.start_run(plan)
    return Around(world, journal, plan)


async def web(world: World) -> TargetService:
    return (await world.target.services(await world.app()))[0]


async def test_it_is_sent_once_and_serves_all_that_it_covers(
    world: World, journal: Journal, tmp_path: Path
) -> None:
    chain, key = host_files(tmp_path, "*.acme.example")
    (certificate, domain), (second, also) = steps(chain, key), steps(chain, key, OTHER)
    run = around(world, journal, certificate, domain, second, also)
    sent = await run.take(OwnCertificateKind(), certificate)
    assert (
        "Aptible has your certificate for www.acme.example" in sent.summary and "good until" in sent.summary
    )
    made = await run.take(OwnDomainKind(), domain)
    (vhost,) = world.sandbox.world.vhosts.values()
    assert made.facts == {"dns_target": vhost.external_host} and vhost.status == "provisioned"
    assert (vhost.acme, vhost.user_domain, vhost.container_port) == (False, None, 3000)
    key.unlink()
    await run.take(OwnCertificateKind(), second)
    assert (await run.take(OwnDomainKind(), also)).facts == made.facts
    assert world.posts("/accounts/*/certificates") == 1 and world.posts("/services/*/vhosts") == 1
    endpoint = await world.target.create_endpoint(await web(world), 3000, world.log)
    assert endpoint.id != str(vhost.id), "the address of the app is another one"


async def test_an_answer_that_is_lost_sends_no_second_one(
    world: World, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = host_files(tmp_path, HOST)
    certificate, domain = steps(chain, key)
    run = around(world, journal, certificate, domain)
    for path in ("/accounts/*/certificates", "/services/*/vhosts", "/vhosts/*/operations"):
        world.faults.add("drop", path=path, method="POST")
    real = world.sandbox._shapes.certificate

    def otherwise(one: Any, *, secrets: bool) -> Any:
        return {**real(one, secrets=secrets), "sha256_fingerprint": "of another kind"}

    # However Aptible spells a fingerprint: its own text of the certificate says which one it is.
    monkeypatch.setattr(world.sandbox._shapes, "certificate", otherwise)
    await run.take(OwnCertificateKind(), certificate)
    await run.take(OwnDomainKind(), domain)
    for path in ("/accounts/*/certificates", "/services/*/vhosts", "/vhosts/*/operations"):
        assert world.posts(path) == 1, path


async def test_the_key_is_nowhere_but_on_the_wire(
    world: World, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = host_files(tmp_path, HOST)
    certificate, domain = steps(chain, key)
    run = around(world, journal, certificate, domain)
    body = key.read_text().splitlines()[1]

    def echo(text: str, private: str) -> Any:
        from providers.sandbox.aptible.http import unprocessable

        raise unprocessable(f"is invalid: {private}")

    with monkeypatch.context() as patched:
        patched.setattr("providers.sandbox.aptible.routes.endpoints.read_certificate", echo)
        with pytest.raises(Trouble) as caught:
            await run.take(OwnCertificateKind(), certificate)
    assert body not in caught.value.sentence() and body not in str(caught.value.__cause__)
    journal.end(certificate.key, "failed", None, caught.value)
    await run.take(OwnCertificateKind(), certificate)
    await run.take(OwnDomainKind(), domain)
    (stored,) = world.sandbox.world.certificates.values()
    assert body in stored.private_key
    session = journal._database
    told = [str(row) for table in ("step", "event", "gauge", "log", "run") for row in _rows(session, table)]
    assert len(told) > 4 and not any(body in text for text in (*told, *run.lines))
    assert str(key) in " ".join(told), "the path is no secret: the plan names it"


def _rows(database: Any, table: str) -> Any:
    return database.read(f"SELECT * FROM {table}")


async def test_a_file_that_was_changed_is_not_sent(world: World, journal: Journal, tmp_path: Path) -> None:
    chain, key = host_files(tmp_path, HOST)
    certificate, domain = steps(chain, key)
    run = around(world, journal, certificate, domain)
    host_files(tmp_path, HOST)
    with pytest.raises(Trouble) as caught:
        await run.take(OwnCertificateKind(), certificate)
    assert caught.value.code == "certificate-changed" and world.posts("/accounts/*/certificates") == 0
    with pytest.raises(Trouble) as caught:
        await OwnDomainKind().make(cast(Context, run), domain)
    assert caught.value.code == "certificate-missing"


class Killed(Exception):
    """Stands for a worker that ends here."""


async def test_a_worker_that_ends_between_the_port_and_its_operation_goes_on(
    world: World, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = host_files(tmp_path, HOST)
    certificate, domain = steps(chain, key)
    run = around(world, journal, certificate, domain)
    await run.take(OwnCertificateKind(), certificate)
    await run.take(OwnDomainKind(), domain)
    (vhost,) = world.sandbox.world.vhosts.values()
    vhost.container_port = 8080
    operations = world.posts("/vhosts/*/operations")

    async def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(type(world.target._certificates._vhosts._operations), "run_once", killed)
        await run.take(OwnDomainKind(), domain)
    assert vhost.container_port == 3000 and f"{BEGUN}{domain.key}" in journal.gauges()
    assert await OwnDomainKind().look(cast(Context, run), domain), "and yet it looks as it should"
    again = around(world, journal, certificate, domain)
    await again.take(OwnDomainKind(), domain)
    assert world.posts("/vhosts/*/operations") == operations + 1 and not journal.gauges()


def mapping(domain: DomainChoice) -> Mapping:
    return Mapping(apps=(AppChoice(app_id="a"),), domains=(domain,))


async def test_before_a_run_the_files_are_looked_at_unless_it_is_there(world: World, tmp_path: Path) -> None:
    chain, key = host_files(tmp_path, HOST)
    own = look_at(str(chain), str(key), HOST)
    choice = DomainChoice(
        app_id="a",
        hostname=HOST,
        action="endpoint",
        chain_file=str(chain),
        key_file=str(key),
        fingerprint=own.fingerprint,
        good_until=own.good_until,
    )
    environment = await world.environment()

    async def states(one: DomainChoice, where: Any = environment) -> list[str]:
        return [found.state for found in await certificate_findings(world.target, where, mapping(one))]

    assert await states(choice) == await states(choice, None) == ["good"]
    chain.write_text(
        chain.read_text().partition("-----END CERTIFICATE-----\n")[0] + "-----END CERTIFICATE-----\n"
    )
    assert await states(choice) == ["good", "look"]
    host_files(tmp_path, HOST)
    assert await states(choice) == ["blocks"]
    key.unlink()
    assert await states(choice) == ["blocks"]
    assert await states(msgspec.structs.replace(choice, fingerprint="")) == []
    chain, key = host_files(tmp_path, HOST)
    there = look_at(str(chain), str(key), HOST)
    wish = CertificateWish(fingerprint=there.fingerprint, chain=there.chain, key=private_key(str(key)))
    first = await world.target.upload_certificate(environment, wish, world.log)
    assert await world.target.upload_certificate(environment, wish, world.log) == first
    assert world.posts("/accounts/*/certificates") == 1
    key.unlink()
    choice = msgspec.structs.replace(choice, fingerprint=there.fingerprint)
    assert await states(choice) == ["good"], "what is there is not sent again, so its files are not needed"
    assert await states(msgspec.structs.replace(choice, good_until="2020-01-01")) == ["blocks"]
