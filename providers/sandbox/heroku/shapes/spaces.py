"""The JSON of the Platform API v3 for Private Spaces and their networks."""

import ipaddress

from providers.sandbox.heroku.shapes.apps import Json, user
from providers.sandbox.heroku.world.catalogue import GENERATIONS, REGIONS
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import App, Peering, Space, Vpn, World


def space(world: World, one: Space, *, sdk: bool = False) -> Json:
    team = world.teams[one.team_id]
    return {
        "cidr": one.cidr,
        "created_at": one.created_at,
        "data_cidr": one.data_cidr,
        "generation": one.generation if sdk else GENERATIONS[one.generation],
        "id": one.id,
        "name": one.name,
        "organization": {"name": team.name},
        "region": {"id": stable_id("region", one.region), "name": one.region},
        "shield": one.shield,
        "state": one.state,
        "team": {"id": team.id, "name": team.name},
        "updated_at": one.created_at,
    }


def nat(one: Space) -> Json:
    return {
        "created_at": one.created_at,
        "sources": list(one.sources),
        "state": one.nat_state,
        "updated_at": one.created_at,
    }


def ruleset(world: World, one: Space) -> Json:
    return {
        "created_at": one.created_at,
        "created_by": world.email,
        "id": stable_id("ruleset", one.id),
        "rules": [{"action": rule.action, "source": rule.source} for rule in one.rules],
        "space": {"id": one.id, "name": one.name},
    }


def _aws(one: Space) -> str:
    return REGIONS[one.region][2] if one.region in REGIONS else "us-east-1"


def peering(one: Space, what: Peering) -> Json:
    return {
        "aws_account_id": what.aws_account_id,
        "aws_region": _aws(one),
        "aws_vpc_id": what.aws_vpc_id,
        "cidr_blocks": list(what.cidr_blocks),
        "expires": "2027-01-01T00:00:00Z",
        "pcx_id": what.pcx_id,
        "status": what.status,
        "type": what.type,
    }


def peering_info(one: Space) -> Json:
    return {
        "aws_account_id": "847227832372",
        "aws_region": _aws(one),
        "dyno_cidr_blocks": [one.cidr],
        "space_cidr_blocks": [one.cidr],
        "unavailable_cidr_blocks": ["10.2.0.0/16"],
        "vpc_cidr": one.cidr,
        "vpc_id": f"vpc-{one.id[:8]}",
    }


def vpn(one: Space, what: Vpn) -> Json:
    """The keys of its tunnels are made up, and say so."""
    up = what.status == "active"
    return {
        "id": what.id,
        "ike_version": 1,
        "name": what.name,
        "public_ip": what.public_ip,
        "routable_cidrs": list(what.routable_cidrs),
        "space_cidr_block": one.cidr,
        "status": what.status,
        "status_message": what.status_message,
        "tunnels": [
            {
                "customer_ip": what.public_ip,
                "ip": address,
                "last_status_change": one.created_at,
                "pre_shared_key": "made-up-key",
                "status": "UP" if up else "DOWN",
                "status_message": "" if up else what.status_message,
            }
            for address in what.tunnels
        ],
    }


def member(world: World, one: Space, email: str) -> Json:
    return {
        "created_at": one.created_at,
        "id": stable_id("space-member", one.id, email),
        "permissions": [{"description": "Can create apps in the space.", "name": "create_apps"}],
        "space": {"id": one.id, "name": one.name},
        "updated_at": one.created_at,
        "user": user(world, email),
    }


def topology(one: Space, apps: list[App]) -> Json:
    """Where each dyno of a space's apps is, inside."""
    network = ipaddress.ip_network(one.cidr)
    places = iter(range(10, network.num_addresses))
    return {
        "version": 1,
        "apps": [
            {
                "id": app.id,
                "domains": [name.hostname for name in app.domains],
                "formation": [
                    {
                        "id": line.id,
                        "process_type": line.type,
                        "dynos": [
                            {
                                "id": stable_id("dyno", line.id, str(number)),
                                "number": number,
                                "private_ip": str(network[next(places)]),
                                "hostname": f"{number}.{line.type}.{app.name}.app.localspace",
                            }
                            for number in range(1, line.quantity + 1)
                        ],
                    }
                    for line in app.processes.values()
                ],
            }
            for app in apps
        ],
    }
