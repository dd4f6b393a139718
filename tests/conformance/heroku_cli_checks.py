"""What Heroku's command line says of a platform's part of the shop and of the zoo, and what Offramp says.

For each command a function that returns both, in a form that can be compared.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.heroku_cli import Ran
from tests.conformance.heroku_shop import API, WEB
from wizard.model.system import AddOn, App, System


@dataclass
class Seen:
    """Two systems, as Offramp read them and as the command line told them.

    `system` and `told` are of the shop before anything was written, `after` and `written` from then on.
    """

    system: System
    zoo: System
    after: System
    told: dict[str, Ran] = field(default_factory=dict)
    told_of_zoo: dict[str, Ran] = field(default_factory=dict)
    written: dict[str, Ran] = field(default_factory=dict)
    config: dict[str, dict[str, str]] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    downloaded: bytes = b""
    fenced: bool = False
    outside: str = ""
    git_config: str = ""

    def app(self, name: str) -> App:
        return next(one for one in self.system.apps if one.name == name)

    def add_on(self, name: str) -> AddOn:
        return next(one for one in self.system.add_ons if one.name == name)


Both = tuple[Any, Any]
Check = Callable[[Seen, Ran], Both]


def _json(ran: Ran) -> Any:
    return json.loads(ran.out)


def apps(seen: Seen, ran: Ran) -> Both:
    return (
        {
            one.name: (one.id, one.region, one.stack, one.web_url, one.maintenance, one.team)
            for one in seen.system.apps
        },
        {
            row["name"]: (
                row["id"],
                row["region"]["name"],
                row["stack"]["name"],
                row["web_url"],
                row["maintenance"],
                (row["team"] or {}).get("name"),
            )
            for row in _json(ran)
        },
    )


def app_info(seen: Seen, ran: Ran) -> Both:
    app, said = seen.app(API), _json(ran)
    owned = sorted(one.name for one in seen.system.add_ons if one.app_id == app.id)
    return (
        (
            app.id,
            owned,
            len(app.collaborators),
            app.pipeline_stage,
            sum(one.quantity for one in app.processes),
        ),
        (
            said["app"]["id"],
            sorted(row["name"] for row in said["addons"]),
            len(said["collaborators"]),
            said["pipeline_coupling"]["stage"],
            len(said["dynos"]),
        ),
    )


def dynos(seen: Seen, ran: Ran) -> Both:
    expected = {
        f"{one.type}.{number}": (one.size, one.command)
        for one in seen.app(API).processes
        for number in range(1, one.quantity + 1)
    }
    return expected, {row["name"]: (row["size"], row["command"]) for row in _json(ran)}


def process_types(seen: Seen, ran: Ran) -> Both:
    expected = {
        one.type: (one.size, one.quantity, f"${(one.monthly_cents or 0) * one.quantity // 100}")
        for one in seen.app(API).processes
    }
    rows = [row for row in ran.rows() if len(row) == 5 and row[2].isdigit()]
    return expected, {row[0]: (row[1], int(row[2]), row[4]) for row in rows}


def config(seen: Seen, ran: Ran) -> Both:
    names = {one.name for one in seen.app(API).config}
    assert names == set(seen.config[API])
    return seen.config[API], _json(ran)


def add_ons(seen: Seen, ran: Ran) -> Both:
    return add_ons_of(seen.system, ran)


def add_ons_of(system: System, ran: Ran) -> Both:
    """Foreign add-ons are in no list of the account's own."""
    readable = {app.id for app in system.apps}
    expected = {
        one.name: (one.id, one.service, one.plan, one.state, one.app_name, tuple(sorted(one.config_vars)))
        for one in system.add_ons
        if one.app_id in readable
    }
    said = {
        row["name"]: (
            row["id"],
            row["addon_service"]["name"],
            row["plan"]["name"],
            row["state"],
            row["app"]["name"],
            tuple(sorted(row["config_vars"])),
        )
        for row in _json(ran)
        if row["app"]["id"] in readable
    }
    return expected, said


def attached(seen: Seen, ran: Ran) -> Both:
    """`addons:info` shows where an add-on is attached, and what it costs."""
    one = seen.add_on("postgresql-main")
    expected = sorted(
        f"{app.name}::{each.name}"
        for app in seen.system.apps
        for each in app.attachments
        if each.add_on_id == one.id
    )
    assert (
        one.plan in ran.out
        and one.app_name in ran.out
        and f"${(one.monthly_cents or 0) // 100}/month" in ran.out
    )
    return expected, sorted(re.findall(r"[\w-]+::\w+", ran.out))


def domains(seen: Seen, ran: Ran) -> Both:
    return (
        {
            one.hostname: (one.kind, one.cname, one.acm_status, one.certificate)
            for one in seen.app(WEB).domains
        },
        {
            row["hostname"]: (
                row["kind"],
                row["cname"],
                row["acm_status"],
                (row["sni_endpoint"] or {}).get("name"),
            )
            for row in _json(ran)
        },
    )


def releases(seen: Seen, ran: Ran) -> Both:
    rows = _json(ran)
    newest = sorted(seen.app(API).releases, key=lambda one: -one.version)[: len(rows)]
    assert len(rows) >= min(10, len(newest)) and rows[0]["version"] == seen.app(API).release
    return (
        [(one.version, one.description, one.status, one.current, one.user) for one in newest],
        [
            (row["version"], row["description"], row["status"], row["current"], row["user"]["email"])
            for row in rows
        ][: len(newest)],
    )


def buildpacks(seen: Seen, ran: Ran) -> Both:
    return list(seen.app(API).buildpacks), [row["buildpack"]["name"] for row in _json(ran)]


def drains(seen: Seen, ran: Ran) -> Both:
    """Offramp keeps no user, no path and no query of a drain's address."""
    return (
        {one.id: (one.address, one.add_on_id) for one in seen.app(API).drains},
        {row["id"]: (bare_of(row["url"]), (row["addon"] or {}).get("id")) for row in _json(ran)},
    )


def bare_of(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"


def access(seen: Seen, ran: Ran) -> Both:
    return (
        {one.email: one.role or "collaborator" for one in seen.app(API).collaborators},
        {row["user"]["email"]: row["role"] or "collaborator" for row in _json(ran)},
    )


def pipelines(seen: Seen, ran: Ran) -> Both:
    return {one.name: one.id for one in seen.system.pipelines}, {row["name"]: row["id"] for row in _json(ran)}


def pipeline(seen: Seen, ran: Ran) -> Both:
    (one,) = seen.system.pipelines
    stages = {each.app_name: each.stage for each in one.apps}
    assert {app.name: app.pipeline_stage for app in seen.system.apps if app.pipeline} == stages
    return stages, {row["name"]: row["pipelineCoupling"]["stage"] for row in _json(ran)["apps"]}


def webhooks(seen: Seen, ran: Ran) -> Both:
    expected = {one.id: (one.address, ",".join(one.include), one.level) for one in seen.app(API).webhooks}
    rows = [row for row in ran.rows() if len(row) == 4 and "://" in row[1]]
    return expected, {row[0]: (bare_of(row[1]), row[2], row[3]) for row in rows}


def certificates(seen: Seen, ran: Ran) -> Both:
    expected = {
        one.name: (one.names[0], (one.expires_at or "")[:16].replace("T", " "), str(len(one.domains)))
        for one in seen.app(WEB).certificates
    }
    rows = [row for row in ran.rows() if len(row) == 6 and row[4] == "SNI"]
    return expected, {row[0]: (row[1], row[2].removesuffix(" UTC"), row[5]) for row in rows}


def features(seen: Seen, ran: Ran) -> Both:
    """`features` shows those of general use, `labs` the others."""
    both = [*_json(ran), *_json(seen.told[f"labs -a {API} --json"])["app"]]
    return sorted(seen.app(API).features), sorted({row["name"] for row in both if row["enabled"]})


def account_features(seen: Seen, ran: Ran) -> Both:
    rows = _json(ran)["user"]
    return sorted(seen.system.account_features), sorted(row["name"] for row in rows if row["enabled"])


def who(seen: Seen, ran: Ran) -> Both:
    return seen.system.account.email, ran.out.strip()


def teams(seen: Seen, ran: Ran) -> Both:
    return teams_of(seen.system, ran)


def teams_of(system: System, ran: Ran) -> Both:
    return (
        {one.name: (one.id, one.role, one.type) for one in system.teams},
        {row["name"]: (row["id"], row["role"], row["type"]) for row in _json(ran)},
    )


def members(seen: Seen, ran: Ran) -> Both:
    return members_of(seen.system, ran)


def members_of(system: System, ran: Ran) -> Both:
    """Those who were asked and have not answered are shown where the team wants that they answer."""
    team = next(one for one in system.teams if one.name == "acme")
    asked = team.invitations if "team-invite-acceptance" in team.features else ()
    expected = {one.email: (one.role, "") for one in team.members or ()}
    expected |= {one.email: (one.role, "pending") for one in asked}
    return expected, {row["email"]: (row["role"] or "", row["status"]) for row in _json(ran)}


PLATFORM_CHECKS: dict[str, Check] = {
    "auth:whoami": who,
    "apps --all --json": apps,
    f"apps:info -a {API} --json": app_info,
    f"ps -a {API} --json": dynos,
    f"ps:type -a {API}": process_types,
    f"config -a {API} --json": config,
    "addons --all --json": add_ons,
    "addons:info postgresql-main": attached,
    f"domains -a {WEB} --json": domains,
    f"releases -a {API} --json": releases,
    f"buildpacks -a {API} --json": buildpacks,
    f"drains -a {API} --json": drains,
    f"access -a {API} --json": access,
    "pipelines --json": pipelines,
    "pipelines:info shop --json": pipeline,
    f"webhooks -a {API}": webhooks,
    f"certs -a {WEB}": certificates,
    f"features -a {API} --json": features,
    "labs --json": account_features,
    "teams --json": teams,
    "members -t acme --json": members,
}
