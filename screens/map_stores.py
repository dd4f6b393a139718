"""Stores that are no Postgres, and stacks, on the map: their rows, and what can be decided for them."""

import re

from screens.map_checks import handle, number, one_of, size_of, sizes_in_words
from screens.map_option import BY_PERSON, Change, Option, leave
from wizard.choose.disk import disk_limits, grows
from wizard.choose.stores import COPIED, offered, source_version, type_name
from wizard.mapping import edit, edit_stores
from wizard.mapping.stores import guide_summary, store_of
from wizard.model.mapping import Mapping, StoreChoice
from wizard.model.system import AddOn
from wizard.ports import Profile, Stack

HOW = {"copy": "copied", "empty": "starts empty", "by-hand": "you move it"}


def store_before(add_on: AddOn | None, choice: StoreChoice) -> str:
    """What a store is on Heroku: "Redis 7.2.4 · premium-0"."""
    name = type_name(choice.type)
    if add_on is None:
        return name
    version = source_version(add_on)
    plan = add_on.plan.rpartition(":")[2]
    return f"{name}{f' {version}' if version else ''}{f' · {plan}' if plan else ''}"


def store_after(choice: StoreChoice) -> str:
    """What it becomes, what is lost in a narrow column last: "copied: 7.2 · 512 MB · 10 GB · shop-redis"."""
    if choice.action in ("leave", "undecided"):
        return {"leave": "left behind"}.get(choice.action, "?")
    machine = f" {choice.profile}" if choice.profile else ""
    size = f"{choice.memory_mb} MB{machine} · {choice.disk_gb} GB"
    version = f"{choice.version} · " if choice.version else ""
    return f"{HOW[choice.action]}: {version}{size} · {choice.handle}"


def store_options(add_on_id: str, mapping: Mapping, profile: Profile) -> list[Option]:
    """What can be decided for a store, the obvious first; empty when it is no store."""
    choice = store_of(mapping, add_on_id)
    if choice is None:
        return []
    decisions = _decisions(add_on_id, choice)
    sizes = [] if choice.action in ("leave", "undecided") else _sizes(add_on_id, choice, profile)
    stays = leave(lambda m, why: edit_stores.decide_store(m, add_on_id, "leave", why))
    return [*decisions, *sizes, stays]


def _decisions(add_on_id: str, choice: StoreChoice) -> list[Option]:
    name = type_name(choice.type)
    found = []
    if choice.type in COPIED:
        found.append(
            Option(
                "copy",
                "Copy what is in it, and prove it",
                lambda m, _: edit_stores.decide_store(m, add_on_id, "copy", BY_PERSON),
            )
        )
    else:
        found.append(
            Option(
                "by-hand",
                f"I move it at the cut-over: {guide_summary(choice.type)}",
                lambda m, _: edit_stores.decide_store(
                    m, add_on_id, "by-hand", f"a person moves it: {guide_summary(choice.type)}"
                ),
            )
        )
    found.append(
        Option(
            "empty",
            f"A new {name} that starts empty",
            lambda m, why: edit_stores.decide_store(m, add_on_id, "empty", why),
            "Why may it start empty? What is in it now is not copied.",
            "it is a cache, and fills itself again",
        )
    )
    return found


def _sizes(add_on_id: str, choice: StoreChoice, profile: Profile) -> list[Option]:
    versions = offered(profile, choice.type)
    return [
        Option(
            "handle",
            "Another name there",
            lambda m, name: edit_stores.set_store(m, add_on_id, handle=name),
            "What is the store called there?",
            choice.handle,
            handle(profile),
        ),
        Option(
            "version",
            f"Version (now {choice.version or '?'})",
            lambda m, text: edit_stores.set_store(m, add_on_id, version=text),
            f"{type_name(choice.type)} version: {', '.join(versions)}",
            choice.version,
            one_of(versions),
        ),
        Option(
            "disk",
            f"Disk (now {choice.disk_gb} GB)",
            lambda m, text: edit_stores.set_store(m, add_on_id, disk_gb=int(text)),
            f"How many GB of disk? It {grows(profile).removeprefix('a disk ')}.",
            str(choice.disk_gb),
            number(*disk_limits(profile)),
        ),
        Option(
            "memory",
            f"Memory (now {choice.memory_mb} MB)",
            lambda m, text: edit_stores.set_store(m, add_on_id, memory_mb=int(text)),
            "MB of memory: " + sizes_in_words(profile),
            str(choice.memory_mb),
            size_of(profile, 256),
        ),
        *machine_options(
            choice.profile, profile, lambda m, text: edit_stores.set_store(m, add_on_id, profile=text)
        ),
    ]


def machine_options(now: str, profile: Profile, change: Change) -> list[Option]:
    """The kind of machine of a service or a database, where there is a choice; the first is the usual one."""
    machines = profile.capabilities.machines
    if len(machines) < 2:
        return []
    least = ", ".join(f"{name} from {memory} MB" for name, memory in machines.items())
    return [
        Option(
            "machine",
            f"Kind of machine (now {now or next(iter(machines))})",
            change,
            f"Which one? {least}; all but the first need a stack of your own.",
            now or next(iter(machines)),
            one_of(tuple(machines)),
        )
    ]


def place_options(mapping: Mapping, profile: Profile) -> list[Option]:
    """Where a new environment is made: the stacks that this account may use, where they are known."""
    stacks = [
        Option(
            f"stack {stack.name}",
            f"On {stack.name}, in {stack.region}: "
            + (
                f"your own (machines {', '.join(stack.profiles)})"
                if stack.dedicated
                else "shared with others; no regulated data"
            ),
            _on(stack),
        )
        for stack in profile.capabilities.stacks
    ]
    # A stack of one's own may be in a region that the catalogue does not have, so none is refused here.
    other = Option(
        "region",
        "Another region",
        lambda m, text: edit_stores.set_stack(edit.set_region(m, text), "", text),
        "Where is it to be? " + ", ".join(profile.capabilities.regions),
        mapping.region,
        lambda text: "" if re.fullmatch(r"[a-z0-9-]{2,40}", text) else f"{profile.title} has no such region.",
    )
    return [*stacks, other]


def _on(stack: Stack) -> Change:
    return lambda m, _: edit_stores.set_stack(m, stack.name, stack.region)
