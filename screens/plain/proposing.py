"""What is proposed for the map: with what the target offers this account now, and what the code says."""

import asyncio

from screens.plain.desk import Desk
from wizard.choose.capsule_kind import has_capsules
from wizard.choose.offer import OFFER, Offer, read_offer
from wizard.mapping.edit import set_checkout
from wizard.mapping.edit_capsules import keep_chosen
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.system import System
from wizard.model.trouble import Trouble, joined, tag
from wizard.ports import Profile
from wizard.session.parts import MAPPING

OFFER_PATIENCE = 15.0
"""Seconds that a proposal waits for the target's live lists."""

Parts = tuple[System, Mapping, Profile]


def mapped(desk: Desk) -> Parts | None:
    """The system, its mapping and the target as the session has them; None before there is a mapping."""
    system, mapping, profile = desk.system(), desk.session.load(MAPPING), desk.profile()
    if system is None or mapping is None or profile is None:
        return None
    return system, mapping, profile


def propose_map(desk: Desk) -> None:
    """Propose what is new, keep what was decided, drop what is gone. A session that cannot be written stays
    as it is."""
    if desk.read_only():
        return
    _ask_for_offer(desk)
    system, profile = desk.system(), desk.profile()
    if system is None or profile is None:
        return
    folders = desk.answers().checkouts
    if folders:
        desk.wait("Reading the code folders", desk.code.read(folders))
        if has_capsules(profile):
            # What kind of capsule a process becomes is said by all files, not by the root alone.
            desk.wait("Looking through the code", desk.code.look_through({}))
    for app_id, known in desk.code.known.items():
        if isinstance(known, Trouble):
            desk.console.say(f"Look: the code of {system.app(app_id).name}: {known.sentence()}")
    code, before = desk.code.checkouts(), desk.session.load(MAPPING)
    mapping = propose(system, profile, code) if before is None else keep_chosen(before, system, profile, code)
    for app_id, checkout in code.items():
        if mapping.app(app_id) is not None:
            mapping = set_checkout(mapping, app_id, checkout.path)
    if mapping != before:
        desk.save(MAPPING, mapping)


def _ask_for_offer(desk: Desk) -> None:
    """What the target offers now is better than what a catalogue remembers; without it that stands."""

    async def within() -> Offer | None:
        return await asyncio.wait_for(read_offer(desk.session, desk.vault), OFFER_PATIENCE)

    try:
        offer = desk.wait("Asking the target what it offers", within())
    except Trouble as trouble:
        desk.console.say(
            joined(trouble.cause, "Versions and stacks are as the catalogue has them.", tag(trouble.code))
        )
    except TimeoutError:
        desk.console.say("The target takes too long: versions and stacks are as the catalogue has them.")
    else:
        if offer is not None:
            desk.session.save(OFFER, offer)
