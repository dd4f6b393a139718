"""The palette: every action of the screen by its words, found by typing a part of them."""

import json

from textual.command import DiscoveryHit, Hit, Hits, Provider

from screens.keys import Key


class KeyCommands(Provider):
    """Offers the keys of the screen under the palette. A refused action says why, as its key does."""

    def _keys(self) -> tuple[Key, ...]:
        # Asked by name: a dialog with nothing but a question has no such keys.
        keys = getattr(self.screen, "shown_keys", None)
        return tuple(key for key in keys() if key.word) if callable(keys) else ()

    async def discover(self) -> Hits:
        """Everything, before a letter is typed."""
        for key in self._keys():
            yield DiscoveryHit(
                f"{key.word}  ({key.label})", self._do(key), text=key.word, help=self._help(key)
            )

    async def search(self, query: str) -> Hits:
        """What fits `query`."""
        matcher = self.matcher(query)
        for key in self._keys():
            score = max(matcher.match(key.word), matcher.match(key.explain))
            if score > 0:
                yield Hit(
                    score, f"{key.word}  ({key.label})", self._do(key), text=key.word, help=self._help(key)
                )

    def _help(self, key: Key) -> str:
        return key.explain

    def _do(self, key: Key):  # type: ignore[no-untyped-def]  # Textual's IgnoreReturnCallbackType
        # As JSON: the action of a dialog may have an argument in quotes.
        return lambda: self.screen.run_action(f"act({json.dumps(key.name)})")
