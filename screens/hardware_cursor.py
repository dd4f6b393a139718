"""Where the terminal's own cursor stands: braille displays and screen readers follow it, hidden though it is.

Textual moves it when a field is typed in or gets the focus, which can be before it has its place; it stays
there when the field is gone.
"""

from textual.css.query import NoMatches
from textual.geometry import Offset
from textual.screen import Screen
from textual.widgets import Input, TextArea

from screens.widgets.row_list import Rows


def cursor_on(screen: Screen[object]) -> Offset:
    """Column and row: in what has the focus, else where the body or the box of `screen` begins."""
    focused = screen.focused
    if isinstance(focused, Input | TextArea):
        return focused.cursor_screen_offset
    if isinstance(focused, Rows):
        return focused.chosen_offset
    if focused is not None:
        return focused.content_region.offset
    for begins in ("DialogContent", "#body"):
        try:
            return screen.query_one(begins).content_region.offset
        except NoMatches:
            continue
    return Offset(0, 0)
