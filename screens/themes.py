"""Two themes, dark and light, with one accent and four meanings. Contrast is what they were chosen for."""

import os
from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="offramp-dark",
    primary="#7aa2f7",
    secondary="#7aa2f7",
    accent="#7dcfff",
    foreground="#d5d9e2",
    background="#14161b",
    surface="#14161b",
    panel="#232732",
    success="#8fd47e",
    warning="#f0b850",
    error="#ff7a85",
    dark=True,
    variables={
        "text-accent": "#7dcfff",
        "text-success": "#8fd47e",
        "text-warning": "#f0b850",
        "text-error": "#ff7a85",
        "text-muted": "#969dad",
        "line": "#4a5162",
        "chosen": "#2c3445",
    },
)
LIGHT = Theme(
    name="offramp-light",
    primary="#1d4ed8",
    secondary="#1d4ed8",
    accent="#0b63a5",
    foreground="#1c2029",
    background="#fbfbf8",
    surface="#fbfbf8",
    panel="#e8e8e2",
    success="#1c6b2a",
    warning="#8a5200",
    error="#b3182d",
    dark=False,
    variables={
        "text-accent": "#0b63a5",
        "text-success": "#1c6b2a",
        "text-warning": "#8a5200",
        "text-error": "#b3182d",
        "text-muted": "#5c6370",
        "line": "#b9bcc4",
        "chosen": "#d6e2f3",
    },
)


def _sixteen(name: str, *, dark: bool, chosen: str, muted: str, attention: str) -> Theme:
    # The terminal's own palette: converted to sixteen colours, the greys above melt into each other.
    return Theme(
        name=name,
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_blue",
        accent="ansi_cyan" if dark else "ansi_blue",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        success="ansi_green",
        warning=attention,
        error="ansi_red",
        dark=dark,
        variables={
            **BUILTIN_THEMES["ansi-dark" if dark else "ansi-light"].variables,
            "text-accent": "ansi_bright_cyan" if dark else "ansi_blue",
            "text-success": "ansi_bright_green" if dark else "ansi_green",
            "text-warning": attention,
            "text-error": "ansi_bright_red" if dark else "ansi_red",
            "text-muted": muted,
            "line": muted,
            "chosen": chosen,
        },
    )


DARK_16 = _sixteen(
    "offramp-dark-16", dark=True, chosen="ansi_blue", muted="ansi_white", attention="ansi_bright_yellow"
)
LIGHT_16 = _sixteen(
    "offramp-light-16", dark=False, chosen="ansi_white", muted="ansi_bright_black", attention="ansi_magenta"
)


def _grey(name: str, of: Theme, *, loud: str) -> Theme:
    # Textual makes a grey of each colour by its light: what is bad would be the dimmest of all.
    loudly = {f"text-{one}": loud for one in ("accent", "warning", "error")}
    quietly = {"text-success": of.foreground or loud}
    variables = {**of.variables, **loudly, **quietly}
    return replace(of, name=name, accent=loud, warning=loud, error=loud, variables=variables)


DARK_GREY = _grey("offramp-dark-grey", DARK, loud="#ffffff")
LIGHT_GREY = _grey("offramp-light-grey", LIGHT, loud="#000000")
THEMES = (DARK, LIGHT, DARK_16, LIGHT_16, DARK_GREY, LIGHT_GREY)
PAIRS = ((DARK, LIGHT), (DARK_16, LIGHT_16), (DARK_GREY, LIGHT_GREY))


def first_theme(colours: str | None = "truecolor", setting: str = "auto") -> str:
    """The theme to begin with: `OFFRAMP_THEME=light`, the setting, or what the terminal says of its own
    background; in greys where `NO_COLOR` is set. "ansi" is the terminal's own palette, however many colours
    it has.

    Args:
        colours: Rich's name of what the terminal can show; "standard" means sixteen.
        setting: the theme of the settings.
    """
    wanted = os.environ.get("OFFRAMP_THEME", "").lower() or setting
    own_palette = wanted.startswith("ansi")
    wanted = {"ansi": "", "ansi-light": "light", "ansi-dark": "dark"}.get(wanted, wanted)
    # rxvt, Konsole and others: "foreground;background" as colour numbers; 7 and 15 are white.
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    light = wanted == "light" or (wanted != "dark" and background in ("7", "15"))
    if own_palette or colours == "standard":
        return (LIGHT_16 if light else DARK_16).name
    if "NO_COLOR" in os.environ:
        return (LIGHT_GREY if light else DARK_GREY).name
    return (LIGHT if light else DARK).name


def other_theme(name: str) -> str:
    """Light for dark, dark for light, with as many colours as before."""
    names = {one.name: other.name for one, other in PAIRS}
    return names.get(name) or next(one for one, other in names.items() if other == name)
