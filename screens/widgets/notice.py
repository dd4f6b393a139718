"""One line above the footer: why a key does nothing, what was copied, what is being waited for."""

from collections.abc import Callable

from textual.content import Content
from textual.widgets import Static

from screens.marks import ACCENT, ATTENTION, GLYPHS, GOOD
from screens.patience import Patience


class Notice(Static):
    """Says one sentence until the next key, and what is being waited for; else it takes no room."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.display = False
        self.said = ""
        self._good = False
        self._waits: list[Patience] = []

    def on_mount(self) -> None:
        """A wait is told anew each second; nothing is drawn while there is none."""
        self.set_interval(1.0, self._tick)

    def say(self, sentence: str, *, good: bool = False) -> None:
        """Show `sentence`; an empty one takes the line away."""
        self.said, self._good = sentence, good
        self._draw()

    def wait_for(self, doing: str | Callable[[], str]) -> Patience:
        """Show that one waits for `doing`, until `waited` is called with the result. It is asked each second,
        where it is no text."""
        wait = Patience(doing)
        self._waits.append(wait)
        self._draw()
        return wait

    def waited(self, wait: Patience) -> None:
        """The wait is over, well or not."""
        self._waits.remove(wait)
        self._draw()

    def _tick(self) -> None:
        if self._waits:
            self._draw()

    def _draw(self) -> None:
        lines = []
        if self.said:
            glyph, style = (GLYPHS["done"], GOOD) if self._good else (GLYPHS["look"], ATTENTION)
            lines.append(Content.styled(f"{glyph} {self.said}", style))
        if self._waits:
            lines.append(Content.styled(f"{GLYPHS['now']} {self._waits[-1].words()}", ACCENT))
        self.display = bool(lines)
        self.update(Content("\n").join(lines))
