"""Getting a token from where a person keeps it: their command is run, or their variable read.

The command has no shell, no standard input and no terminal of ours, starts in the folder /, and ends with all
of its children within the deadline. What it prints is a secret from the first byte on: it is shown nowhere,
also when it is not what was wanted.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping
from typing import IO

from wizard.credentials.origin import Origin
from wizard.model.secret import Secret, redact
from wizard.model.text import clean
from wizard.model.trouble import Trouble

DEADLINE = 30.0
"""Seconds: a password manager may ask the person for a finger first."""

MOST = 65_536
"""Bytes that are read of what a command prints."""

LONGEST = 8_192
"""Characters of a token. A signed token of Aptible has about 1,500."""


def fetch(
    origin: Origin,
    label: str,
    *,
    deadline: float = DEADLINE,
    environment: Mapping[str, str] | None = None,
) -> Secret | None:
    """The token, None when the variable is not set. Blocks up to `deadline` seconds.

    Raises:
        Trouble: the command cannot be started, fails, takes too long, or prints something else than one
            token (`token-command`); it never quotes what the command printed on its standard output.
    """
    environment = os.environ if environment is None else environment
    if origin.variable:
        value = environment.get(origin.variable, "").strip()
        return _as_token(value, label, origin) if value else None
    said = _run(origin, environment, deadline)
    if said.out_of_time:
        raise _failed(f"{_start(origin)} did not answer within {deadline:g} s.", retry=True)
    if said.code != 0:
        raise _failed(f"{_start(origin)} {_ending(said.code)}{_last_line(said)}")
    return _as_token(_without_line_end(said.out.decode("utf-8", "replace")), label, origin)


class _Said:
    """What a command printed, and how it ended."""

    def __init__(self, out: bytes, err: bytes, code: int, *, out_of_time: bool) -> None:
        self.out, self.err, self.code, self.out_of_time = out, err, code, out_of_time


def _run(origin: Origin, environment: Mapping[str, str], deadline: float) -> _Said:
    try:
        child = subprocess.Popen(
            origin.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        why = (
            "is not there" if isinstance(error, FileNotFoundError) else f"cannot be started: {error.strerror}"
        )
        raise _failed(f"The program {clean(origin.command[0])} {why}.") from None
    assert child.stdout is not None and child.stderr is not None
    end = time.monotonic() + deadline
    try:
        out, err = _read([child.stdout, child.stderr], end)
        child.wait(max(0.0, end - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        return _Said(b"", b"", -1, out_of_time=True)
    finally:
        # All of it, in every case: what it leaves behind could hold the token for ever.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        child.stderr.close()
    return _Said(out, err, child.returncode, out_of_time=False)


def _read(streams: list[IO[bytes]], end: float) -> list[bytes]:
    """All that comes until the streams end, the first `MOST` bytes of each."""
    found = [bytearray() for _ in streams]
    with selectors.DefaultSelector() as selector:
        for stream, held in zip(streams, found, strict=True):
            selector.register(stream, selectors.EVENT_READ, held)
        while selector.get_map():
            ready = selector.select(max(0.0, end - time.monotonic()))
            if not ready or time.monotonic() >= end:
                raise TimeoutError
            for key, _ in ready:
                block = os.read(key.fd, MOST)
                if not block:
                    selector.unregister(key.fileobj)
                key.data.extend(block[: max(0, MOST - len(key.data))])
    return [bytes(held) for held in found]


def _as_token(text: str, label: str, origin: Origin) -> Secret:
    # Registered before it is judged: whatever is said of it from here on does not show it.
    secret = Secret(text, label)
    if not text:
        raise _failed(f"{_start(origin)} printed nothing.")
    if not text.isascii() or any(c.isspace() or not c.isprintable() for c in text) or len(text) > LONGEST:
        lines = len(text.splitlines())
        what = f"{lines} lines" if lines > 1 else "something that is no token"
        raise _failed(
            f"{_start(origin)} gave {what}. It has to give the token alone, in one line; it was sent nowhere."
        )
    return secret


def _without_line_end(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")


def _last_line(said: _Said) -> str:
    # A command that fails may have printed the token all the same, on either side.
    for line in said.out.decode("utf-8", "replace").splitlines():
        Secret(line.strip(), "what a command printed")
    lines = [line for line in said.err.decode("utf-8", "replace").splitlines() if line.strip()]
    return f": {redact(clean(lines[-1].strip(), limit=300)).rstrip('.')}." if lines else ", without a word."


def _ending(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
        return f"was ended by signal {-code}"
    return f"ended with code {code}"


def _start(origin: Origin) -> str:
    words = origin.words
    return words[:1].upper() + words[1:]


def _failed(cause: str, *, retry: bool = False) -> Trouble:
    return Trouble(
        cause,
        untouched="No token was used.",
        remedy="Run it in a shell of yours to see why (a vault may be locked), then try again; or sign in "
        "another way on the connect screen.",
        code="token-command",
        retry=retry,
    )
