"""Glyphs and the styles that go with them. A glyph never stands alone: a word beside it says the same.

Styles are names of the theme's colours, so that each is readable dark, light and in sixteen colours.
"""

import os
import sys
from typing import Literal

Mark = Literal["done", "now", "to-come", "look", "failed", "paused", "chosen", "undecided"]

GLYPHS: dict[Mark, str] = {
    "done": "✓",
    "now": "●",
    "to-come": "○",
    "look": "⚠",
    "failed": "✗",
    "paused": "⏸",
    "chosen": "▸",
    "undecided": "?",
}

GOOD = "$text-success"
ATTENTION = "$text-warning"
BAD = "$text-error"
MUTED = "$text-muted"
ACCENT = "$text-accent"
STRONG = "bold"

STYLES: dict[Mark, str] = {
    "done": GOOD,
    "now": ACCENT,
    "to-come": MUTED,
    "look": ATTENTION,
    "failed": BAD,
    "paused": ATTENTION,
    "chosen": ACCENT,
    "undecided": ATTENTION,
}

DOTS = "••••••••"
"""Stands for a secret; always the same length, whatever the secret's is."""


def marked(mark: Mark, word: str = "") -> tuple[str, str]:
    """A glyph with its word, and the style for both: a part for `Content.assemble`."""
    return (f"{GLYPHS[mark]} {word}" if word else GLYPHS[mark], STYLES[mark])


# One character for one character, since the layout was measured with the first. Lines that cross are no +,
# which joins them.
_TWINS = str.maketrans(
    "✓●○⚠✗⏸▸▾→←↑↓·×•…“”‘’–—─━│┃┌┐└┘├┤┬┴┼╭╮╰╯╸╺▁▂▃▄▅▆▇█▏▎▌▊▔▕▀░▒▓",
    "v*o!x=>v><^v-x*~\"\"''---=||++++++++|++++==__..::##|||#-|#.:#",
)


def ascii_twins(text: str) -> str:
    """`text` with each character that is not ASCII replaced by one that is."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else "?" for c in text.translate(_TWINS))


def terminal_speaks_utf8() -> bool:
    """Whether glyphs beyond ASCII reach the terminal. `OFFRAMP_ASCII=1` says that they do not."""
    if os.environ.get("OFFRAMP_ASCII", "") not in ("", "0"):
        return False
    spoken = next((os.environ[one] for one in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(one)), "")
    told = os.environ.get("PYTHONIOENCODING") or os.environ.get("PYTHONUTF8") == "1"
    if spoken in ("C", "POSIX") and not told:
        return False  # Python writes UTF-8 then all the same, for want of anything better.
    encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").replace("_", "") in ("utf8", "utf8sig")
