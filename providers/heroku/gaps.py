"""What is not known or will be lost, gathered: the same cause over many apps is one line, not two hundred."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from providers.heroku.answers import Refused
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
    {count} and {names} in them. `part` ("members") and `of` ("the team {name}") say what could not be read of
    what, for a sentence about several parts; "" where that makes none."""

    group: str
    one: str
    many: str
    part: str = ""
    of: str = ""


@dataclass(frozen=True)
class Finding:
    """One gap before it is gathered. `mark` is the id of what it is about, `name` the name that a person
    knows. `cause` is a stable word for why it could not be read, so that only equal ones come together; ""
    for what was read and will be lost. `scope` is what a token needs that may read it, "" where that is not
    the question."""

    topic: Topic
    key: str
    mark: str
    name: str
    why: str
    app_id: str | None = None
    cause: str = ""
    detail: str = ""
    scope: str = ""


def part_of(what: str, one: str = "{name}", many: str = "apps") -> Topic:
    """A part, in the plural ("config vars"), of something ("the team {name}", "teams")."""
    return Topic(
        what if many == "apps" else f"{what} of {many}",
        f"The {what} of {one} are not known.",
        f"The {what} of {{count}} {many} are not known: {{names}}.",
        part=what,
        of=one,
    )


def hole(topic: Topic, mark: str, name: str, trouble: Trouble, app_id: str | None = None) -> Finding:
    """What could not be read, and why."""
    key = f"unread:{mark}:{topic.group}"
    scope = trouble.scope if isinstance(trouble, Refused) else ""
    return Finding(topic, key, mark, name, trouble.cause, app_id, trouble.code, scope=scope)


def gathered(findings: Iterable[Finding], told: Collection[str] = ()) -> list[Gap]:
    """All gaps, sorted by key. Many of one topic and cause become one, whose key changes with the set of
    things that it is about: who has read of three must be asked again when there are ten.

    Args:
        told: groups of which Heroku told something: there it is not the token's scope that is lacking.
    """
    # In an order that does not depend on which answer came first.
    rest, gaps = _beyond_the_token(sorted(findings, key=lambda one: one.key), told)
    together: dict[tuple[str, str], list[Finding]] = {}
    for one in rest:
        together.setdefault((one.topic.group, one.cause), []).append(one)
    alone = []
    for same in together.values():
        if len(same) > (1 if same[0].cause else FEW):
            gaps.append(_shared(sorted(same, key=lambda one: (one.name, one.key))))
        else:
            alone += same
    gaps += _of_one_thing(alone)
    return sorted({gap.key: gap for gap in gaps}.values(), key=lambda gap: gap.key)


def _beyond_the_token(findings: list[Finding], told: Collection[str]) -> tuple[list[Finding], list[Gap]]:
    """Take out what the token may not read at all, whoever it is about: one line for each scope that it
    lacks. Access to an app is another matter than a scope: `read` is never lacking alone."""
    beyond: dict[str, list[Finding]] = {}
    for one in findings:
        if one.scope not in ("", "read") and one.topic.group not in told:
            beyond.setdefault(one.scope, []).append(one)
    gaps, gone = [], set()
    for scope, lacking in beyond.items():
        groups = sorted({one.topic.group for one in lacking}, key=str.lower)
        if len(groups) < 2:
            continue
        gone |= {one.key for one in lacking}
        gaps.append(
            Gap(
                key=f"scope:{scope}:{_digest(groups)}",
                kind="acknowledge",
                app_id=None,
                question=f"This token is not told of: {', '.join(groups)}.",
                why=f"For example: {lacking[0].why} A token with the scope {scope} may read them.",
                group="token",
            )
        )
    return [one for one in findings if one.key not in gone], gaps


def _of_one_thing(alone: Iterable[Finding]) -> list[Gap]:
    """A thing of which several parts could not be read for one cause is one gap."""
    by_thing: dict[tuple[str, ...], list[Finding]] = {}
    for one in alone:
        apart = () if one.cause and one.topic.part else (one.key,)
        by_thing.setdefault((one.mark, one.cause, one.topic.of, *apart), []).append(one)
    gaps = []
    for same in by_thing.values():
        first = same[0]
        if len(same) == 1:
            gaps.append(_single(first))
            continue
        parts = [one.topic.part for one in same]
        what = f"{', '.join(parts[:-1])} and {parts[-1]}"
        gaps.append(
            Gap(
                key=f"unread:{first.mark}:{_digest(parts)}",
                kind="acknowledge",
                app_id=first.app_id,
                question=f"The {what} of {first.topic.of.format(name=first.name)} are not known.",
                why=first.why,
                group=first.topic.group,
            )
        )
    return gaps


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
    alike = all(one.why == first.why for one in same)
    # Who reads keys tells what was not read (`many:`, with the cause) from what will be lost.
    what = f"many:{first.topic.group}:{first.cause}" if first.cause else f"lost:{first.topic.group}"
    return Gap(
        key=f"{what}:{_digest(one.key for one in same)}",
        kind="acknowledge",
        app_id=None,
        question=first.topic.many.format(count=len(set(names)), names=listed(names)),
        why=first.why if alike else f"For example {first.name}: {first.why}",
        group=first.topic.group,
    )


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(words)).encode()).hexdigest()[:10]
