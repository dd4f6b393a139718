"""The last line of a screen: the keys that work now, with a word each; those that do not, muted."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from screens.keys import Key
from screens.marks import ACCENT, MUTED


class KeyFooter(Static):
    """Keys on the left, help and quit on the right. What finds no room is in the help."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._left: tuple[tuple[Key, bool], ...] = ()
        self._right: tuple[tuple[Key, bool], ...] = ()

    def show(self, left: Sequence[tuple[Key, bool]], right: Sequence[tuple[Key, bool]]) -> None:
        """Set the keys, each with whether it works now."""
        said = (tuple(left), tuple(right))
        if said != (self._left, self._right):
            self._left, self._right = said
            self.refresh()

    def render(self) -> Content:
        """One line. When the keys do not fit they move together; then those are left out that do nothing now,
        and only then those that do, each time the last."""
        right = Content("  ").join([_word(key, works) for key, works in self._right])
        room = self.size.width - right.cell_length - 2
        keys = list(self._left)
        left = Content("   ").join([_word(*key) for key in keys])
        if left.cell_length > room:
            left = Content("  ").join([_word(*key) for key in keys])
        while keys and left.cell_length > room:
            _, index = max((not works, index) for index, (_, works) in enumerate(keys))
            del keys[index]
            left = Content("  ").join([_word(*key) for key in keys])
        return left.append(" " * max(1, room + 2 - left.cell_length)).append(right)


def _word(key: Key, works: bool) -> Content:
    if not works:
        return Content.styled(f"{key.label} {key.word}", MUTED)
    return Content.assemble((key.label, f"bold {ACCENT}"), f" {key.word}")
