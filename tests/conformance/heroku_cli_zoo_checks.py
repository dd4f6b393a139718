"""What Heroku's command line says of the zoo, with everything in every state, and what Offramp says."""

import json
import re
from typing import Any

from tests.conformance.heroku_cli import Ran
from tests.conformance.heroku_cli_checks import Both, Check, Seen, add_ons_of, bare_of, members_of, teams_of
from wizard.model.network import Space, TelemetryDrain
from wizard.model.system import App


def team_apps(seen: Seen, ran: Ran) -> Both:
    """What all lists name together is what Offramp has read, or says that it could not."""
    names = {
        row["name"]
        for command in ZOO
        if command.startswith("apps ")
        for row in json.loads(seen.told_of_zoo[command].out)
    }
    return sorted({one.name for one in (*seen.zoo.apps, *seen.zoo.unread_apps)}), sorted(names)


def fir_dynos(seen: Seen, ran: Ran) -> Both:
    app = _app(seen, "acme-fir-api")
    expected = {one.type: (one.size, one.quantity) for one in app.processes}
    rows = [row for row in ran.rows() if len(row) == 5 and row[2].isdigit()]
    return expected, {row[0]: (row[1], int(row[2])) for row in rows}


def spaces(seen: Seen, ran: Ran) -> Both:
    return (
        {one.name: (one.region, one.state, one.shield, one.generation) for one in seen.zoo.spaces},
        {
            row["name"]: (row["region"]["name"], row["state"], row["shield"], _generation(row["generation"]))
            for row in json.loads(ran.out)
        },
    )


def _generation(said: Any) -> str:
    return str(said["name"] if isinstance(said, dict) else said)


def trusted(seen: Seen, ran: Ran) -> Both:
    one = _space(seen)
    return [(each.source, each.action) for each in one.inbound or ()], [
        (row["source"], row["action"]) for row in json.loads(ran.out)["rules"]
    ]


def zoo_pipelines(seen: Seen, ran: Ran) -> Both:
    return sorted(one.name for one in seen.zoo.pipelines), sorted(row["name"] for row in json.loads(ran.out))


def zoo_members(seen: Seen, ran: Ran) -> Both:
    return members_of(seen.zoo, ran)


def zoo_add_ons(seen: Seen, ran: Ran) -> Both:
    return add_ons_of(seen.zoo, ran)


def zoo_teams(seen: Seen, ran: Ran) -> Both:
    return teams_of(seen.zoo, ran)


def keys(seen: Seen, ran: Ran) -> Both:
    return sorted((one.comment, one.fingerprint) for one in seen.zoo.keys or ()), sorted(
        (row["comment"], row["fingerprint"]) for row in json.loads(ran.out)
    )


def space(seen: Seen, ran: Ran) -> Both:
    one, said = _space(seen), json.loads(ran.out)
    return (
        (one.id, one.cidr, one.data_cidr, one.team, list(one.outbound_ips or ())),
        (said["id"], said["cidr"], said["data_cidr"], said["team"]["name"], said["outbound_ips"]["sources"]),
    )


def _space(seen: Seen, name: str = "acme-private") -> Space:
    return next(one for one in seen.zoo.spaces if one.name == name)


def peerings(seen: Seen, ran: Ran) -> Both:
    kept = [one for one in _space(seen).peerings if one.kind == "peering"]
    rows = json.loads(ran.out)
    assert all(row["pcx_id"] in one.with_what for row, one in zip(rows, kept, strict=True))
    return [(one.status, list(one.cidrs)) for one in kept], [
        (row["status"], row["cidr_blocks"]) for row in rows
    ]


def vpns(seen: Seen, ran: Ran) -> Both:
    kept = [one for one in _space(seen).peerings if one.kind == "vpn"]
    return [(one.with_what, one.status, list(one.cidrs)) for one in kept], [
        (f"{row['name']}, {row['public_ip']}", row["status"], row["routable_cidrs"])
        for row in json.loads(ran.out)
    ]


def space_drain(seen: Seen, ran: Ran) -> Both:
    drain, said = _space(seen).drain, json.loads(ran.out)
    return drain and (drain.id, drain.address), (said["id"], bare_of(said["url"]))


def telemetry(seen: Seen, ran: Ran) -> Both:
    return _drains(_app(seen, "acme-fir-api").telemetry, ran)


def space_telemetry(seen: Seen, ran: Ran) -> Both:
    return _drains(_space(seen, "acme-fir").telemetry, ran)


def _drains(kept: tuple[TelemetryDrain, ...], ran: Ran) -> Both:
    rows = [row for row in ran.rows() if len(row) == 3 and row[0].count("-") == 4]
    return (
        {one.id: (",".join(one.signals), one.address) for one in kept},
        {row[0]: (row[1], bare_of(row[2]) if "://" in row[2] else row[2]) for row in rows},
    )


def _app(seen: Seen, name: str) -> App:
    return next(one for one in seen.zoo.apps if one.name == name)


def fir_buildpacks(seen: Seen, ran: Ran) -> Both:
    """Those that made the image."""
    image = _app(seen, "acme-fir-api").image
    assert image is not None
    return [one.partition(" ")[0].partition("@")[0] for one in image.builder], re.findall(
        r"^\d+\. (\S+)$", ran.out, re.M
    )


def fir_dynos_that_run(seen: Seen, ran: Ran) -> Both:
    quantities = {one.type: one.quantity for one in _app(seen, "acme-fir-api").processes if one.quantity}
    names = re.findall(r"^(\w+)-\w+-\w+: up", ran.out, re.M)
    return quantities, {kind: names.count(kind) for kind in names}


def domains_with_reasons(seen: Seen, ran: Ran) -> Both:
    return (
        {
            one.hostname: (one.cname, one.acm_status, one.acm_reason, one.status, one.certificate)
            for one in _app(seen, "acme-web").domains
        },
        {
            row["hostname"]: (
                row["cname"],
                row["acm_status"],
                row["acm_status_reason"] or "",
                row["status"],
                (row["sni_endpoint"] or {}).get("name"),
            )
            for row in json.loads(ran.out)
        },
    )


def rights(seen: Seen, ran: Ran) -> Both:
    """Instead of collaborators who are admins the command line shows the team's, who may everything."""
    app = _app(seen, "acme-web")
    team = next(one for one in seen.zoo.teams if one.name == app.team)
    everything = ["deploy", "manage", "operate", "view"]
    expected = {
        one.email: (one.role, sorted(one.permissions)) for one in app.collaborators if one.role != "admin"
    }
    expected |= {one.email: (one.role, everything) for one in team.members or () if one.role == "admin"}
    return expected, {
        row["user"]["email"]: (row["role"], sorted(each["name"] for each in row["permissions"]))
        for row in json.loads(ran.out)
    }


ZOO_CHECKS: dict[str, Check] = {
    "apps --all --json": team_apps,
    "addons --all --json": zoo_add_ons,
    "teams --json": zoo_teams,
    "keys --json": keys,
    "spaces --json": spaces,
    "spaces:info -s acme-private --json": space,
    "spaces:trusted-ips -s acme-private --json": trusted,
    "spaces:peerings -s acme-private --json": peerings,
    "spaces:vpn:connections -s acme-private --json": vpns,
    "spaces:drains:get -s acme-private --json": space_drain,
    "telemetry -a acme-fir-api": telemetry,
    "telemetry -s acme-fir": space_telemetry,
    "pipelines --json": zoo_pipelines,
    "members -t acme --json": zoo_members,
    "ps -a acme-fir-api": fir_dynos_that_run,
    "ps:type -a acme-fir-api": fir_dynos,
    "buildpacks -a acme-fir-api": fir_buildpacks,
    "domains -a acme-web --json": domains_with_reasons,
    "access -a acme-web --json": rights,
}
REFUSED = ("config -a refused-app", "config -a second-factor-app", "config -a vanishing-app")
ZOO = (*ZOO_CHECKS, *REFUSED, "apps -t acme --json", "apps -t acme-lab --json")
