"""A picture of a screen: its characters, and how each is shown in each mode; and the text that keeps it.

The text has these parts. The characters as they stand. The lines that are others in one of the modes, if any,
with their numbers: in sixteen colours a dialog covers what is behind it. Then, as a grid of the size of the
screen, a letter for how each cell is shown; below that, what the letters mean, one column a mode. Nothing
stands where the background is bare, and a dot where text has no style of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

BARE, PLAIN = " ", "."
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&*+-/<=>?@^_~"
MARK = "=="


@dataclass(frozen=True)
class Picture:
    """By the mode's name: `lines` are the characters, `styles` for each line the style of each cell."""

    lines: Mapping[str, tuple[str, ...]]
    styles: Mapping[str, tuple[tuple[str, ...], ...]]

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes that are known."""
        return tuple(self.lines)


def write(picture: Picture) -> str:
    """The text that keeps a picture; `read` reads it."""
    modes = picture.modes
    letters: dict[tuple[str, ...], str] = {}
    grid = []
    for row in zip(*(picture.styles[mode] for mode in modes), strict=True):
        line = ""
        for look in zip(*row, strict=True):
            if look not in letters:
                letters[look] = _letter(look[0], set(letters.values()))
            line += letters[look]
        grid.append(line.rstrip(BARE))
    table = [
        ("", *modes),
        *((letters[look], *look) for look in sorted(letters, key=lambda one: letters[one])),
    ]
    widths = [max(len(row[column]) for row in table) for column in range(1, len(modes))]
    legend = []
    for letter, *looks in table:
        padded = [look.ljust(width) for look, width in zip(looks, [*widths, 0], strict=True)]
        legend.append(f"{letter or ' '} | {' | '.join(padded)}".rstrip())
    first, *others = (tuple(line.rstrip() for line in picture.lines[mode]) for mode in modes)
    lines = [f"{MARK} text", *first]
    for mode, other in zip(modes[1:], others, strict=True):
        if other != first:
            lines.append(f"{MARK} text of {mode}")
            pairs = enumerate(zip(first, other, strict=True), 1)
            lines += [f"{number}|{after}" for number, (before, after) in pairs if before != after]
    return "\n".join([*lines, f"{MARK} styles", *grid, f"{MARK} legend", *legend, ""])


def _letter(look: str, taken: set[str]) -> str:
    """A letter that tells something: the first of the word, a capital where it is bold."""
    fixed = {"background": BARE, "foreground on background": PLAIN}
    if look in fixed and fixed[look] not in taken:
        return fixed[look]
    first = look[0].lower()
    first = first.upper() if "bold" in look else first
    if first.isalpha() and first not in taken:
        return first
    return next(one for one in LETTERS if one not in taken)


def read(text: str, size: tuple[int, int]) -> Picture:
    """The picture that `write` wrote; `size` in cells.

    Raises:
        ValueError: this is no such text.
    """
    parts: dict[str, list[str]] = {}
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith(f"{MARK} "):
            part = parts.setdefault(line.removeprefix(f"{MARK} "), [])
        else:
            part.append(line)
    if missing := {"text", "styles", "legend"} - parts.keys():
        raise ValueError(f"a picture needs the part {missing}")
    width, _ = size
    head, *legend = ([cell.strip() for cell in row[3:].split("|")] for row in parts["legend"])
    looks = dict(zip((row[0] for row in parts["legend"][1:]), legend, strict=True))
    lines, styles = {}, {}
    for column, mode in enumerate(head):
        shown = dict(enumerate(parts["text"], 1))
        for row in parts.get(f"text of {mode}", ()):
            number, _, other = row.partition("|")
            shown[int(number)] = other
        lines[mode] = tuple(line.ljust(width) for line in shown.values())
        styles[mode] = tuple(
            tuple(looks[letter][column] for letter in line.ljust(width, BARE)) for line in parts["styles"]
        )
    return Picture(lines, styles)
