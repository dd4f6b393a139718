"""Private Spaces: what they look like from outside, who may come in, and what they are joined to.

Platform API v3; the log drain of a space is in the variant 3.dogwood (heroku/cli). What a space does not have
(no peering, no drain) is 404 or refused as not taken, and is no gap.
"""

import asyncio
import urllib.parse
from typing import Any, Final

from msgspec.structs import replace

from providers.heroku.answers import Gone
from providers.heroku.fields import flag, name_or_text, objects, text, texts
from providers.heroku.gaps import Topic, part_of
from providers.heroku.network_parts import drain, telemetry
from providers.heroku.survey import Survey
from wizard.model.network import Drain, InboundRule, Peering, Space
from wizard.model.trouble import Trouble

Row = dict[str, Any]


def _part(what: str) -> Topic:
    return part_of(what, "the space {name}", "spaces")


_SPACES: Final = Topic("spaces", "The Private Spaces are not known.", "The Private Spaces are not known.")
_OUTBOUND: Final = _part("outbound addresses")
_INBOUND: Final = _part("inbound rules")
_PEERINGS: Final = _part("peerings")
_VPNS: Final = _part("VPN connections")
_DRAINS: Final = _part("log drains")
_TELEMETRY: Final = _part("telemetry drains")


async def read_spaces(survey: Survey) -> tuple[Space, ...]:
    """Read all spaces side by side."""
    rows = await survey.part(
        "spaces", lambda: survey.client.get_all("/spaces"), list[Row](), topic=_SPACES, may_lack=True
    )
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_space(survey, row)) for row in rows if text(row, "id")]
    return tuple(sorted((task.result() for task in tasks), key=lambda one: one.name))


async def _space(survey: Survey, row: Row) -> Space:
    mark, name = text(row, "id"), text(row, "name")
    path = f"/spaces/{urllib.parse.quote(mark, safe='')}"

    async def asked(what: str, topic: Topic, *, may_lack: bool = True, variant: str = "") -> Any:
        async def question() -> Any:
            try:
                return await survey.client.get(f"{path}/{what}", variant=variant)
            except Gone:
                raise
            except Trouble as trouble:
                # A generation of spaces that has no such thing says so by an error.
                if may_lack and trouble.code == "not-taken":
                    return None
                raise

        doing = f"{topic.group.removesuffix(' of spaces')} of the space {name}"
        return await survey.part(doing, question, None, topic=topic, mark=mark, name=name, may_lack=may_lack)

    async with asyncio.TaskGroup() as group:
        outbound = group.create_task(asked("nat", _OUTBOUND, may_lack=False))
        inbound = group.create_task(asked("inbound-ruleset", _INBOUND, may_lack=False))
        peerings = group.create_task(asked("peerings", _PEERINGS))
        vpns = group.create_task(asked("vpn-connections", _VPNS))
        drains = group.create_task(asked("log-drain", _DRAINS, variant="dogwood"))
        telemetries = group.create_task(asked("telemetry-drains", _TELEMETRY))
    return Space(
        id=mark,
        name=name,
        team=text(row, "team", "name") or text(row, "organization", "name"),
        region=name_or_text(row, "region"),
        state=text(row, "state"),
        shield=flag(row, "shield"),
        generation=name_or_text(row, "generation") or "cedar",
        cidr=text(row, "cidr"),
        data_cidr=text(row, "data_cidr"),
        outbound_ips=texts(outbound.result(), "sources") if isinstance(outbound.result(), dict) else None,
        inbound=_rules(inbound.result()),
        peerings=(*_peerings(peerings.result()), *_vpns(vpns.result())),
        drain=_drain(drains.result()),
        telemetry=tuple(telemetry(one) for one in _rows(telemetries.result())),
    )


async def refreshed_space(survey: Survey, space: Space) -> Space:
    """`space` with the log drain that it has now; as it was where that is not told."""

    async def question() -> Space:
        path = f"/spaces/{urllib.parse.quote(space.id, safe='')}/log-drain"
        try:
            said = await survey.client.get(path, variant="dogwood")
        except Trouble as trouble:
            if not isinstance(trouble, Gone) and trouble.code != "not-taken":
                raise
            return replace(space, drain=None)
        return replace(space, drain=_drain(said))

    return await survey.part(
        f"log drain of the space {space.name}",
        question,
        space,
        topic=_DRAINS,
        mark=space.id,
        name=space.name,
    )


def _rules(said: Any) -> tuple[InboundRule, ...] | None:
    if not isinstance(said, dict):
        return None
    return tuple(
        InboundRule(action=text(one, "action"), source=text(one, "source")) for one in objects(said, "rules")
    )


def _peerings(said: Any) -> tuple[Peering, ...]:
    found = []
    for row in _rows(said):
        parts = (text(row, "aws_vpc_id"), text(row, "aws_region"), text(row, "pcx_id"))
        account = text(row, "aws_account_id")
        names = [part for part in parts if part] + ([f"AWS account {account}"] if account else [])
        found.append(
            Peering(
                kind="peering",
                with_what=", ".join(names),
                status=text(row, "status"),
                cidrs=texts(row, "cidr_blocks"),
            )
        )
    return tuple(found)


def _vpns(said: Any) -> tuple[Peering, ...]:
    """The tunnels' pre-shared keys are in the answer, and are not kept."""
    return tuple(
        Peering(
            kind="vpn",
            with_what=", ".join(part for part in (text(row, "name"), text(row, "public_ip")) if part),
            status=text(row, "status"),
            cidrs=texts(row, "routable_cidrs"),
        )
        for row in _rows(said)
    )


def _drain(said: Any) -> Drain | None:
    row = next(iter(_rows(said)), said)
    return drain(row) if text(row, "url") else None


def _rows(said: Any) -> list[Row]:
    return [row for row in said if isinstance(row, dict)] if isinstance(said, list) else []
