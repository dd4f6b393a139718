"""What is wrong with stores that are no Postgres: versions, sizes, machines, and who uses them."""

from collections.abc import Iterator

from wizard.choose.disk import disk_limits
from wizard.choose.sizes import is_size, sizes_in_words
from wizard.choose.stores import (
    COPIED,
    offered,
    order,
    source_version,
    store_size,
    type_name,
)
from wizard.mapping.database_users import problems_of_users
from wizard.mapping.problem import Problem
from wizard.mapping.store_users import store_users
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import Mapping, StoreChoice
from wizard.model.system import AddOn, System
from wizard.ports import Profile
from wizard.stores.guided.guides import GUIDES


def store_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """The problems of every store that gets a counterpart."""
    add_ons = {add_on.id: add_on for add_on in system.add_ons}
    left = {choice.app_id for choice in mapping.apps if choice.action == "leave"}
    for choice in moved_stores(mapping):
        add_on = add_ons.get(choice.add_on_id)
        if add_on is None:
            continue
        yield from _version_problems(choice, add_on, profile)
        yield from _size_problems(choice, add_on, profile)
        if choice.action == "copy" and choice.type not in COPIED:
            yield Problem(
                code="store-not-copied",
                component=add_on.name,
                text=f"Offramp does not copy {type_name(choice.type)}",
                remedy="Move it by hand, have it start empty, or leave it behind.",
                blocks=True,
            )
        if choice.action == "by-hand" and choice.type not in GUIDES:
            yield Problem(
                code="store-no-guide",
                component=add_on.name,
                text=f"there is no guide to move {type_name(choice.type)} by hand",
                remedy="Have it copied, or start empty, or leave it behind.",
                blocks=True,
            )
        yield from problems_of_users(add_on, store_users(system, add_on.id), left, mapping, what="store")


def _version_problems(choice: StoreChoice, add_on: AddOn, profile: Profile) -> Iterator[Problem]:
    versions = offered(profile, choice.type)
    name = type_name(choice.type)
    if choice.version not in versions:
        yield Problem(
            code="store-version",
            component=add_on.name,
            text=f"`{choice.version}` is no version of {name} that {profile.title} offers",
            remedy=f"Choose one of: {', '.join(versions) or 'none, leave it behind'}.",
            blocks=True,
        )
        return
    there = source_version(add_on)
    if there and order(choice.version)[:2] < order(there)[: len(order(choice.version)[:2])]:
        yield Problem(
            code="store-older",
            component=add_on.name,
            text=f"is {name} {there} on Heroku and would be {choice.version}: newer data may not fit",
            remedy="Choose a version that is as new, unless you know that it does.",
        )


def _size_problems(choice: StoreChoice, add_on: AddOn, profile: Profile) -> Iterator[Problem]:
    if not is_size(profile, choice.memory_mb):
        yield Problem(
            code="store-memory",
            component=add_on.name,
            text=f"{choice.memory_mb} MB is no size of {profile.title}",
            remedy=f"Choose {sizes_in_words(profile)}.",
            blocks=True,
        )
        return
    least = disk_limits(profile)[0]
    if choice.disk_gb < least:
        yield Problem(
            code="store-disk",
            component=add_on.name,
            text=f"{choice.disk_gb} GB is less than the smallest disk, {least} GB",
            remedy=f"Give it {least} GB: a disk can grow later, and never shrink.",
            blocks=True,
        )
    size = store_size(profile, add_on, choice.type)
    if size.needed_mb is not None and choice.memory_mb < size.needed_mb:
        yield Problem(
            code="store-less-memory",
            component=add_on.name,
            text=f"gets {choice.memory_mb} MB; what its plan holds takes {size.needed_mb} MB",
            remedy=f"Give it {size.memory_mb} MB, unless you know that there is less in it.",
        )
    elif size.needed_mb is None:
        yield Problem(
            code="store-size-unknown",
            component=add_on.name,
            text="Heroku did not tell its size; memory and disk are a guess",
            remedy="The preflight measures it."
            if choice.type in COPIED
            else "Look at its maker's dashboard.",
        )
