"""Carries keys from the source to the target: as DUMPs where both understand them, else piece by piece."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from wizard.stores.redis import marker
from wizard.stores.redis.facts import LENGTH, Facts, facts_of
from wizard.stores.redis.names import shown
from wizard.stores.redis.pieces import expire_fields, field_expiries, pieces, written
from wizard.stores.redis.server import Abilities
from wizard.stores.redis.streams import write_stream
from wizard.stores.redis.whole import READ, reading, writing
from wizard.stores.redis.wire import Connection, ReplyError, Word, want_all_right

LARGE = 8 << 20
"""Bytes from which on a value goes in pieces: a DUMP is built in the server's memory as a whole, which on a
small plan is memory that it may have to evict keys for."""

GROUP = 4 << 20
"""Bytes of values that are under way in one thread at a time, about."""

MODULE = "of a module's type "

HOPELESS = 20
"""DUMPs refused in a row, none having been taken, after which no more are asked for."""


@dataclass
class Left:
    """Keys that could not be carried as they are, by the reason in words; `kinds` are modules' types that the
    target does not know. Shared between threads."""

    reasons: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[bytes]] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, reason: str, key: bytes) -> None:
        """One more for this reason."""
        with self.lock:
            self.reasons[reason] = self.reasons.get(reason, 0) + 1
            some = self.samples.setdefault(reason, [])
            if len(some) < 5 and key not in some:
                some.append(key)

    def words(self, *, modules: bool = True) -> list[str]:
        """Each reason with how many keys, and a few names. The proof counts keys of modules by itself."""
        return [
            f"{count:,} key{'s' * (count != 1)}, {reason} ({', '.join(map(shown, self.samples[reason]))})"
            for reason, count in sorted(self.reasons.items())
            if modules or not reason.startswith(MODULE)
        ]


class Carrier:
    """Carries keys of one pair of servers; may be used by several threads at once.

    Args:
        shift: milliseconds by which the target's clock is ahead of the source's.
    """

    def __init__(self, source: Abilities, target: Abilities, *, shift: int = 0) -> None:
        self._source_able = source
        self._target_able = target
        self._shift = shift
        self._refused = 0
        self._taken = False
        self.left = Left()

    def carry(self, source: Connection, target: Connection, keys: Sequence[bytes]) -> tuple[int, int]:
        """Copy keys of the logical database that both connections have selected. What is there already under
        such a name is replaced. Returns how many, and how many bytes about. Raises OSError, ReplyError."""
        known = facts_of(source, keys, self._source_able)
        there = [(key, facts) for key, facts in zip(keys, known, strict=True) if not facts.gone]
        in_pieces = [(key, facts) for key, facts in there if self._goes_in_pieces(facts)]
        whole = [(key, facts) for key, facts in there if not self._goes_in_pieces(facts)]
        size = 0
        for group in groups(whole):
            sent, refused = self._dumped(source, target, group)
            size += sent
            in_pieces += refused
        small = [(key, facts) for key, facts in in_pieces if facts.kind in READ and facts.size < GROUP]
        for group in groups(small):
            size += self._retold(source, target, group)
        for key, facts in in_pieces:
            if (key, facts) not in small:
                size += self._in_pieces(source, target, key, facts)
        return len(there), size

    def _goes_in_pieces(self, facts: Facts) -> bool:
        hopeless = self._refused >= HOPELESS and not self._taken
        # In a DUMP stand the moments at which a hash's fields expire, by the source's clock.
        by_clock = bool(self._shift) and facts.kind == "hash" and self._source_able.field_expiry
        return facts.kind in LENGTH and (facts.size >= LARGE or hopeless or by_clock)

    def _dumped(
        self, source: Connection, target: Connection, group: Sequence[tuple[bytes, Facts]]
    ) -> tuple[int, list[tuple[bytes, Facts]]]:
        """Copy by DUMP and RESTORE. Returns the bytes, and what the target did not understand."""
        dumps = source.each([("DUMP",)], [key for key, _ in group])[0]
        commands, sent, size = [], [], 0
        for (key, facts), dump in zip(group, dumps, strict=True):
            if isinstance(dump, ReplyError):
                raise dump
            if dump is None:
                continue
            until = max(self._shifted(facts.expires), 0)
            commands.append(("RESTORE", key, until, dump, "REPLACE", "ABSTTL"))
            sent.append((key, facts))
            size += len(dump)
        refused = []
        for one, answer in zip(sent, target.pipe(commands), strict=True):
            if not isinstance(answer, ReplyError):
                self._taken = True
            elif "DUMP payload version" in answer.said or "Bad data format" in answer.said:
                self._refused += 1
                refused.append(one)
            else:
                raise answer
        return size, refused

    def _retold(self, source: Connection, target: Connection, group: Sequence[tuple[bytes, Facts]]) -> int:
        """Copy small values by reading and writing them. Returns the bytes, about."""
        values = source.pipe([reading(key, facts.kind) for key, facts in group])
        commands: list[tuple[Word, ...]] = []
        hashes, size = [], 0
        for (key, facts), value in zip(group, values, strict=True):
            if isinstance(value, ReplyError):
                if value.key_changed:
                    continue  # A refresh finds it.
                raise value
            if value is None or value == []:
                continue
            commands += writing(key, facts.kind, value, self._shifted(facts.expires))
            size += facts.size
            if facts.kind == "hash":
                hashes.append((key, value[::2]))
        want_all_right(target.pipe(commands))
        self._expire_fields(source, target, hashes)
        return size

    def _shifted(self, expires: int) -> int:
        return expires + self._shift if expires > 0 else expires

    def _in_pieces(self, source: Connection, target: Connection, key: bytes, facts: Facts) -> int:
        """Copy a value piece by piece, under another name until it is whole. Returns its bytes, about."""
        if facts.kind not in LENGTH:
            self.left.kinds.add(facts.kind)
            self.left.add(f"{MODULE}{facts.kind}, which the target does not know", key)
            return 0
        part = marker.PART + hashlib.blake2b(key, digest_size=16).hexdigest().encode()
        target.call("DEL", part)
        try:
            self._write_part(source, target, key, part, facts)
        except ReplyError as error:
            if not error.key_changed:
                raise
            # It was changed meanwhile, which a refresh finds.
            target.call("DEL", part)
        if not target.call("EXISTS", part):
            return 0
        if facts.expires > 0:
            target.call("PEXPIREAT", part, self._shifted(facts.expires))
        answer = target.pipe([("RENAME", part, key)])[0]
        if isinstance(answer, ReplyError) and not answer.key_changed:
            raise answer
        return facts.size

    def _write_part(
        self, source: Connection, target: Connection, key: bytes, part: bytes, facts: Facts
    ) -> None:
        if facts.kind == "stream":
            write_stream(source, target, key, part, size=facts.size)
            return
        for piece in pieces(source, key, facts.kind, size=facts.size):
            target.call(*written(part, facts.kind, piece))
            if facts.kind == "hash":
                self._expire_fields(source, target, [(key, piece[::2])], part)
        if facts.kind == "string" and not target.call("EXISTS", part):
            target.call("SET", part, b"")

    def _expire_fields(
        self,
        source: Connection,
        target: Connection,
        hashes: Sequence[tuple[bytes, Sequence[bytes]]],
        part: bytes | None = None,
    ) -> None:
        """Have fields of hashes (keys with their fields) expire as on the source; `part` is what the only one
        is called on the target."""
        if not self._source_able.field_expiry:
            return
        commands: list[tuple[Word, ...]] = []
        for (key, _), expiries in zip(hashes, field_expiries(source, hashes), strict=True):
            if expiries and not self._target_able.field_expiry:
                self.left.add(
                    "fields of a hash that expire: the target knows no expiry of fields, they stay", key
                )
                continue
            shifted = {name: self._shifted(moment) for name, moment in expiries.items()}
            commands += expire_fields(part or key, shifted)
        want_all_right(target.pipe(commands))


def groups(keys: Sequence[tuple[bytes, Facts]], most: int = GROUP) -> Iterator[list[tuple[bytes, Facts]]]:
    """Keys in groups of `most` bytes, about."""
    group: list[tuple[bytes, Facts]] = []
    size = 0
    for key, facts in keys:
        if group and size + facts.size > most:
            yield group
            group, size = [], 0
        group.append((key, facts))
        size += facts.size
    if group:
        yield group
