"""What is not known or will be lost, gathered: the same cause over many apps is one line, not two hundred."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from wizard.model.system import Gap
from wizard.model.trouble import Trouble

FEW: Final = 3
"""Up to so many things of one kind that will be lost are told one by one. Of what could not be read, two with
one cause are told in one line."""

NAMED: Final = 3
"""How many names stand in a line about many."""


@dataclass(frozen=True)
class Topic:
    """What a gap is about. `group` is its stable word; `one` and `many` are questions, with {name} or with
    {count} and {names} in them."""

    group: str
    one: str
    many: str


@dataclass(frozen=True)
class Finding:
    """One gap before it is gathered. `mark` is the id of what it is about, `name` the name that a person
    knows. `cause` is a stable word for why it could not be read, so that only equal ones come together; ""
    for what was read and will be lost."""

    topic: Topic
    key: str
    mark: str
    name: str
    why: str
    app_id: str | None = None
    cause: str = ""
    detail: str = ""


def part_of_apps(what: str) -> Topic:
    """A part of apps that could not be read, in the plural ("config vars")."""
    return Topic(
        what,
        f"The {what} of {{name}} are not known.",
        f"The {what} of {{count}} apps are not known: {{names}}.",
    )


def hole(topic: Topic, mark: str, name: str, trouble: Trouble, app_id: str | None = None) -> Finding:
    """What could not be read, and why."""
    key = f"unread:{mark}:{topic.group}"
    return Finding(topic, key, mark, name, trouble.cause, app_id, trouble.code)


def gathered(findings: Iterable[Finding]) -> list[Gap]:
    """All gaps, sorted by key. Many of one topic and cause become one, whose key changes with the
    set of things that it is about: who has read of three must be asked again when there are ten."""
    together: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        together.setdefault((one.topic.group, one.cause), []).append(one)
    gaps = []
    for same in together.values():
        if len(same) <= (1 if same[0].cause else FEW):
            gaps += [_single(one) for one in same]
        else:
            gaps.append(_shared(sorted(same, key=lambda one: (one.name, one.key))))
    return sorted({gap.key: gap for gap in gaps}.values(), key=lambda gap: gap.key)


def listed(names: Sequence[str], most: int = NAMED) -> str:
    """Names in words: "a, b, c and 197 more"."""
    different = list(dict.fromkeys(names))
    if len(different) <= most + 1:
        return ", ".join(different[:-1]) + (" and " if len(different) > 1 else "") + "".join(different[-1:])
    return f"{', '.join(different[:most])} and {len(different) - most} more"


def _single(one: Finding) -> Gap:
    return Gap(
        key=one.key,
        kind="acknowledge",
        app_id=one.app_id,
        question=one.topic.one.format(name=one.name, detail=one.detail),
        why=one.why,
        group=one.topic.group,
    )


def _shared(same: Sequence[Finding]) -> Gap:
    first = same[0]
    names = [one.name for one in same]
    about = hashlib.sha256("\n".join(sorted(one.key for one in same)).encode()).hexdigest()[:10]
    alike = all(one.why == first.why for one in same)
    return Gap(
        key=f"many:{first.topic.group}:{first.cause}:{about}"
        if first.cause
        else f"many:{first.topic.group}:{about}",
        kind="acknowledge",
        app_id=None,
        question=first.topic.many.format(count=len(set(names)), names=listed(names)),
        why=first.why if alike else f"For example {first.name}: {first.why}",
        group=first.topic.group,
    )
