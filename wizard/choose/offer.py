"""What a target offers this account now: versions of databases, stacks, teams, regions and prices, read
once one is signed in."""

import asyncio

import msgspec
from msgspec import field

from wizard.credentials import Vault
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.ports import CapsuleTarget, Prices, Profile, Stack
from wizard.ports.profile import TellsPrices
from wizard.registry import open_target, target_provider, token_of
from wizard.session.parts import MAPPING, TARGET
from wizard.session.store import Part, Session

POSTGRES = "postgresql"


class Offer(Noun, frozen=True, kw_only=True):
    """The live lists of the target `provider`: versions by type of database, ascending, stacks, teams by
    slug, and prices by region. What it does not tell is empty."""

    provider: str
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stacks: tuple[Stack, ...] = ()
    teams: dict[str, str] = field(default_factory=dict)
    prices: dict[str, Prices] = field(default_factory=dict)


OFFER = Part("offer", Offer)


async def read_offer(session: Session, vault: Vault) -> Offer | None:
    """Ask the session's target; None where nobody is signed in to it.

    Raises:
        Trouble: it does not answer, or the token has ended.
    """
    choice = session.load(TARGET)
    if choice is None:
        return None
    # In a thread: a person's own command may have to be run for the token.
    if await asyncio.to_thread(token_of, session, vault, choice.provider) is None:
        return None
    target = open_target(session, vault, choice.provider)
    try:
        types = await target.database_types()
        try:
            stacks = await target.stacks()
        except Trouble as trouble:
            if trouble.code != "organization-unclear":
                raise
            stacks = []  # whose they would be a person says when the environment is made
        teams = await target.teams() if isinstance(target, CapsuleTarget) else []
        prices = dict(await target.live_prices()) if isinstance(target, TellsPrices) else {}
    finally:
        await target.close()
    return Offer(
        provider=choice.provider,
        types={type_: tuple(versions) for type_, versions in types.items()},
        stacks=tuple(stacks),
        teams={team.slug: team.name for team in teams},
        prices=prices,
    )


def with_offer(profile: Profile, offer: Offer | None, region: str = "") -> Profile:
    """`profile` with the live lists in place of the catalogue's, and the prices of `region`; where no
    region is chosen, those that hold in all of them."""
    if offer is None or offer.provider != profile.name:
        return profile
    stores = {type_: versions for type_, versions in offer.types.items() if type_ != POSTGRES}
    postgres = tuple(int(one) for one in offer.types.get(POSTGRES, ()) if one.isdecimal())
    known = profile.capabilities
    regions = tuple(offer.prices) or known.regions
    can = msgspec.structs.replace(
        known,
        teams=offer.teams,
        regions=regions,
        nearest={there: here for there, here in known.nearest.items() if here in regions},
        postgres_versions=postgres or known.postgres_versions,
        store_versions=stores if offer.types else known.store_versions,
        stacks=offer.stacks,
    )
    every = list(offer.prices.values())
    same = every[0] if every and all(one == every[0] for one in every) else profile.prices
    return msgspec.structs.replace(profile, capabilities=can, prices=offer.prices.get(region, same))


def profile_of(session: Session, provider: str) -> Profile:
    """The profile of a target, with what it told this session's account. Raises Trouble: no such target."""
    mapping = session.load(MAPPING)
    region = mapping.region if mapping is not None else ""
    return with_offer(target_provider(provider).profile(), session.load(OFFER), region)
