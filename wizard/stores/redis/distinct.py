"""Counts distinct keys in 8 bytes each: a scan may give a key twice."""

import threading
from array import array
from collections.abc import Iterable

BUCKETS = 64


class Distinct:
    """Counts by a name (a type). Two keys with the same 64-bit hash count once: of ten million keys that
    happens to one in three hundred thousand counts. May be used by several threads at once."""

    def __init__(self) -> None:
        self._seen: dict[str, list[array[int]]] = {}
        self._lock = threading.Lock()

    def add(self, keys: Iterable[tuple[str, bytes]]) -> None:
        """Count keys under their names."""
        with self._lock:
            for name, key in keys:
                if name not in self._seen:
                    self._seen[name] = [array("q") for _ in range(BUCKETS)]
                number = hash(key)
                self._seen[name][number % BUCKETS].append(number)

    def counts(self) -> dict[str, int]:
        """How many different ones there are under each name."""
        with self._lock:
            return {
                name: sum(len(set(bucket)) for bucket in buckets)
                for name, buckets in sorted(self._seen.items())
            }
