"""Gathers what a comparison found, and puts it in words: counts, and a few names made safe."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from wizard.model.text import clean
from wizard.stores.progress import PartProof, StoreDifference
from wizard.stores.redis.compare import Verdict
from wizard.stores.redis.distinct import Distinct
from wizard.stores.redis.names import shown

SAMPLES = 10

_WORDS = {
    "missing": "{n} only on the source",
    "more": "{n} only here",
    "value": "{n} with another value",
    "expiry": "{n} that expire{s} at another moment",
}


@dataclass
class Found:
    """What is known so far; may be added to by several threads at once. `samples` are logical database and
    key, `unknown` are modules' types that the target was found not to know."""

    unknown: frozenset[str] = frozenset()
    source: Distinct = field(default_factory=Distinct)
    target: Distinct = field(default_factory=Distinct)
    differing: Distinct = field(default_factory=Distinct)
    samples: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    modules: dict[str, int] = field(default_factory=dict)
    unequal: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def judge(self, database: int, verdicts: Iterable[Verdict]) -> None:
        """Take in what became of keys of the source."""
        seen = list(verdicts)
        self.source.add((_part(database, one.kind), one.key) for one in seen)
        with self.lock:
            for one in seen:
                if one.outcome == "equal":
                    continue
                if one.outcome == "missing" and one.kind in self.unknown:
                    self.modules[one.kind] = self.modules.get(one.kind, 0) + 1
                    continue
                self._differs(one.outcome, database, one.key, one.kind)

    def only_here(self, database: int, keys: Iterable[tuple[bytes, str]]) -> None:
        """Take in keys of the target that the source does not have."""
        with self.lock:
            for key, kind in keys:
                self._differs("more", database, key, kind)

    def _differs(self, kind: str, database: int, key: bytes, of: str) -> None:
        self.differing.add([(kind, b"%d/%b" % (database, key))])
        self.unequal.add(_part(database, of))
        some = self.samples.setdefault(kind, [])
        if len(some) < SAMPLES and (database, key) not in some:
            some.append((database, key))

    def here(self, database: int, keys: Iterable[tuple[bytes, str]]) -> None:
        """Take in the keys of the target by their types."""
        self.target.add((_part(database, kind), key) for key, kind in keys)

    @property
    def differences(self) -> tuple[StoreDifference, ...]:
        """All differences, in words."""
        return tuple(
            StoreDifference(
                kind=kind,
                words=_WORDS[kind].format(n=f"{count:,} key{'s' * (count != 1)}", s="s" * (count == 1)),
                count=count,
                samples=tuple(f"db {database}: {shown(key)}" for database, key in self.samples[kind]),
            )
            for kind, count in self.differing.counts().items()
        )

    @property
    def parts(self) -> tuple[PartProof, ...]:
        """Counts by logical database and type. A count alone never makes a part unequal: keys expire while
        they are counted; each key's own verdict does."""
        there, here = self.source.counts(), self.target.counts()
        return tuple(
            PartProof(
                name=name.partition("/")[0],
                kind=name.partition("/")[2],
                source=there.get(name, 0),
                target=here.get(name, 0),
                equal=name not in self.unequal,
            )
            for name in sorted({*there, *here})
        )

    @property
    def left_out(self) -> tuple[str, ...]:
        """Types of modules that were not copied."""
        return tuple(
            f"{count:,} key{'s' * (count != 1)} of type {clean(kind, limit=60)}: not known to the target"
            for kind, count in sorted(self.modules.items())
        )


def _part(database: int, kind: str) -> str:
    return f"db {database}/{clean(kind, limit=60)}"
