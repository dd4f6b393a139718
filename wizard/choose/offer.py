"""What a target offers this account now: versions of databases and stacks, read once one is signed in."""

import msgspec
from msgspec import field

from wizard.credentials import Vault
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.ports import Profile, Stack
from wizard.registry import credential, open_target, target_provider
from wizard.session.parts import TARGET
from wizard.session.store import Part, Session

POSTGRES = "postgresql"


class Offer(Noun, frozen=True, kw_only=True):
    """The live lists of the target `provider`: versions by type of database, ascending, and stacks."""

    provider: str
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stacks: tuple[Stack, ...] = ()


OFFER = Part("offer", Offer)


async def read_offer(session: Session, vault: Vault) -> Offer | None:
    """Ask the session's target; None where nobody is signed in to it.

    Raises:
        Trouble: it does not answer, or the token has ended.
    """
    choice = session.load(TARGET)
    if choice is None:
        return None
    ref = credential(session, choice.provider)
    if ref is None or vault.get(ref) is None:
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
    finally:
        await target.close()
    return Offer(
        provider=choice.provider,
        types={type_: tuple(versions) for type_, versions in types.items()},
        stacks=tuple(stacks),
    )


def with_offer(profile: Profile, offer: Offer | None) -> Profile:
    """`profile` with the live lists in place of the catalogue's."""
    if offer is None or offer.provider != profile.name:
        return profile
    stores = {type_: versions for type_, versions in offer.types.items() if type_ != POSTGRES}
    postgres = tuple(int(one) for one in offer.types.get(POSTGRES, ()) if one.isdecimal())
    can = msgspec.structs.replace(
        profile.capabilities,
        postgres_versions=postgres or profile.capabilities.postgres_versions,
        store_versions=stores if offer.types else profile.capabilities.store_versions,
        stacks=offer.stacks,
    )
    return msgspec.structs.replace(profile, capabilities=can)


def profile_of(session: Session, provider: str) -> Profile:
    """The profile of a target, with what it told this session's account. Raises Trouble: no such target."""
    return with_offer(target_provider(provider).profile(), session.load(OFFER))
