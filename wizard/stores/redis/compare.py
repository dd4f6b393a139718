"""Whether keys are equal on both sides: type, value, expiry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wizard.stores.redis.carry import groups
from wizard.stores.redis.facts import Facts, facts_of
from wizard.stores.redis.pieces import EXPIRY_TOLERANCE, PIECE, same_expiries, same_in_pieces
from wizard.stores.redis.server import Abilities, milliseconds
from wizard.stores.redis.streams import same_stream
from wizard.stores.redis.whole import READ, canonical, reading
from wizard.stores.redis.wire import Connection, ReplyError

Outcome = Literal["equal", "missing", "value", "expiry", "left out"]

FOOTER = 10
"""Bytes at the end of a DUMP: the format's version (2) and a checksum. Before them stands the value."""

SHARED_FORMAT = 11
"""The newest version of that format which Redis and Valkey share. From 12 on a byte may mean another thing on
the other side, so DUMPs are only compared with those of the very same version."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a key of the source fares on the target."""

    key: bytes
    kind: str
    outcome: Outcome
    size: int


class Comparer:
    """Compares keys of one pair of servers; may be used by several threads at once.

    Args:
        shift: milliseconds by which the target's clock is ahead of the source's.
    """

    def __init__(self, source: Abilities, target: Abilities, *, shift: int = 0) -> None:
        self._source_able = source
        self._target_able = target
        self._shift = shift

    def compare(self, source: Connection, target: Connection, keys: Sequence[bytes]) -> list[Verdict]:
        """Compare keys of the logical database that both connections have selected. Keys that are gone from
        the source, or will be from both sides within `EXPIRY_TOLERANCE`, have no verdict. Raises OSError,
        ReplyError."""
        there = facts_of(source, keys, self._source_able)
        here = facts_of(target, keys, self._target_able, sizes=False)
        now = milliseconds(source.call("TIME"))
        outcomes: dict[bytes, Outcome] = {}
        alike: list[tuple[bytes, Facts]] = []
        kinds = {}
        for key, one, other in zip(keys, there, here, strict=True):
            if one.gone:
                continue
            if 0 < one.expires < now + EXPIRY_TOLERANCE and (other.gone or self._same_moment(one, other)):
                continue
            kinds[key] = one
            if other.gone:
                outcomes[key] = "missing"
            elif one.kind != other.kind:
                outcomes[key] = "value"
            else:
                alike.append((key, one))
                if not self._same_moment(one, other):
                    outcomes[key] = "expiry"
        for key in self._unequal(source, target, alike):
            outcomes[key] = "value"
        return [
            Verdict(key=key, kind=one.kind, outcome=outcomes.get(key, "equal"), size=one.size)
            for key, one in kinds.items()
        ]

    def look_twice(self, source: Connection, target: Connection, keys: Sequence[bytes]) -> list[Verdict]:
        """The same, and what differs is compared again: a key may expire between two of the questions."""
        verdicts = self.compare(source, target, keys)
        doubtful = [one.key for one in verdicts if one.outcome != "equal"]
        if not doubtful:
            return verdicts
        equal = [one for one in verdicts if one.outcome == "equal"]
        return equal + self.compare(source, target, doubtful)

    def _same_moment(self, there: Facts, here: Facts) -> bool:
        if there.expires < 0 or here.expires < 0:
            return there.expires == here.expires
        return abs(there.expires + self._shift - here.expires) <= EXPIRY_TOLERANCE

    def _unequal(
        self, source: Connection, target: Connection, keys: Sequence[tuple[bytes, Facts]]
    ) -> Iterable[bytes]:
        large = [(key, facts) for key, facts in keys if facts.size > PIECE]
        for group in groups([(key, facts) for key, facts in keys if facts.size <= PIECE]):
            some = [key for key, _ in group]
            there, here = (side.each([("DUMP",)], some)[0] for side in (source, target))
            dumps = zip(group, there, here, strict=True)
            # Where the clocks differ, fields that expire at the same moment do not.
            clocks = bool(self._shift) and self._fields
            doubtful = [
                one
                for one, mine, its in dumps
                if not _same_dump(mine, its) or (clocks and one[1].kind == "hash")
            ]
            yield from self._read_whole(source, target, doubtful)
        for key, facts in large:
            if not self._same(source, target, key, facts):
                yield key

    def _read_whole(
        self, source: Connection, target: Connection, keys: Sequence[tuple[bytes, Facts]]
    ) -> Iterable[bytes]:
        """Of values whose DUMPs differ: they may have been built in another order."""
        plain = [(key, facts) for key, facts in keys if facts.kind in READ]
        asked = [reading(key, facts.kind) for key, facts in plain]
        hashes = []
        for (key, facts), there, here in zip(plain, source.pipe(asked), target.pipe(asked), strict=True):
            if canonical(facts.kind, there) != canonical(facts.kind, here):
                yield key
            elif facts.kind == "hash" and there:
                hashes.append((key, there[::2]))
        if self._fields:
            for (key, _), same in zip(
                hashes, same_expiries(source, target, hashes, self._shift), strict=True
            ):
                if not same:
                    yield key
        for key, facts in keys:
            if facts.kind not in READ and not self._same(source, target, key, facts):
                yield key

    @property
    def _fields(self) -> bool:
        return self._source_able.field_expiry and self._target_able.field_expiry

    def _same(self, source: Connection, target: Connection, key: bytes, facts: Facts) -> bool:
        try:
            return self._same_value(source, target, key, facts)
        except ReplyError as error:
            if error.key_changed:
                return False
            raise

    def _same_value(self, source: Connection, target: Connection, key: bytes, facts: Facts) -> bool:
        if facts.kind == "stream":
            return same_stream(source, target, key, size=facts.size)
        if facts.kind not in READ:
            # A module's: there is no other way to read it than its DUMP.
            return _same_dump(*(side.call("DUMP", key) for side in (source, target)))
        return same_in_pieces(
            source,
            target,
            key,
            facts.kind,
            size=facts.size,
            members=self._target_able.many_members,
            fields=self._fields,
            shift=self._shift,
        )


def _same_dump(there: Any, here: Any) -> bool:
    for dump in (there, here):
        if isinstance(dump, ReplyError):
            raise dump
    if there is None or here is None:
        return there is here
    if there == here:
        return True
    formats = [int.from_bytes(dump[-FOOTER : 2 - FOOTER], "little") for dump in (there, here)]
    if formats[0] != formats[1] and max(formats) > SHARED_FORMAT:
        return False
    return bool(there[:-FOOTER] == here[:-FOOTER])
