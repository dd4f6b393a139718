"""The sandbox's Heroku against Heroku's own published schema: every GET route, everything in the zoo, every
field.

The schema is not part of this repository; without it the tests are skipped.
"""

import json
import re
import urllib.parse
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from providers.sandbox.faults import Faults, Rule
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.routes.api import api_routes
from providers.sandbox.heroku.routes.gate import Bucket
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.running.platform import Platform
from providers.sandbox.heroku.systems.description import zoo
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.heroku.systems.wild import wild
from providers.sandbox.heroku.world.world import World
from providers.sandbox.tls import Certificates
from tests.conformance.heroku_paths import paths

PLATFORM = Path(__file__).resolve().parents[2].parent / "shared" / "schemas" / "heroku-platform-v3.json"

pytestmark = pytest.mark.skipif(not PLATFORM.exists(), reason="Heroku's schema is not beside this checkout")

RELAXED = {
    "definitions/domain/definitions/hostname/format": "says uri, but a host name is none",
    "definitions/add-on-attachment/properties/addon/additionalProperties": (
        "`Accept-Inclusion: addon:plan` adds the plan; Heroku's CLI reads it, no schema names it"
    ),
    "definitions/pipeline-coupling/properties/pipeline/additionalProperties": (
        "Heroku's CLI shows the pipeline's name from here (apps:info)"
    ),
    "definitions/sni-endpoint/properties/ssl_cert/additionalProperties": (
        "`acm` says that Heroku manages it: Heroku's CLI reads it (certs)"
    ),
}
"""Where the sandbox follows Heroku's behaviour rather than its schema: what is taken out, and why."""

RELAXED_IN_SDK = {
    "definitions/app/properties/generation": "a text in 3.sdk (Heroku's schema of that variant, 2026-08)",
    "definitions/space/properties/generation": "a text in 3.sdk",
    "definitions/add-on/definitions/addon_service/additionalProperties": "`Accept-Expansion: addon_service`",
    "definitions/add-on/definitions/plan/additionalProperties": "`Accept-Expansion: plan`",
}
"""The same for answers in the variant 3.sdk."""

EXTRA = {
    "add-on-attachment": {"config_vars": "`Accept-Inclusion: config_vars` adds it; in neither schema"},
    "app": {
        "base_image_name": "3.sdk adds it (Heroku's schema of that variant)",
        "buildpacks": "3.sdk adds it",
        "current_build_architecture": "3.sdk adds it",
    },
    "team-app": dict.fromkeys(
        ("base_image_name", "buildpacks", "current_build_architecture", "generation"), "3.sdk adds it"
    ),
    "release": {"oci_image": "3.sdk adds it"},
    "account": dict.fromkeys(
        (
            *("acknowledged_msa", "acknowledged_msa_at", "eco_dynos_enabled"),
            *("mfa_enabled", "mfa_exemption", "mfa_experience"),
        ),
        "3.sdk adds it",
    ),
}
"""Fields beyond the strict properties of a definition, and why they are right."""

UNPUBLISHED = {
    "/pipelines/{}/repo": "3.repositories-api, known from Heroku's CLI only",
    "/apps/{}/usage": "only in the schema of 3.sdk",
    "/addons/{}/config/{}": "config of a namespace: known from Heroku's CLI only",
    "/spaces/{}/log-drain": "3.dogwood; the schema of 3.sdk says that it is a log drain: so it is checked",
}
"""GET routes that the published schema does not name, and why they are there."""

ALWAYS_EMPTY = {
    "/account/app-transfers": "nobody hands an app over in the zoo",
    "/account/credits": "they are gone when the account moves away",
    "/teams/{}/allowed-addon-services": "a team's white list says nothing of what stands",
    "/teams/{}/identity-providers": "single sign-on is no part of a migration",
}
"""Lists whose rows are not played."""

EMPTY = {"[]", "{}"}
NO_RULE: dict[str, Any] = {}
VARIANTS = {
    "plain": {},
    "sdk": {"Accept-Inclusion": "addon:plan,config_vars", "Accept-Expansion": "addon_service,plan"},
}


def _read(path: Path) -> Any:
    return json.loads(path.read_text())


def _strict(node: Any, name: str = "") -> Any:
    """`strictProperties` means: all properties are there, and no other (json_schema of Heroku's own). Here no
    object may hold another, lest something made up slips in."""
    if isinstance(node, list):
        return [_strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _strict(value, key) for key, value in node.items()}
    if isinstance(node.get("properties"), dict) and "patternProperties" not in node:
        if node.get("strictProperties") is True:
            made["required"] = sorted(node["properties"])
        made["additionalProperties"] = False
        made["properties"] = {**made["properties"], **dict.fromkeys(EXTRA.get(name, {}), NO_RULE)}
    return made


def _strict_document(whole: Any, variant: str) -> Any:
    """The whole document; of definitions that are not strict all properties are wanted too."""
    made = {key: _strict(one, key) for key, one in whole["definitions"].items()}
    for key, definition in made.items():
        if isinstance(definition.get("properties"), dict):
            definition["required"] = sorted(set(definition["properties"]) - set(EXTRA.get(key, {})))
    document = {**whole, "definitions": made}
    for path in {**RELAXED, **(RELAXED_IN_SDK if variant == "sdk" else {})}:
        *way, last = path.split("/")
        place = document
        for key in way:
            place = place[key]
        assert last in place, f"{path} is no longer in the schema: take the exception out"
        if last in ("format", "additionalProperties"):
            del place[last]
        else:
            place[last] = NO_RULE
    return document


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
    return re.sub(r"\{[^}]*\}", "{}", path.replace("/users/~/apps", "/users/{}/apps"))


def _follower(whole: Any) -> Callable[[Any], Any]:
    """Puts what a reference names in its place, so that it is not looked for at each value (three times as
    fast)."""

    @cache
    def named(reference: str) -> Any:
        place = whole
        for key in reference.removeprefix("#/").split("/"):
            place = place[urllib.parse.unquote(key)]
        return follow(place)

    def follow(node: Any) -> Any:
        if isinstance(node, list):
            return [follow(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return named(node["$ref"])
        return {key: follow(value) for key, value in node.items() if key not in ("definitions", "links")}

    return follow


@cache
def rules(variant: str) -> dict[str, jsonschema.Draft4Validator]:
    """What checks the answer of a GET route, by route with `{}` for its variables."""
    whole = _strict_document(_read(PLATFORM), variant)
    follow, found = _follower(whole), dict[str, Any]()
    for definition in whole["definitions"].values():
        for link in definition.get("links", ()):
            if link["method"] == "GET" and "targetSchema" in link:
                checks = jsonschema.Draft4Validator(follow(link["targetSchema"]), format_checker=_checker())
                found.setdefault(_normal(urllib.parse.unquote(link["href"])), checks)
    found["/spaces/{}/log-drain"] = found["/apps/{}/log-drains/{}"]
    return found


def _routes() -> list[str]:
    table = api_routes(Platform(World(email="", account_id="")), Pages(), Bucket())
    return sorted({route.path for route in table if route.method == "GET"})


class Noting(Faults):
    """No faults, but a list of what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def take(self, method: str, path: str) -> Rule | None:
        self.asked.add(path)
        return super().take(method, path)


async def opened(folder: Path, world: World | None) -> HerokuSandbox:
    certificates = Certificates(folder / "tls")
    sandbox = HerokuSandbox(
        folder / "heroku", faults=Noting(), certificates=certificates, world=world, alive=False
    )
    await sandbox.start()
    sandbox.bucket.size, sandbox.bucket.per_minute = 1_000_000, 1e9
    return sandbox


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    sandbox = await opened(tmp_path, zoo())
    yield sandbox
    await sandbox.stop()


def client(heroku: HerokuSandbox, variant: str) -> httpx.AsyncClient:
    headers = {
        "Accept": "application/vnd.heroku+json; version=3" + (".sdk" if variant == "sdk" else ""),
        "Authorization": f"Bearer {heroku.credentials['token']}",
        **VARIANTS[variant],
    }
    return httpx.AsyncClient(base_url=heroku.hosts["api"], headers=headers, trust_env=False, verify=False)


async def _compared(heroku: HerokuSandbox, variant: str, *, everything: bool) -> tuple[list[str], list[str]]:
    """What does not fit the schema, and routes that told nothing.

    Args:
        everything: ask each route for each object that it begins with, not only for the first that tells
            something; of what is in that object for one, if a list shows them all.
    """
    checks, wrong, silent = rules(variant), [], []
    async with client(heroku, variant) as http:
        routes = _routes()
        for route in routes:
            name = _normal(route)
            assert name in checks or name in UNPUBLISHED, f"{route} is in no schema"
            told: set[str] = set()
            done = ""
            for path in paths(route, heroku.world):
                if done and path.startswith(done):
                    continue
                answer = await http.get(path)
                assert answer.status_code in (200, 403, 404), f"{path}: {answer.text}"
                if answer.status_code != 200 or answer.text in told or name not in checks:
                    continue
                told.add(answer.text)
                wrong += [
                    f"{path} {error.json_path}: {error.message[:200]}"
                    for error in checks[name].iter_errors(answer.json())
                ]
                if told - EMPTY:
                    if not everything:
                        break
                    listed = route.count("{") > 1 and route.rpartition("/{")[0] in routes
                    done = path[: _end_of_first(route, path)] if listed else ""
            if name in checks and not told - EMPTY and name not in ALWAYS_EMPTY:
                silent.append(route)
    return wrong, silent


def _end_of_first(route: str, path: str) -> int:
    """Where what was put into the first variable of the route ends, slash included."""
    return path.index("/", route.index("{")) + 1


@pytest.mark.parametrize("variant", VARIANTS)
async def test_every_answer_of_the_platform_api_fits(variant: str, heroku: HerokuSandbox) -> None:
    """Each route answers for some object of the zoo at least, and its lists are not all empty. In 3.sdk the
    first object has to do: lists show all of them."""
    wrong, silent = await _compared(heroku, variant, everything=variant == "plain")
    assert not wrong, "\n".join(wrong)
    assert silent == []


def _made_up() -> World:
    return generated(apps=12, pipelines=2, teams=3, add_ons=30, config_vars=90, spaces=3, unjoined=1)


OTHERS: dict[str, Callable[[], World | None]] = {
    "the example": lambda: None,
    "made up": _made_up,
    "wild": lambda: wild(5),
}


@pytest.mark.parametrize("system", ["the example", "wild", pytest.param("made up", marks=pytest.mark.slow)])
async def test_other_systems_fit_too(system: str, tmp_path: Path) -> None:
    heroku = await opened(tmp_path, OTHERS[system]())
    try:
        wrong, _ = await _compared(heroku, "plain", everything=False)
    finally:
        await heroku.stop()
    assert not wrong, "\n".join(wrong)


async def test_a_wrong_answer_would_be_found(heroku: HerokuSandbox) -> None:
    """The measure itself: a missing field, one too many, a wrong type and a wrong format are all errors."""
    async with client(heroku, "plain") as http:
        app = (await http.get("/apps/acme-api")).json()
    check = rules("plain")["/apps/{}"]
    assert check.is_valid(app)
    assert not check.is_valid({key: value for key, value in app.items() if key != "acm"})
    assert not check.is_valid({**app, "invented": 1})
    assert not check.is_valid({**app, "maintenance": "no"})
    assert not check.is_valid({**app, "created_at": "yesterday"})
    assert not check.is_valid({**app, "id": "4711"})
    assert not check.is_valid({**app, "owner": {"id": app["owner"]["id"]}})


async def test_what_the_provider_asks_is_among_what_is_played(heroku: HerokuSandbox) -> None:
    """Whatever Offramp's own inventory asks has a route, so that no 404 hides a route not played."""
    from providers.heroku import PROVIDER
    from wizard.model.secret import Secret

    source = PROVIDER.open(heroku.hosts, Secret(heroku.credentials["token"]))
    await source.read(lambda progress: None)
    await source.close()
    assert isinstance(heroku.faults, Noting)
    routes = [route for table in heroku.tables.values() for route in table]
    patterns = [re.compile(re.sub(r"\{[^}]*\}", "[^/]+", route.path)) for route in routes]
    assert {path for path in heroku.faults.asked if not any(one.fullmatch(path) for one in patterns)} == set()
