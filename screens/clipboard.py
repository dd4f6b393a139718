"""Copying over SSH: the terminal at the other end is asked to take a text (OSC 52), also from within tmux and
screen. No terminal answers whether it did, so what is said is what was handed over, and where else it stands.

tmux takes the plain sequence only with `set-clipboard on`, and hands a wrapped one on only with
`allow-passthrough on`; neither is its default. Its own command, `load-buffer -w`, works with every setting.
A tmux at the other end of ssh cannot be asked for that, nor the outer one of two: by default nothing arrives.
"""

import base64
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wizard.model.secret import redact

MOST = 74_994
"""Bytes of a text: the sequence then has 100,000, which is what terminals take at most (hterm, xterm)."""

PIECE = 250
"""Bytes of a sequence that screen hands on at once: it cuts strings of more than 768, old ones of 256."""

TMUX_DEADLINE = 0.5
"""Seconds for tmux to take a text; it needs about 0.01."""


@dataclass(frozen=True)
class Copied:
    """Whether a text was handed to the terminal, and the sentence that says so or why not."""

    done: bool
    words: str


def copy(
    text: str,
    write: Callable[[str], None],
    *,
    what: str,
    elsewhere: str = "",
    secret: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Copied:
    """Hand `text` to the terminal by `write`.

    Args:
        what: what it is, in words that follow "Copied" ("the name of the app").
        elsewhere: where it stands for whose terminal takes nothing, a sentence; "" for on the screen.
        secret: the person asked for a secret and knows that it is one; else none is copied.
    """
    environment = os.environ if environment is None else environment
    why = why_not(text, secret=secret)
    if why:
        return Copied(False, why)
    kept = bool(environment.get("TMUX")) and _into_tmux(text, environment)
    write(sequences(text, environment, plain=not kept))
    by = "tmux has it, too (prefix ]). " if kept else ""
    if _tmux_out_of_reach(environment):
        by = "A tmux before it does only with `set-clipboard on`. "
    also = elsewhere or "It stands here, too."
    return Copied(True, f"Copied {what}, if your terminal allows it. {by}{also}")


def _tmux_out_of_reach(environment: Mapping[str, str]) -> bool:
    """Whether a tmux stands between, and not on this machine: ssh carries over what the terminal is called,
    and no TMUX."""
    inside = environment.get("TMUX") or environment.get("STY")
    return not inside and environment.get("TERM", "").startswith(("tmux", "screen-256color"))


def why_not(text: str, *, secret: bool = False) -> str:
    """Why `text` is not copied, as a sentence; "" when it may be."""
    length = len(text.encode("utf-8", "replace"))
    if not length:
        return "There is nothing to copy."
    if length > MOST:
        return f"Nothing was copied: {length // 1000} kB is more than terminals take ({MOST // 1000} kB)."
    if not secret and redact(text) != text:
        return "Nothing was copied: there is a secret in it, and a clipboard keeps what it gets."
    return ""


def sequences(text: str, environment: Mapping[str, str], *, plain: bool = True) -> str:
    """What makes a terminal take `text`, wrapped as what stands before it wants (TMUX, STY).

    Args:
        plain: whether tmux is to get it for itself, too, besides handing it on.
    """
    # Ended by BEL: ESC \ would end what it is wrapped in.
    bare = f"\x1b]52;c;{base64.b64encode(text.encode('utf-8', 'replace')).decode()}\x07"
    if environment.get("TMUX"):
        return (bare if plain else "") + wrapped(bare, environment)
    return wrapped(bare, environment)


def wrapped(sequence: str, environment: Mapping[str, str]) -> str:
    """`sequence`, to be handed on to the terminal by the tmux or screen that the environment tells of."""
    if environment.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environment.get("STY"):
        pieces = (sequence[start : start + PIECE] for start in range(0, len(sequence), PIECE))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return sequence


def _into_tmux(text: str, environment: Mapping[str, str]) -> bool:
    """Whether tmux took it into its newest buffer, and hands it on to the terminal as it is set."""
    try:
        ended = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            timeout=TMUX_DEADLINE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
