"""What the sandbox's Aptible can do beyond what the provider asks of it, held against the document."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from providers.sandbox.aptible.endpoints.certificates import issue
from tests.conformance.aptible_document import Document, Recorder, read_document
from tests.providers.aptible_wire import Wire, aptible_wire
from tests.providers.local_git import git, make_repository

EXCEPTIONS = {
    r"(PUT|PATCH) .*: answered 200 as application/hal\+json": "the document leaves the answer open; "
    "app-ui and aptible-resource read the thing that was changed",
    r"POST .*(backup_retention|sizing)_policies: answered 201 as application/hal\+json": "likewise",
    r"GET /presigned/.*no such route": "stands for the object store that keeps the logs, not for the API",
    r"/(costs|active_plans|organizations)/?.*no such route": "used by aptible/app-ui, not in the document",
    r"/database_images/\d+: answered an unknown field (eol_at|pitr_supported)$": "app-ui reads them",
    r"/stacks/\d+: answered an unknown field "
    r"(allow_\w+|self_hosted|aws_account_id|(vertical|horizontal)_autoscaling)$": "app-ui reads them",
    r"/plans/\d+: answered an unknown field (name|\w+_limit\w*|\w+_autoscaling)$": "app-ui reads them",
    r"/code_scan_results/\d+: answered an unknown field (\w+_data|languages_detected)$": "app-ui reads them",
    r"operations: query (type|status|resource_type|with_services)$": "app-ui sends them (operation/index.ts)",
    r"releases: query with_deleted$": "app-ui sends it",
    r"sent an unknown field status of a tunnel": "aptible-cli sets it itself (subcommands/db.rb)",
    r"'_embedded' is a required property, asked without": "what no_embed and Prefer are for, say their texts",
    r"POST /services/\d+/vhosts: sent \$\.certificate: .* is not of type 'integer'": "aptible-cli sends an "
    "address; the document has the id",
}


ENOUGH = 4
"""Things of a kind that are looked at."""


@pytest.fixture(scope="module")
def document() -> Document:
    return read_document()


@pytest.fixture
async def recorded(short_folder: Path) -> AsyncIterator[tuple[Wire, Recorder]]:
    recorder = Recorder()
    async with aptible_wire(short_folder, prepare=recorder.listen) as wire:
        yield wire, recorder


async def change_all(wire: Wire, folder: Path) -> None:
    """Every route that writes."""
    account = await wire.account("acme", stack=3)
    here = f"/accounts/{account['id']}"
    app = await wire.image_app(folder / "image", account=account)
    its = f"/apps/{app['id']}"
    commit = make_repository(folder / "code", {"Dockerfile": "FROM scratch\n", "Procfile": "web: true\n"})
    bare = wire.sandbox.git.repository(wire.sandbox.world.apps[app["id"]])
    git(folder / "code", "push", "--quiet", str(bare), f"{commit}:refs/heads/main")
    await wire.run(its, "scan_code", git_ref="main")
    await wire.run(its, "rebuild")
    await wire.make(f"{its}/configurations", {"env": {"A": "1"}})
    await wire.make(f"{its}/settings", {"settings": {"B": "2"}, "sensitive_settings": {"C": "3"}})
    await wire.ask("PUT", its, {"handle": "shop-two"})
    (service,) = await wire.rows(f"{its}/services")
    serves = f"/services/{service['id']}"
    await wire.run(serves, "scale", container_count=2, container_size=4096, instance_profile="r")
    await wire.ask("PUT", serves, {"stop_timeout": 30})
    policy = {"autoscaling": "vertical", "minimum_memory": 4096}
    await wire.ask("POST", f"{serves}/service_sizing_policies", policy)
    await wire.ask("PUT", f"{serves}/service_sizing_policies", policy)
    await endpoints(wire, serves, account["id"])
    for kind, version in (("redis", "8.2"), ("elasticsearch", "8.12"), ("influxdb", "2.7")):
        await wire.database(kind, version, f"the-{kind}", account=account)
    redis = await wire.get("/find/database", handle="the-redis")
    data = f"/databases/{redis['id']}"
    await wire.run(data, "backup")
    await wire.run(data, "restart", disk_size=20, container_size=2048, provisioned_iops=4000)
    await wire.ask("PATCH", data, {"enable_backups": False})
    (backup,) = await wire.rows(f"{data}/backups")
    await wire.run(f"/backups/{backup['id']}", "restore", handle="again")
    await drains(wire, here)
    await wire.ask("POST", f"{here}/backup_retention_policies", {"daily": 3})
    await wire.ask("PATCH", here, {"handle": "acme-two"})
    (credential, _) = await wire.rows(f"{data}/database_credentials")
    await wire.start(f"/database_credentials/{credential['id']}", "tunnel", status="succeeded")
    (policy,) = await wire.rows(f"{here}/service_sizing_policies")
    await wire.get(f"/service_sizing_policies/{policy['id']}")
    assert (await wire.ask("DELETE", f"{serves}/service_sizing_policy"))[0] == 204
    await wire.rows(f"{serves}/releases", with_deleted="true")
    wire.sandbox.faults.add("slow", path="operation:/restart/apps", seconds=30)
    operation = await wire.start(its, "restart")
    await wire.ask("PATCH", f"/operations/{operation['id']}", {"cancelled": True})


async def endpoints(wire: Wire, serves: str, account: int) -> None:
    body, key, _ = issue("own.example")
    certificate = await wire.make(
        f"/accounts/{account}/certificates", {"certificate_body": body, "private_key": key}
    )
    href = f"{wire.sandbox.hosts['api']}/certificates/{certificate['id']}"
    for wish in (
        {"type": "http", "platform": "alb", "acme": True, "user_domain": "a.example", "container_port": 3000},
        {"type": "http", "platform": "alb", "certificate": certificate["id"], "container_port": 3000},
        {"type": "grpc", "platform": "elb", "certificate": href, "container_port": 3000},
        {"type": "tcp", "platform": "elb", "container_ports": [3000], "ip_whitelist": ["192.0.2.1"]},
    ):
        made = await wire.make(f"{serves}/vhosts", wish)
        where = f"/vhosts/{made['id']}"
        await wire.run(where, "provision", settings={"IDLE_TIMEOUT": "60"} if wish["type"] == "http" else {})
        await wire.ask("PATCH", where, {"ip_whitelist": ["192.0.2.2/32"]})
        if wish.get("acme"):
            host = (await wire.get(where))["external_host"]
            wire.sandbox.dns.set("_acme-challenge.a.example", "CNAME", f"acme.{host}")
            await wire.run(where, "renew")
    await wire.make(f"{where}/settings", {"settings": {}})


async def drains(wire: Wire, here: str) -> None:
    for path, wish in (
        ("log_drains", {"handle": "a", "drain_type": "https_post", "url": "https://127.0.0.1:1/"}),
        ("log_drains", {"handle": "b", "drain_type": "papertrail", "drain_host": "x", "drain_port": 1}),
        ("metric_drains", {"handle": "c", "drain_type": "datadog", "drain_configuration": {"api_key": "k"}}),
    ):
        made = await wire.make(f"{here}/{path}", wish)
        await wire.run(f"/{path}/{made['id']}", "provision")
    await wire.ask("PATCH", f"/log_drains/{made['id'] - 2}", {"drain_apps": False})


async def read_all(wire: Wire, recorder: Recorder) -> None:
    """Every kind of link that is shown, from the root on, to the end; each with secrets and without."""
    api = wire.sandbox.hosts["api"]
    waiting = {"/", "/plans", "/active_plans", "/backups", "/deployments", "/permissions"}
    waiting |= {"/maintenances/apps", "/maintenances/databases"}
    done: set[str] = set()
    seen: Counter[str] = Counter()
    while waiting:
        path = waiting.pop()
        done.add(path)
        kind = re.sub(r"[0-9a-f-]{36}|\d+", "*", path)
        seen[kind] += 1
        if path.endswith("/logs") or seen[kind] > ENOUGH:
            continue  # logs are asked for by every operation that was followed
        body = await wire.get(path)
        await wire.bare(path)
        hrefs = {href.partition("?")[0] for href in _links(body) if href.startswith(api)}
        waiting |= {href.removeprefix(api) or "/" for href in hrefs} - done
    assert len(seen) > 60, sorted(seen)
    account = next(iter(wire.sandbox.world.accounts))
    for query in ({"type": "deploy"}, {"status": "succeeded"}, {"resource_type": "app"}):
        await wire.get(f"/accounts/{account}/operations", **query)


def _links(value: Any) -> set[str]:
    if isinstance(value, list):
        return {link for item in value for link in _links(item)}
    if not isinstance(value, dict):
        return set()
    own = {link["href"] for link in (value.get("_links") or {}).values() if link}
    return own.union(*(_links(item) for key, item in value.items() if key != "_links"))


async def test_the_rest_of_the_sandbox_is_as_the_document_says(
    recorded: tuple[Wire, Recorder], document: Document, tmp_path: Path
) -> None:
    wire, recorder = recorded
    await change_all(wire, tmp_path)
    await read_all(wire, recorder)
    complaints = {text for exchange in recorder.exchanges for text in document.complaints(exchange)}
    excused = {pattern: {text for text in complaints if re.search(pattern, text)} for pattern in EXCEPTIONS}
    assert sorted(complaints.difference(*excused.values())) == []
    assert [pattern for pattern, texts in excused.items() if not texts] == [], "exceptions that nobody needs"
