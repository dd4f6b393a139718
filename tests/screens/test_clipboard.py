"""Copying: what reaches the terminal, through tmux and screen too, and what is not copied."""

import base64
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from screens import clipboard
from screens.app import OfframpApp
from screens.widgets.field import Field
from tests.screens.fakes import FakeWorld
from wizard.credentials import Vault
from wizard.model.secret import Secret

TEXT = "git push aptible main  # ünïcode"


def taken(sequence: str) -> str:
    """What a terminal without anything before it takes into its clipboard."""
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", sequence)
    assert found is not None, repr(sequence)
    return base64.b64decode(found[1]).decode()


def test_a_terminal_gets_the_text_as_it_is() -> None:
    assert taken(clipboard.sequences(TEXT, {})) == TEXT


def test_tmux_hands_the_text_on() -> None:
    whole = clipboard.sequences(TEXT, {"TMUX": "/tmp/t,1,0"}, plain=False)
    assert whole.startswith("\x1bPtmux;") and whole.endswith("\x1b\\")
    inner = whole.removeprefix("\x1bPtmux;").removesuffix("\x1b\\")
    assert re.search(r"(?<!\x1b)\x1b(?!\x1b)", inner) is None, "each escape is doubled, or tmux ends it there"
    assert taken(inner.replace("\x1b\x1b", "\x1b")) == TEXT
    assert clipboard.sequences(TEXT, {"TMUX": "x"}).startswith("\x1b]52;"), "for a tmux of whom we know only"


def test_screen_hands_the_text_on_in_pieces_that_it_takes() -> None:
    whole = clipboard.sequences(TEXT * 40, {"STY": "1.pts"})
    pieces = re.findall(r"\x1bP((?:[^\x1b]|\x1b[^\\])*)\x1b\\", whole)
    assert len(pieces) > 3 and max(len(piece) for piece in pieces) <= clipboard.PIECE
    assert sum(len(piece) + 4 for piece in pieces) == len(whole), "nothing between the pieces"
    assert taken("".join(pieces)) == TEXT * 40


def test_what_terminals_do_not_take_is_not_sent() -> None:
    sent: list[str] = []
    assert clipboard.copy("x" * clipboard.MOST, sent.append, what="it", environment={}).done
    assert len(sent[0]) - len("\x1b]52;c;\x07") <= 100_000
    for text in ("x" * (clipboard.MOST + 1), ""):
        copied = clipboard.copy(text, sent.append, what="it", environment={})
        assert not copied.done and copied.words
    assert len(sent) == 1


def test_a_secret_is_copied_only_when_it_was_asked_for() -> None:
    secret = Secret("hunter2-of-the-shop")
    sent: list[str] = []
    refused = clipboard.copy(f"PASSWORD={secret.reveal()}", sent.append, what="a line", environment={})
    assert not refused.done and "secret" in refused.words and sent == []
    asked = clipboard.copy(secret.reveal(), sent.append, what="the value", secret=True, environment={})
    assert asked.done and taken(sent[0]) == secret.reveal()
    assert secret.reveal() not in asked.words


def test_it_says_what_was_copied_and_where_else_it_stands() -> None:
    here = clipboard.copy(TEXT, lambda _: None, what="one line", environment={})
    assert here.words == "Copied one line, if your terminal allows it. It stands here, too."
    there = clipboard.copy(
        TEXT, lambda _: None, what="it", elsewhere="`offramp run x` prints it.", environment={}
    )
    assert there.words.endswith("`offramp run x` prints it.")


def test_of_a_tmux_at_the_other_end_of_ssh_it_says_what_it_takes() -> None:
    far = {"TERM": "tmux-256color", "SSH_TTY": "/dev/pts/1"}
    said = clipboard.copy(TEXT, lambda _: None, what="it", environment=far).words
    assert "A tmux before it does only with `set-clipboard on`. It stands here" in said
    for near in ({"TERM": "xterm-256color"}, far | {"STY": "1.pts"}, {"TERM": "screen"}):
        said = clipboard.copy(TEXT, lambda _: None, what="it", environment=near).words
        assert "tmux" not in said


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not here")
def test_a_real_tmux_with_its_own_defaults_has_the_text(tmp_path: Path) -> None:
    server = ["tmux", "-L", "copy", "-f", "/dev/null"]
    environment = {**os.environ, "TMUX_TMPDIR": str(tmp_path)}
    said = tmp_path / "said"
    program = (
        "import pathlib, sys, time\n"
        "from screens import clipboard\n"
        f"copied = clipboard.copy({TEXT!r}, sys.stderr.write, what='one line')\n"
        f"pathlib.Path({str(said)!r}).write_text(copied.words)\n"
        "time.sleep(60)\n"
    )

    def tmux(*words: str) -> str:
        ended = subprocess.run(
            [*server, *words], env=environment, capture_output=True, timeout=20, check=False
        )
        return ended.stdout.decode()

    try:
        tmux("new-session", "-d", "-c", str(Path(__file__).parents[2]), sys.executable, "-c", program)
        end = time.monotonic() + 20
        while not said.exists() or not said.read_text():
            assert time.monotonic() < end
            time.sleep(0.05)
        assert "tmux has it, too" in said.read_text()
        assert tmux("show-buffer") == TEXT
    finally:
        tmux("kill-server")


async def test_what_the_application_copies_is_kept_from_secrets(world: FakeWorld, vault: Vault) -> None:
    app = OfframpApp(vault=vault)
    secret = Secret("hunter2-on-a-screen")
    sent: list[str] = []
    app.write_to_terminal = sent.append  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.copy_to_clipboard("an address")
        app.copy_to_clipboard(secret.reveal())
        field = Field(password=True)
        await app.screen.mount(field)
        field.focus()
        await pilot.press(*"typed", "ctrl+a")
        field.select_all()
        await pilot.press("ctrl+c", "ctrl+x")
        field.action_copy()
        await pilot.pause()
    assert [taken(one) for one in sent] == ["an address"]
    assert app.clipboard == "an address"
