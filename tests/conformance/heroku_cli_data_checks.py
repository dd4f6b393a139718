"""What Heroku's command line says of the shop's data services, and what Offramp says."""

import json
import re
from typing import Any

from tests.conformance.heroku_cli import Ran
from tests.conformance.heroku_cli_checks import Both, Check, Seen
from tests.conformance.heroku_shop import API, STAGING
from wizard.model.stores import Postgres


def postgres(seen: Seen, ran: Ran) -> Both:
    """Every block of `pg:info` against what Offramp has of that database."""
    app = seen.app(API)
    mine = {one.add_on_id for one in app.attachments}
    wanted = [
        one for one in seen.system.add_ons if one.id in mine and one.postgres and ":advanced" not in one.plan
    ]
    blocks = [
        dict(re.findall(r"^([A-Z][\w /-]+?):\s+(.*)$", part, re.M)) for part in ran.out.split("===")[1:]
    ]
    return {one.name: _figures(one.postgres) for one in wanted if one.postgres}, {
        block["Add-on"]: {
            "version": block["PG Version"],
            "tables": int(block["Tables"].split("/")[0]),
            "connections": block["Connections"],
            "status": block["Status"],
            "protected": block["Continuous Protection"] == "On",
            "rollback": block["Rollback"],
            "available": "HA Status" in block,
            "follows": len(block.get("Following", "").split()),
            "followers": len(block.get("Followers", "").split()),
            "forks": len(block.get("Forks", "").split()),
            "forked": len(block.get("Forked From", "").split()),
            "extensions": block.get("Upgradable Extensions", ""),
            "credentials": int(block.get("Credentials", "1")),
        }
        for block in blocks
    }


def _figures(one: Postgres) -> dict[str, Any]:
    return {
        "version": one.version,
        "tables": one.tables,
        "connections": f"{one.connections}/{one.connection_limit}",
        "status": one.status,
        "protected": one.continuous_protection,
        "rollback": one.rollback,
        "available": one.high_availability,
        "follows": int(bool(one.following)),
        "followers": len(one.followers),
        "forks": len(one.forks),
        "forked": int(bool(one.forked_from)),
        "extensions": ", ".join(one.extensions),
        "credentials": len(one.credentials or ()),
    }


def advanced(seen: Seen, ran: Ran) -> Both:
    one = seen.add_on("postgresql-advanced").postgres
    assert one is not None
    said = dict(re.findall(r"^([A-Z][\w ]+?):\s+(.*)$", ran.out, re.M))
    return (one.version, str(one.tables)), (said["PG Version"], said["Tables"].split(" ")[0])


def backups(seen: Seen, ran: Ran) -> Both:
    """The command line lists those whose data is gone, too; Offramp does not."""
    main = seen.add_on("postgresql-main").postgres
    assert main is not None
    part = ran.out.partition("=== Restores")[0]
    return sorted([*(one.name for one in main.backups or ()), "a002"]), sorted(
        re.findall(r"^\s+([ab]\d{3})\s", part, re.M)
    )


def schedules(seen: Seen, ran: Ran) -> Both:
    one = seen.add_on("postgresql-staging").postgres
    assert one is not None
    return (
        [f"{each.name}: daily at {each.hour}:00 {each.timezone}" for each in one.schedules or ()],
        [line for line in ran.out.splitlines() if "daily" in line],
    )


def credentials(seen: Seen, ran: Ran) -> Both:
    one = seen.add_on("postgresql-main").postgres
    assert one is not None
    rows = [row for row in ran.rows() if len(row) == 2 and row[0].isalpha() and row[0] != "Credential"]
    return {each.name: each.state for each in one.credentials or ()}, {row[0]: row[1] for row in rows}


def credential_url(seen: Seen, ran: Ran) -> Both:
    return seen.urls["postgresql-main"].partition("?")[0], ran.out.strip().splitlines()[-1].strip()


def key_value(seen: Seen, ran: Ran) -> Both:
    one = seen.add_on("redis-sessions").key_value
    assert one is not None
    (said,) = json.loads(ran.out)
    info = {row["name"]: ", ".join(map(str, row["values"])) for row in said["info"] if row["values"]}
    return (
        (
            one.version,
            one.tls,
            f"{one.connections}/{one.connection_limit}",
            one.persistence,
            one.settings["maxmemory_policy"],
        ),
        (
            said["version"],
            info["Requires TLS"] == "Yes",
            info["Connections"],
            info["Persistence"],
            info["Maxmemory"],
        ),
    )


def maintenances(seen: Seen, ran: Ran) -> Both:
    """Offramp has words of its own where nothing is planned."""
    kept = {
        one.name: store.maintenance
        for one in seen.system.add_ons
        if (store := one.postgres or one.key_value) and store.maintenance and one.app_name == API
    }
    planned = {name: one for name, one in kept.items() if one.status not in ("", "none", "not required")}
    rows = {row["addon"]["name"]: row for row in json.loads(ran.out) if row["status"] != "none"}
    return (
        {name: (one.status, one.window, one.scheduled_for) for name, one in planned.items()},
        {name: (row["status"], row["window"] or "", row["scheduled_for"]) for name, row in rows.items()},
    )


DATA_CHECKS: dict[str, Check] = {
    f"pg:info -a {API}": postgres,
    f"data:pg:info postgresql-advanced -a {API}": advanced,
    f"pg:backups -a {API}": backups,
    f"pg:backups:schedules -a {STAGING}": schedules,
    f"pg:credentials DATABASE -a {API}": credentials,
    f"pg:credentials:url DATABASE -a {API}": credential_url,
    f"redis:info -a {API} --json": key_value,
    f"data:maintenances -a {API} --json": maintenances,
}
