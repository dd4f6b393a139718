"""What becomes of data services that are no Postgres: a store of the target, or nothing that it has."""

from collections.abc import Iterator
from typing import Literal

from wizard.choose.capsule_kind import has_capsules
from wizard.choose.own_image import how_by_image, own_image
from wizard.choose.stores import (
    COPIED,
    offered,
    order,
    source_version,
    store_size,
    store_type,
    store_version,
    type_name,
)
from wizard.document.summary import is_postgres
from wizard.mapping.names import make_handle
from wizard.model.mapping import AddOnChoice, Mapping, StoreChoice
from wizard.model.system import AddOn, System
from wizard.model.trouble import Trouble
from wizard.ports import Profile
from wizard.stores.guided.guides import GUIDES, guide_of

Action = Literal["copy", "empty", "by-hand", "leave", "undecided"]


def is_store(add_on: AddOn, profile: Profile) -> bool:
    """Whether an add-on is a store that the target has a counterpart of."""
    return not is_postgres(add_on) and bool(offered(profile, store_type(add_on)))


def propose_stores(system: System, profile: Profile, taken: list[str]) -> tuple[StoreChoice, ...]:
    """A choice for each store that the target has a counterpart of. Appends to `taken` handles."""
    names = {app.id: app.name for app in system.apps}
    choices = []
    for add_on in system.add_ons:
        if not is_store(add_on, profile):
            continue
        type_ = store_type(add_on)
        owner = names.get(add_on.app_id)
        word = _word(system, add_on, type_)
        handle = make_handle(profile, f"{owner}-{word}" if owner else add_on.name, taken)
        taken.append(handle)
        choices.append(_store(add_on, type_, handle, profile))
    return tuple(choices)


def _word(system: System, add_on: AddOn, type_: str) -> str:
    """What tells a store from others of its app: what it is attached as ("CACHE"), else its type."""
    for app in system.apps:
        for one in app.attachments:
            name = one.name.lower().replace("_", "-")
            if app.id == add_on.app_id and one.add_on_id == add_on.id:
                told = not name.startswith((type_, add_on.service, "heroku-"))
                return name if told and name else type_
    return type_


def _store(add_on: AddOn, type_: str, handle: str, profile: Profile) -> StoreChoice:
    there = source_version(add_on)
    version = store_version(profile, type_, there)
    size = store_size(profile, add_on, type_)
    action, reason = _what(add_on, type_)
    if version not in offered(profile, type_):
        action = "undecided"
        reason = f"is {type_name(type_)} {there}; {profile.title} offers none that is as new"
    elif not order(version):
        known = f"; it is {there} here" if there else ""
        reason += f"; {profile.title} chooses the version{known}"
    elif not there:
        reason += f"; its version is not told, {version} is the newest there"
    return StoreChoice(
        add_on_id=add_on.id,
        type=type_,
        action=action,
        handle=handle,
        version=version,
        memory_mb=size.memory_mb,
        disk_gb=size.disk_gb,
        reason=f"{reason}; {size.why}",
    )


def _what(add_on: AddOn, type_: str) -> tuple[Action, str]:
    if type_ not in COPIED:
        return "undecided", f"Offramp does not copy it: {guide_summary(type_)}"
    if type_ != "redis":
        return "copy", "copied table by table, and proven"
    policy = (add_on.key_value.settings if add_on.key_value else {}).get("maxmemory_policy", "")
    if policy.startswith("allkeys"):
        return (
            "copy",
            f"copied, but it evicts any key when full ({policy}) as caches do: it may as well start empty",
        )
    return "copy", "copied: jobs and sessions in it would be lost if it began empty; a mere cache may"


def guide_summary(type_: str) -> str:
    """How a person moves a store of that type, in a sentence without its full stop."""
    try:
        return guide_of(type_).summary.split(". ")[0].removesuffix(".")
    except Trouble:
        return "it is moved by its own tools"


def no_counterpart(add_on: AddOn, profile: Profile) -> AddOnChoice | None:
    """The choice for a store that the target has none of; None for an add-on that is no store."""
    type_ = store_type(add_on)
    if not type_ or is_store(add_on, profile):
        return None
    guide = GUIDES.get(type_)
    advice = guide.summary if guide else "replace it by hand, or leave it behind and say why"
    if has_capsules(profile):
        advice = "an account of your own at its vendor, or leave it behind"
        if own_image(type_):
            advice = f"{how_by_image(type_)}. Or keep it by an account of your own at its vendor"
    return AddOnChoice(
        add_on_id=add_on.id,
        action="undecided",
        reason=f"{profile.title} has no {type_name(type_)}: {advice.removesuffix('.')}",
    )


def plain_source(add_on: AddOn, type_: str) -> bool:
    """Whether a source off this machine may be read without TLS, as its app reads it: Heroku's own speak TLS,
    and so do all that are not Redis."""
    return type_ == "redis" and add_on.service != "heroku-redis"


def moved_stores(mapping: Mapping) -> tuple[StoreChoice, ...]:
    """The stores that get a counterpart, whatever becomes of what is in them."""
    return tuple(one for one in mapping.stores if one.action in ("copy", "empty", "by-hand"))


def store_of(mapping: Mapping, add_on_id: str) -> StoreChoice | None:
    """The choice for a store, None when it is none."""
    return next((one for one in mapping.stores if one.add_on_id == add_on_id), None)


def kept_stores(decided: Mapping, proposed: Mapping) -> Iterator[StoreChoice]:
    """The stores of `proposed`, with what was decided for them: by an older Offramp perhaps, to which they
    were add-ons that it left behind."""
    known = {one.add_on_id: one for one in decided.stores if one.action != "undecided"}
    left = {one.add_on_id: one for one in decided.add_ons if one.action == "leave"}
    for one in proposed.stores:
        if one.add_on_id in known and known[one.add_on_id].type == one.type:
            yield known[one.add_on_id]
        elif one.add_on_id in left:
            yield StoreChoice(
                add_on_id=one.add_on_id,
                type=one.type,
                action="leave",
                handle=one.handle,
                version=one.version,
                memory_mb=one.memory_mb,
                disk_gb=one.disk_gb,
                reason=left[one.add_on_id].reason,
            )
        else:
            yield one
