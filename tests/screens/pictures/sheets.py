"""Kept pictures as a person would see them: a sheet for each, with one drawing for each mode."""

import shutil
import subprocess
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from screens.themes import DARK, LIGHT
from tests.screens.pictures.modes import MODES, Mode
from tests.screens.pictures.picture import Picture, read

WIDTH, HEIGHT, GAP = 8.0, 17.0, 16.0
"""Of a cell, and between drawings, in pixels."""

SIXTEEN = {
    "default": "#e5e5e5",
    "black": "#000000",
    "red": "#cd3131",
    "green": "#0dbc79",
    "yellow": "#e5e510",
    "blue": "#2472c8",
    "magenta": "#bc3fbc",
    "cyan": "#11a8cd",
    "white": "#c5c5c5",
    "bright_black": "#666666",
    "bright_red": "#f14c4c",
    "bright_green": "#23d18b",
    "bright_yellow": "#f5f543",
    "bright_blue": "#3b8eea",
    "bright_magenta": "#d670d6",
    "bright_cyan": "#29b8db",
    "bright_white": "#ffffff",
}
"""The sixteen colours as VS Code's terminal has them; its background is black."""


def draw(kept: Path, folder: Path, part: str) -> int:
    """Draw every kept picture with `part` in its name into `folder`: PNG where rsvg-convert is, else SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    convert = shutil.which("rsvg-convert")
    for file in sorted(kept.rglob("*.txt")):
        size = file.parent.name
        if part not in f"{size}-{file.stem}":
            continue
        width, height = (int(one) for one in size.split("x"))
        svg = sheet(read(file.read_text(encoding="utf-8"), (width, height)))
        target = folder / f"{size}-{file.stem}"
        if convert:
            subprocess.run([convert, "-o", target.with_suffix(".png")], input=svg.encode(), check=True)
        else:
            target.with_suffix(".svg").write_text(svg, encoding="utf-8")
    print(f"{len(list(folder.iterdir()))} sheets in {folder}")
    return 0


def sheet(picture: Picture) -> str:
    """An SVG with all modes of a picture, two in a row."""
    lines = picture.lines[picture.modes[0]]
    columns, rows = len(lines[0]), len(lines)
    wide, high = columns * WIDTH + GAP, rows * HEIGHT + GAP
    modes = [mode for mode in MODES if mode.name in picture.styles]
    rows_of_two = (len(modes) + 1) // 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide * 2}" height="{high * rows_of_two}">',
        '<rect width="100%" height="100%" fill="#777"/>',
        '<g font-family="DejaVu Sans Mono, monospace" font-size="13.3" xml:space="preserve">',
    ]
    for number, mode in enumerate(modes):
        place = (number % 2 * wide + GAP / 2, number // 2 * high + GAP / 2)
        parts += [f'<g transform="translate{place}">', *_drawing(picture, mode), "</g>"]
    return "\n".join([*parts, "</g></svg>"])


def _drawing(picture: Picture, mode: Mode) -> list[str]:
    drawn = []
    names = {name: value for value, name in mode.names().items()}
    for row, (line, styles) in enumerate(
        zip(picture.lines[mode.name], picture.styles[mode.name], strict=True)
    ):
        column = 0
        for look, group in groupby(zip(line, styles, strict=False), key=lambda one: one[1]):
            text = "".join(character for character, _ in group)
            drawn += _run(text, look, (column, row), names, mode)
            column += len(text)
    return drawn


def _run(text: str, look: str, place: tuple[int, int], names: dict[str, str], mode: Mode) -> list[str]:
    colours, *signs = look.split(", ")
    front, _, back = colours.rpartition(" on ")
    x, y = place[0] * WIDTH, place[1] * HEIGHT
    ground = _value(back, names, LIGHT.background if mode.theme is LIGHT else _ground(mode))
    parts = [
        f'<rect x="{x}" y="{y}" width="{len(text) * WIDTH + 0.5}" height="{HEIGHT + 0.5}" fill="{ground}"/>'
    ]
    if text.strip() and front:
        weight = ' font-weight="bold"' if "bold" in signs else ""
        line = ' text-decoration="underline"' if "underline" in signs else ""
        style = f'fill="{_value(front, names, "#e5e5e5")}"{weight}{line}'
        for number, character in enumerate(text):
            if character != " ":
                drawn = escape(character)
                parts.append(f'<text x="{x + number * WIDTH}" y="{y + HEIGHT - 4.5}" {style}>{drawn}</text>')
    return parts


def _ground(mode: Mode) -> str:
    return "#000000" if mode.theme.ansi else str(DARK.background)


def _value(colour: str, names: dict[str, str], default: str) -> str:
    if colour in ("default", "-"):
        return default
    return names.get(colour) or SIXTEEN.get(colour) or colour
