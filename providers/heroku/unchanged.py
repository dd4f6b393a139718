"""Lists that were read before: Heroku says "not modified" instead of sending them again.

In memory only, as long as the client lives, and only lists that hold no secret: an inventory that is read
again with the same client costs as many requests, but hardly a body.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from providers.heroku.answers import Answer

MOST_BYTES: Final = 8 * 1024 * 1024
SMALLEST: Final = 1_000
"""Bytes. A shorter body fits into the packet that the headers take anyhow."""

_LISTS: Final = frozenset(
    {
        "addon-attachments", "addon-services", "addons", "apps", "collaborators", "domains", "dyno-sizes",
        "features", "formation", "members", "permissions", "pipeline-couplings", "pipelines", "releases",
        "spaces", "teams",
    }
)  # fmt: skip
"""The last part of their paths. None of their answers holds the value of a config var or a signed URL."""

Key = tuple[str, str, tuple[tuple[str, str], ...]]


class Unchanged:
    """Bodies by what was asked for, the oldest dropped first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[str, Answer]] = OrderedDict()
        self._bytes = 0

    def key(self, host: str, path: str, headers: Mapping[str, str]) -> Key | None:
        """What a GET is remembered by; None when its answer is not to be kept."""
        if host != "api" or path.partition("?")[0].rpartition("/")[2] not in _LISTS:
            return None
        return host, path, tuple(sorted(headers.items()))

    def tag(self, key: Key) -> str:
        """The ETag to ask with, "" when nothing is kept."""
        kept = self._kept.get(key)
        return kept[0] if kept else ""

    def kept(self, key: Key) -> Answer | None:
        """The answer that Heroku calls unchanged; None when it was dropped meanwhile."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def keep(self, key: Key, answer: Answer) -> None:
        """Remember a good answer that has a usable ETag."""
        tag = answer.headers.get("etag", "")
        size = len(answer.body)
        usable = 0 < len(tag) < 200 and tag.isascii() and tag.isprintable()
        if not usable or answer.status not in (200, 206) or not SMALLEST <= size <= MOST_BYTES:
            return
        self._drop(key)
        self._kept[key] = (tag, answer)
        self._bytes += size
        while self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._bytes -= len(found[1].body)
