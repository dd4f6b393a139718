"""NO_COLOR: greys by their light, and in the terminal's own palette its two own colours and no other.

Textual decides between the two once, before the theme is known. Its greys of the terminal's own palette are
black on black: a default colour has no light of its own.
"""

from collections.abc import Callable
from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter, Monochrome

_OWN = Style.from_color(RichColor.default(), RichColor.default())


class WithoutColour(LineFilter):
    """Takes the colours out of what is drawn.

    Args:
        own_palette: whether what is drawn now has the terminal's own palette.
    """

    def __init__(self, own_palette: Callable[[], bool]) -> None:
        super().__init__()
        self._own_palette = own_palette
        self._greys = Monochrome()

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """`segments` without colours."""
        if not self._own_palette():
            return self._greys.apply(segments, background)
        return [Segment(text, style and _bare(style), control) for text, style, control in segments]


@lru_cache(1024)
def _bare(style: Style) -> Style:
    """A ground of its own (the chosen row, a field to type in) becomes the two colours reversed."""
    ground = style.bgcolor
    if ground is None or ground.is_default:
        return style + _OWN
    return style + _OWN + Style(reverse=not style.reverse)
