"""What others write reaches the terminal as text: the bytes of a whole tour are what Offramp's driver sends.

That no sequence gets into an inventory or an export is in tests/providers/test_heroku_exports.py, and that
each code point is treated as it should be in tests/wizard/test_text.py. Here the screens are drawn, every
dialog opened, and each byte that arrives at a real pseudo-terminal is read.
"""

import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.trials import trials
from tests.wizard.document import hostile
from wizard.model.text import UNSAFE

ROOT = Path(__file__).resolve().parent.parent.parent

ALLOWED = (
    r"\x1b\[\d*(;\d+)*m",  # colours
    r"\x1b\[\d+;\d+H",  # where to write
    r"\x1b\[\?(1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048|25|7)[hl]",  # modes of a full screen
    r"\x1b\[\?(2026|2048)\$p",  # whether the terminal knows a mode
    r"\x1b\[[<>=]\d*(;\d+)*u",  # how keys are told
    r"\x1b\[\?u",
    r"\x1b\[[>=]?\d*[cq]",  # which terminal it is
    r"\x1b\[[HJK]|\x1b\[[012][JK]",  # clearing
    r"\x1b\[[>]4;?\d*m",
    r"\x1b\[\d+(;\d+)*t",
    r"\x1b\]11;\?\x07",  # its colours
    r"\x1b\](9;|777;notify;)(Offramp|acme-shop)[^\x00-\x1f\x7f-\x9f]*(\x1b\\|\x07)",  # news, beside the bell
    r"\x1b\]22;[a-z-]*(\x1b\\|\x07)",  # the shape of the mouse pointer
    r"[\x07\r\n]",
)
"""All that Offramp itself, or Textual for it, sends beside text."""

_ALLOWED = re.compile("|".join(ALLOWED))


def in_a_terminal(command: list[str], columns: int, lines: int) -> tuple[str, int]:
    """Run a program in a terminal to its end; all that it wrote, and how it ended."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execv(command[0], command)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    sent = b""
    try:
        while part := os.read(master, 65536):
            sent += part
    except OSError:
        pass  # Linux says so when the other end has closed
    finally:
        os.close(master)
    _, status = os.waitpid(pid, 0)
    return sent.decode(), os.waitstatus_to_exitcode(status)


def forbidden(sent: str) -> Counter[str]:
    """What was sent and is neither text nor allowed."""
    rest = _ALLOWED.sub("", sent)
    return Counter(rest[max(0, at.start() - 3) : at.end() + 12] for at in UNSAFE.finditer(rest))


@pytest.mark.parametrize("text", [*hostile.TERMINAL, *hostile.UNSEEN])
def test_the_check_sees_what_must_not_be_sent(text: str) -> None:
    if not re.fullmatch(r"[a-z]*[\x07\r\n]+[a-z]*", text):
        # A bell and the end of a line are a terminal's daily bread; what stands around them is text.
        colour = text.startswith(("\x1b[31m", "\x1b[?1049h", "\x1b[?2004h", "\x1b[2J", "\x1b[H", "\x1b[c"))
        known = colour or text in ("two\r\nlines", "\x1b[21t")
        assert bool(forbidden(f"a{text}b")) != known


@pytest.mark.timeout(900)
def test_a_tour_of_all_screens_sends_nothing_but_our_own(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    out = tmp_path / "tour.json"
    each = 9 if trials(1, 9) == 1 else 1
    command = [
        sys.executable,
        "-m",
        "tests.faults.injected_tour",
        str(out),
        str(each),
        *(["--few"] if each > 1 else []),
    ]
    sent, status = in_a_terminal(command, *((100, 36) if each > 1 else (180, 90)))
    found = json.loads(out.read_text())
    assert not found["broke"], found["broke"]
    texts = [*hostile.MARKUP[:2], *hostile.ALL[::each]]
    bad = forbidden(sent)
    record_property("trials", len(texts))
    record_property("failures", len(bad))
    record_property(
        "figure", f"{found['screens']} pictures, {found['dialogs']} of them dialogs; {len(sent):,} characters"
    )
    assert not bad
    assert status != 0 and "The server said" in sent, "it ended with the error, in words"
    assert found["booms"] == 0 and not [link for link in found["links"] if "boom" in link]
    assert "[@click=app.boom]x[/]" in found["seen"] and "[/x]" in found["seen"], "markup is shown as it is"
    assert found["screens"] > 50 and found["dialogs"] > 6
    assert "Offramp made a mistake" not in sent
