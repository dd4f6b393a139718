"""What is on this machine, and what that means for a move: the findings that `offramp doctor` prints."""

import contextlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from wizard import logout
from wizard.credentials import StoreState, probe
from wizard.credentials.remedies import Way, ways
from wizard.database.pgdump import Program, find_programs
from wizard.model.noun import Noun
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.session.places import data_folder

State = Literal["good", "look", "blocks"]

SMALLEST = (80, 24)
"""Columns and rows of the smallest terminal that every screen fits."""

LOGGING_OUT = "Logging out"
"""The title of what `of_logout` finds."""


class Finding(Noun, frozen=True, kw_only=True):
    """One fact about this machine.

    `state`: "good"; "look" (works, but read it); "blocks" (a move cannot run like this). `sentence` is
    what was found, `meaning` what follows from it and what to do; "" when nothing does. Both are clean.
    `ways` are what a person can do about it, the best first.
    """

    key: str
    title: str
    state: State
    sentence: str
    meaning: str = ""
    ways: tuple[Way, ...] = ()


def examine(deadline: float = 3.0) -> tuple[Finding, ...]:
    """Look at this machine. Blocks for a second or two; the keyring alone may take `deadline` seconds.

    Writes nothing but the (empty) data folder. Never raises for what it finds.
    """
    return (
        of_python(),
        of_ssh(),
        of_ssh_keygen(),
        of_git(),
        of_pg_dump(),
        of_keyring(probe(deadline)),
        of_disk(),
        of_size(),
        of_colours(),
        of_encoding(),
        of_logout(),
    )


def of_python() -> Finding:
    """Which Python runs this."""
    return Finding(
        key="python",
        title="Python",
        state="good",
        sentence=f"Python {platform.python_version()} on {platform.system()} {platform.machine()}.",
    )


def of_ssh() -> Finding:
    """The OpenSSH client, which carries the tunnel to the target's databases."""
    said = _said("ssh", "-V")
    if said is None:
        return Finding(
            key="ssh",
            title="ssh",
            state="blocks",
            sentence="There is no ssh on PATH.",
            meaning="The data travels through an ssh tunnel. Install the OpenSSH client (Debian: apt install "
            "openssh-client).",
        )
    version = _version(said)
    sentence = f"{said.split(',')[0]}."
    if "OpenSSH" not in said or version is None:
        return Finding(
            key="ssh",
            title="ssh",
            state="look",
            sentence=sentence,
            meaning="This is not OpenSSH; the tunnel was only ever tried with that.",
        )
    # Forwarding to a unix socket came with OpenSSH 6.7 (its release notes), and Aptible's portal needs it.
    if version < (6, 7):
        meaning = "It cannot forward to a unix socket, which the tunnel needs. Install OpenSSH 6.7 or later."
        return Finding(key="ssh", title="ssh", state="blocks", sentence=sentence, meaning=meaning)
    # Aptible's documentation ("SSH Portal: permission denied") blames the client of that one release.
    if version == (7, 8):
        meaning = "OpenSSH 7.8 is known to present certificates wrongly; use another version."
        return Finding(key="ssh", title="ssh", state="look", sentence=sentence, meaning=meaning)
    return Finding(key="ssh", title="ssh", state="good", sentence=sentence)


def of_ssh_keygen() -> Finding:
    """ssh-keygen, for people; Offramp makes its keys itself."""
    found = shutil.which("ssh-keygen")
    return Finding(
        key="ssh-keygen",
        title="ssh-keygen",
        state="good" if found else "look",
        sentence=f"{clean(found)}." if found else "There is no ssh-keygen on PATH.",
        meaning=""
        if found
        else "Nothing stops: Offramp makes its keys itself. You could not read a certificate by hand.",
    )


def of_git() -> Finding:
    """git, which writes the branch of prepare and carries the code to the target."""
    said = _said("git", "--version")
    if said is None:
        return Finding(
            key="git",
            title="git",
            state="blocks",
            sentence="There is no git on PATH.",
            meaning="Changes to the code are written to a git branch, and deploys are pushed. Install git.",
        )
    version = _version(said)
    # `git init --initial-branch`, which the example system uses, came with 2.28 (July 2020).
    old = version is None or version < (2, 28)
    return Finding(
        key="git",
        title="git",
        state="look" if old else "good",
        sentence=f"{said}.",
        meaning="Offramp is tried with git 2.28 and later." if old else "",
    )


def of_pg_dump(find: Callable[[], list[Program]] = find_programs) -> Finding:
    """Every pg_dump here. It must be at least as new as the source's Postgres."""
    programs = find()
    if not programs:
        return Finding(
            key="pg_dump",
            title="pg_dump",
            state="blocks",
            sentence="There is no pg_dump on this machine.",
            meaning="The schema is read with it. Install the Postgres client, not older than the source.",
        )
    places = (
        f"{program.major} ({'comes with Offramp' if program.embedded else clean(program.path)})"
        for program in programs
    )
    newest = max(program.major for program in programs)
    return Finding(
        key="pg_dump",
        title="pg_dump",
        state="good",
        sentence=f"pg_dump {', '.join(places)}.",
        meaning=f"Databases up to Postgres {newest} can be read.",
    )


def of_keyring(store: StoreState) -> Finding:
    """Where credentials can be kept, as `wizard.credentials.probe` found it."""
    return Finding(
        key="keyring",
        title="Keyring",
        state="good" if store.ready else "look",
        sentence=store.sentence,
        meaning=store.remedy or "Credentials are kept there, as service offramp.",
        ways=ways(store),
    )


def of_disk(folder: Callable[[], Path] = data_folder) -> Finding:
    """Room where sessions live. Data does not pass through it: it streams from source to target."""
    try:
        place = folder()
        free = shutil.disk_usage(place).free
    except Trouble as trouble:
        return Finding(
            key="disk", title="Data folder", state="blocks", sentence=trouble.cause, meaning=trouble.remedy
        )
    except OSError as error:
        sentence = f"The data folder cannot be measured: {error.strerror}."
        meaning = "Name a folder that can be written to with OFFRAMP_HOME."
        return Finding(key="disk", title="Data folder", state="blocks", sentence=sentence, meaning=meaning)
    state: State = "good"
    meaning = ""
    if free < 50_000_000:
        state = "blocks"
        meaning = "A run keeps its journal there. Make room, or name another folder with OFFRAMP_HOME."
    elif free < 500_000_000:
        state = "look"
        meaning = "That is enough for journals; checkouts of large repositories may need more."
    sentence = f"{clean(str(place))} has {_size(free)} free."
    return Finding(key="disk", title="Data folder", state=state, sentence=sentence, meaning=meaning)


def of_size() -> Finding:
    """Columns and rows of the terminal that this process was started from."""
    size = _terminal_size()
    if size is None:
        return Finding(
            key="terminal",
            title="Terminal",
            state="look",
            sentence="This is not a terminal.",
            meaning="The screens need one; the commands (offramp run, status, report) do not.",
        )
    small = size[0] < SMALLEST[0] or size[1] < SMALLEST[1]
    return Finding(
        key="terminal",
        title="Terminal",
        state="look" if small else "good",
        sentence=f"{size[0]} columns, {size[1]} rows.",
        meaning=f"The screens need {SMALLEST[0]} by {SMALLEST[1]}: make the window larger." if small else "",
    )


def of_colours(environment: Mapping[str, str] = os.environ) -> Finding:
    """How many colours the terminal says it has. Every state is also told apart by sign and word."""
    term = environment.get("TERM", "")
    state: State = "good"
    meaning = ""
    if environment.get("NO_COLOR"):
        sentence, meaning = "NO_COLOR is set.", "Screens have no colour; states have signs and words."
    elif term in ("", "dumb"):
        state, sentence = "look", f"TERM is {clean(term) or 'not set'}."
        meaning = "Full screens need a terminal that can place text; the commands work anywhere."
    elif environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        sentence = f"{clean(term)} with 16 million colours."
    elif "256color" in term or "direct" in term:
        sentence = f"{clean(term)} with 256 colours."
    else:
        sentence = f"{clean(term)} with 16 colours."
    return Finding(key="colours", title="Colours", state=state, sentence=sentence, meaning=meaning)


def of_encoding(encoding: str | None = None) -> Finding:
    """Whether the terminal is written to in UTF-8."""
    name = encoding or getattr(sys.stdout, "encoding", None) or "unknown"
    utf8 = name.lower().replace("-", "").replace("_", "") == "utf8"
    return Finding(
        key="encoding",
        title="Text",
        state="good" if utf8 else "look",
        sentence=f"Text is written in {clean(name)}.",
        meaning="" if utf8 else "Signs and frames may look wrong: set LANG to a UTF-8 locale (C.UTF-8).",
    )


def of_logout(environment: Mapping[str, str] = os.environ) -> Finding:
    """Whether a run lives on after the person logs out. It survives a closed terminal in any case."""
    around = next((name for name, sign in (("tmux", "TMUX"), ("screen", "STY")) if environment.get(sign)), "")
    inside = f" This is inside {around}." if around else ""
    found = logout.look()
    return Finding(
        key="logout",
        title=LOGGING_OUT,
        state="good" if found.run_stays else "look",
        sentence=f"{logout.sentence(found)}{inside}",
        meaning=logout.meaning(found),
    )


def _terminal_size() -> tuple[int, int] | None:
    for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            size = os.get_terminal_size(stream.fileno())  # type: ignore[union-attr]  # suppressed above
            return size.columns, size.lines
    return None


def _said(program: str, *arguments: str) -> str | None:
    """The first line a program prints, wherever it prints it; None when it cannot be run."""
    try:
        ran = subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    text = (ran.stdout or ran.stderr).decode(errors="replace").strip()
    return clean(text.splitlines()[0]) if text else ""


def _version(text: str) -> tuple[int, int] | None:
    match = re.search(r"(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else None


def _size(count: int) -> str:
    gigabytes = count / 1_000_000_000
    return f"{gigabytes:.1f} GB" if gigabytes >= 1 else f"{count // 1_000_000} MB"
