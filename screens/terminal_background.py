"""Whether the terminal's own background is light: asked of the terminal once, before Textual is imported.

Most terminals answer OSC 11 (xterm's "control sequences": `ESC ] 11 ; ? BEL`) with the colour of their
background. One that knows no such question is silent, so a second one follows that every terminal answers at
once (DSR): its answer ends the wait. An answer that comes later still never becomes keys: see
`screens.late_answers`.
"""

import os
import re
import sys
from collections.abc import Mapping

from screens.link import Heard, ask

NEAR, FAR = 0.25, 1.0
"""Seconds to wait for any answer: of a terminal of this machine, and over a network."""

_QUESTION = b"\x1b]11;?\x07"
_REPLY = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")

_SAID_IN = "COLORFGBG"
"""Where rxvt, Konsole and others say it by themselves: "foreground;background" as numbers of colours."""

_NOT_ASKED = ("dumb", "linux", "unknown", "cons25", "vt52", "vt100", "vt102", "eterm", "emacs", "screen")
"""Terminals by the beginning of `TERM` that show the question, do not know it, or (GNU screen) let the answer
through after that to the second one. tmux, which calls itself screen too, answers by itself."""


def wants_to_know(theme: str, environment: Mapping[str, str]) -> bool:
    """Whether the colours depend on it, nothing says it yet, and the terminal is one that can be asked."""
    said = environment.get("OFFRAMP_THEME", "").lower() or theme
    if said not in ("auto", "ansi") or environment.get(_SAID_IN):
        return False
    term = environment.get("TERM", "")
    if not term or environment.get("STY"):
        return False
    return "TMUX" in environment or not term.startswith(_NOT_ASKED)


def ask_background(reads: int, writes: int, *, far: bool) -> Heard:
    """Ask, and keep what was learned where the themes look for it. What came back.

    Args:
        far: whether the terminal is behind a network.
    """
    heard = ask(reads, writes, FAR if far else NEAR, first=_QUESTION)
    light = is_light(heard.answer.said) if heard.answer is not None else None
    if light is not None:
        os.environ[_SAID_IN] = "0;15" if light else "15;0"
    return heard


def is_light(reply: bytes) -> bool | None:
    """Whether the colour of a reply is nearer to white than to black; None when it is none."""
    found = _REPLY.search(reply)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    # ITU-R BT.709: how bright the three are to an eye.
    brightness: float = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return brightness > 0.5


def ends_of_terminal() -> tuple[int, int]:
    """What is read from and written to when the terminal is asked: Textual's own two."""
    return sys.__stdin__.fileno() if sys.__stdin__ else 0, 2
