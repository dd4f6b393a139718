"""The ways in which a terminal shows colours, and how an application that runs is put into each."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.filter import Monochrome
from textual.pilot import Pilot
from textual.theme import Theme
from textual.widgets import OptionList

from screens.themes import DARK, DARK_16, DARK_GREY, LIGHT

NAMED = {
    "background": "background",
    "foreground": "foreground",
    "text-muted": "muted",
    "text-accent": "accent",
    "text-success": "good",
    "text-warning": "attention",
    "text-error": "bad",
    "line": "line",
    "chosen": "chosen",
    "panel": "panel",
}
"""What a colour is for, by the theme's name of it; of several of one value the first is said."""


SIXTEEN_NAMES = (
    *("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"),
    *("bright_black", "bright_red", "bright_green", "bright_yellow"),
    *("bright_blue", "bright_magenta", "bright_cyan", "bright_white"),
)
"""The terminal's own colours by number."""


@dataclass(frozen=True)
class Mode:
    """A way to show colours: a theme, and whether NO_COLOR is set."""

    name: str
    theme: Theme
    colours: bool = True

    async def put_on(self, pilot: Pilot[str]) -> None:
        """Show the application in this mode; it stays where it is."""
        app: App[str] = pilot.app
        if app.no_color is self.colours:
            # As Textual does at its start, when NO_COLOR is set.
            app.no_color = not self.colours
            app._filters = [one for one in app._filters if not isinstance(one, Monochrome)]
            if not self.colours:
                app._filters.append(Monochrome())
            app.refresh_css(animate=False)
        for rows in (rows for screen in app.screen_stack for rows in screen.query(OptionList)):
            # Drawn rows are kept by the colours around them, which two themes may have alike.
            rows._option_render_cache.clear()
        app.theme = self.theme.name
        await pilot.pause()

    def names(self) -> dict[str, str]:
        """What each colour of the theme is for, by its value ("#8fd47e": "good"). The terminal's own colours
        go by their own names: several meanings share one."""
        if not self.colours or self.theme.ansi:
            return {}
        known: dict[str, str] = {}
        for variable, name in NAMED.items():
            value = self.theme.variables.get(variable) or getattr(self.theme, variable)
            known.setdefault(str(value), name)
        return known


DARK_MODE = Mode("dark", DARK)
LIGHT_MODE = Mode("light", LIGHT)
SIXTEEN = Mode("sixteen", DARK_16)
NO_COLOUR = Mode("no-colour", DARK_GREY, colours=False)
MODES = (DARK_MODE, LIGHT_MODE, SIXTEEN, NO_COLOUR)


def _colour(colour: Color | None, names: dict[str, str], missing: str) -> str:
    if colour is None or colour.is_default:
        return missing
    if colour.number is not None:
        return SIXTEEN_NAMES[colour.number]
    if colour.triplet is None:
        return colour.name
    return names.get(colour.triplet.hex, colour.triplet.hex)


def style_words(style: Style | None, names: dict[str, str], *, blank: bool) -> str:
    """A style in words: "accent on chosen, bold". Of a blank cell only what can be seen is said."""
    if style is None:
        return "-"
    front, back = _colour(style.color, names, "default"), _colour(style.bgcolor, names, "default")
    if style.reverse:
        front, back = back, front
    words = [back if blank else f"{front} on {back}"]
    signs = ("underline", "strike") if blank else ("bold", "dim", "italic", "underline", "strike")
    return ", ".join([*words, *(sign for sign in signs if getattr(style, sign))])


def cells(segments: Iterable[Segment], names: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """The characters of a line, and the style of each in words. After a wide character stands a blank."""
    text, styles = "", list[str]()
    for segment in segments:
        shown = {blank: style_words(segment.style, names, blank=blank) for blank in (True, False)}
        for character in segment.text:
            width = Segment(character).cell_length
            text += character + " " * (width - 1)
            styles += [shown[character == " "]] * width
    return text, tuple(styles)
