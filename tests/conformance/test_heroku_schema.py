"""The sandbox's Heroku against Heroku's own published schemas: every GET route, every field.

The schemas are not part of this repository; without them the tests are skipped.
"""

import json
import re
import urllib.parse
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.add_on_routes import AddOnRoutes
from providers.sandbox.heroku.delivery_routes import DeliveryRoutes
from providers.sandbox.heroku.gate import Bucket
from providers.sandbox.heroku.platform import Platform
from providers.sandbox.heroku.platform_routes import PlatformRoutes
from providers.sandbox.heroku.ranges import Pages
from providers.sandbox.heroku.world import Certificate, Pipeline, Team, Telemetry, Webhook, World, stable_id
from providers.sandbox.tls import Certificates
from wizard.model.secret import Secret

SCHEMAS = Path(__file__).resolve().parents[2].parent / "shared" / "schemas"
PLATFORM, DATA = SCHEMAS / "heroku-platform-v3.json", SCHEMAS / "heroku-data.json"

pytestmark = pytest.mark.skipif(
    not (PLATFORM.exists() and DATA.exists()), reason="Heroku's schemas are not beside this checkout"
)

RELAXED = {
    "definitions/domain/definitions/hostname/format": "says uri, but a host name is none",
    "definitions/add-on-attachment/properties/addon/additionalProperties": (
        "`Accept-Inclusion: addon:plan` adds the plan; Heroku's CLI reads it, no schema names it"
    ),
}
"""Where the sandbox follows Heroku's behaviour rather than its schema: what is taken out, and why."""

EXTRA = {
    "add-on-attachment": {"config_vars": "`Accept-Inclusion: config_vars` adds it; in neither schema"},
}
"""Fields beyond the strict properties of a definition, and why they are right."""

UNPUBLISHED = {
    "/account/features": "the schema lists it under account features; the sandbox has none to show",
}
"""GET routes of the sandbox whose answers say nothing a schema could check."""

NO_RULE: dict[str, Any] = {}


def _read(path: Path) -> Any:
    return json.loads(path.read_text())


def _strict(node: Any, name: str = "") -> Any:
    """`strictProperties` means: all properties are there, and no other (json_schema of Heroku's own)."""
    if isinstance(node, list):
        return [_strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _strict(value, key) for key, value in node.items()}
    if node.get("strictProperties") is True and isinstance(node.get("properties"), dict):
        extra = EXTRA.get(name, {})
        made["required"] = sorted(node["properties"])
        made["additionalProperties"] = False
        made["properties"] = {**made["properties"], **dict.fromkeys(extra, NO_RULE)}
    return made


def _relaxed(schema: Any) -> Any:
    for path in RELAXED:
        *way, last = path.split("/")
        place = schema
        for key in way:
            place = place[key]
        assert last in place, f"{path} is no longer in the schema: take the exception out"
        del place[last]
    return schema


def _checker() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker()

    @checker.checks("date-time", raises=ValueError)
    def moment(value: object) -> bool:
        return not isinstance(value, str) or bool(datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ"))

    @checker.checks("uri", raises=ValueError)
    def address(value: object) -> bool:
        if not isinstance(value, str):
            return True
        parts = urllib.parse.urlsplit(value)
        return bool(parts.scheme and parts.netloc)

    return checker


def _normal(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.replace("/users/~", "/users/{}"))


def _routes() -> list[str]:
    platform, pages = Platform(World(email="", account_id="")), Pages()
    tables = (
        PlatformRoutes(platform, pages, Bucket()).table(),
        DeliveryRoutes(platform, pages).table(),
        AddOnRoutes(platform, pages).table(),
    )
    return sorted({route.path for table in tables for route in table if route.method == "GET"})


@pytest.fixture(scope="module")
def rules() -> dict[str, Any]:
    """The schema of what a GET route answers, by route with `{}` for its variables."""
    whole = _relaxed(_strict_document(_read(PLATFORM)))
    found: dict[str, Any] = {}
    for definition in whole["definitions"].values():
        for link in definition.get("links", ()):
            if link["method"] == "GET" and "targetSchema" in link:
                rule = {**link["targetSchema"], "definitions": whole["definitions"]}
                found.setdefault(_normal(urllib.parse.unquote(link["href"])), rule)
    return found


def _strict_document(whole: Any) -> Any:
    """The whole document; of definitions that are not strict all properties are wanted too."""
    made = {key: _strict(one, key) for key, one in whole["definitions"].items()}
    for key, definition in made.items():
        if isinstance(definition.get("properties"), dict):
            definition["required"] = sorted(set(definition["properties"]) - set(EXTRA.get(key, {})))
    return {**whole, "definitions": made}


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    """With one of everything, so that no list is checked empty."""
    sandbox = HerokuSandbox(
        tmp_path / "heroku",
        size="tiny",
        faults=Faults(),
        certificates=Certificates(tmp_path / "tls"),
        alive=False,
    )
    await sandbox.start()
    world = sandbox.world
    app = world.app("migrate-frontend")
    assert app is not None
    pipeline, team = Pipeline(stable_id("pipeline"), "acme"), Team(stable_id("team"), "acme")
    world.pipelines[pipeline.id], world.teams[team.id] = pipeline, team
    for name in ("migrate-frontend", "migrate-emailer", "migrate-backend"):
        each = world.app(name)
        assert each is not None
        world.couplings[each.id] = (pipeline.id, "production")
        each.team_id = team.id
        each.certificates.append(Certificate(stable_id(name, "cert"), "acme-cert", ("www.acme.example",)))
        each.webhooks.append(Webhook(stable_id(name, "hook"), "https://ci.example/hook", ("api:release",)))
        each.telemetry.append(
            Telemetry(stable_id(name, "otel"), "https://otel.example/v1", ("traces", "logs"))
        )
        platform = Platform(world)
        platform.release(each, "Set LOG_LEVEL config vars")
    yield sandbox
    await sandbox.stop()


def _filled(route: str, sandbox: HerokuSandbox, app_name: str) -> str:
    """The route with things that are there put into it."""
    world = sandbox.world
    app = world.app(app_name)
    assert app is not None
    own = [one.id for one in world.add_ons.values() if one.app_id == app.id]
    slug = next(iter(app.slugs))
    values = {
        "app": app.id,
        "user": "~",
        "type": next(iter(app.processes)),
        "release": app.releases[-1].id,
        "slug": slug,
        "build": stable_id("build", slug),
        "pipeline": next(iter(world.pipelines)),
        "team": next(iter(world.teams)),
        "addon": own[0] if own else next(iter(world.add_ons)),
        "plan": "heroku-postgresql:essential-1",
        "service": "heroku-postgresql",
    }
    return route.format(**values)


@pytest.mark.parametrize("sdk", [False, True], ids=["plain", "sdk"])
@pytest.mark.parametrize("app", ["migrate-frontend", "migrate-backend", "migrate-emailer"])
async def test_every_answer_of_the_platform_api_fits(
    app: str, sdk: bool, heroku: HerokuSandbox, rules: dict[str, Any]
) -> None:
    headers = {
        "Accept": "application/vnd.heroku+json; version=3" + (".sdk" if sdk else ""),
        "Authorization": f"Bearer {heroku.credentials['token']}",
    }
    if sdk:
        headers["Accept-Inclusion"] = "addon:plan,config_vars"
    checker, wrong = _checker(), []
    async with httpx.AsyncClient(base_url=heroku.hosts["api"], headers=headers, trust_env=False) as http:
        for route in _routes():
            if _normal(route) in UNPUBLISHED:
                continue
            assert _normal(route) in rules, f"{route} is in no schema"
            answer = await http.get(_filled(route, heroku, app))
            assert answer.status_code in (200, 206), f"{route}: {answer.text}"
            validator = jsonschema.Draft4Validator(rules[_normal(route)], format_checker=checker)
            wrong += [
                f"{route} {error.json_path}: {error.message[:200]}"
                for error in validator.iter_errors(answer.json())
            ]
    assert wrong == []


async def test_a_wrong_answer_would_be_found(heroku: HerokuSandbox, rules: dict[str, Any]) -> None:
    """The measure itself: a missing field, one too many, a wrong type and a wrong format are all errors."""
    headers = {
        "Accept": "application/vnd.heroku+json; version=3",
        "Authorization": f"Bearer {heroku.credentials['token']}",
    }
    async with httpx.AsyncClient(base_url=heroku.hosts["api"], headers=headers, trust_env=False) as http:
        app = (await http.get("/apps/migrate-backend")).json()
    validator = jsonschema.Draft4Validator(rules["/apps/{}"], format_checker=_checker())
    assert validator.is_valid(app)
    assert not validator.is_valid({key: value for key, value in app.items() if key != "acm"})
    assert not validator.is_valid({**app, "invented": 1})
    assert not validator.is_valid({**app, "maintenance": "no"})
    assert not validator.is_valid({**app, "created_at": "yesterday"})
    assert not validator.is_valid({**app, "id": "4711"})
    assert not validator.is_valid({**app, "owner": {"id": app["owner"]["id"]}})


async def test_what_the_provider_asks_is_among_what_was_checked(
    heroku: HerokuSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[tuple[str, str]] = set()
    original = Client._once

    async def noted(self: Client, verb: str, path: str, host: str, *rest: Any) -> Any:
        asked.add((host, path))
        return await original(self, verb, path, host, *rest)

    monkeypatch.setattr(Client, "_once", noted)
    source = HerokuSource(Client(heroku.hosts, Secret(heroku.credentials["token"])))
    system = await source.read(lambda progress: None)
    for app in system.apps:
        await source.state(app.id)
    await source.database_url(next(one.id for one in system.add_ons if one.postgres))
    await source.close()
    patterns = [re.compile(re.sub(r"\{[^}]*\}", "[^/]+", route)) for route in _routes()]
    strays = {path for host, path in asked if host == "api" and not any(p.fullmatch(path) for p in patterns)}
    assert strays == set()
    assert {host for host, _ in asked} == {"api", "data", "particleboard", "metrics"}


async def test_answers_of_the_data_api_fit(heroku: HerokuSandbox) -> None:
    recorded = _read(DATA)
    postgres = next(one for one in heroku.world.add_ons.values() if one.service == "heroku-postgresql")
    checked = {
        "GET /client/v11/databases/:name": f"/client/v11/databases/{postgres.id}",
        "GET /client/v11/databases/{name}/wait_status": f"/client/v11/databases/{postgres.name}/wait_status",
        "GET /postgres/v0/databases/:name/credentials": f"/postgres/v0/databases/{postgres.id}/credentials",
        "GET /postgres/v0/databases/{name}/credentials/{cred_name}": (
            f"/postgres/v0/databases/{postgres.name}/credentials/default"
        ),
    }
    headers = {
        "Accept": "application/vnd.heroku+json; version=3",
        "Authorization": f"Bearer {heroku.credentials['token']}",
    }
    async with httpx.AsyncClient(base_url=heroku.hosts["data"], headers=headers, trust_env=False) as http:
        for name, path in checked.items():
            rule = recorded[name]["responses"]["200"]
            answer = await http.get(path)
            assert answer.status_code == 200
            jsonschema.Draft4Validator(rule).validate(answer.json())
            if isinstance(answer.json(), dict) and "properties" in rule:
                assert set(answer.json()) == set(rule["properties"]), name
