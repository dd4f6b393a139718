"""One `ssh` child: its files, its command line, and the watch that ends it with us."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from wizard.database.orphan_watch import OrphanWatch
from wizard.model.text import clean
from wizard.model.ticket import SshTicket
from wizard.model.trouble import Trouble

PREFIX = "tunnel-"
"""Folders of this name below the run folder hold key files for the seconds that `ssh` needs them."""

LEGACY = (
    "-o",
    "HostKeyAlgorithms=+ssh-rsa",
    "-o",
    "PubkeyAcceptedAlgorithms=+ssh-rsa,ssh-rsa-cert-v01@openssh.com",
    "-o",
    "CASignatureAlgorithms=+ssh-rsa",
)
"""For a portal that still signs with SHA-1, which OpenSSH has refused unasked since 8.8."""

LONGEST_LINE = 256 * 1024
"""Bytes; a longer line comes in pieces."""

_ENDING = 'kill -HUP "$1" 2>/dev/null'
"""How `ssh` is ended when we are gone."""


def find_ssh() -> str:
    """The path of `ssh`. Raises Trouble where it is missing."""
    found = shutil.which("ssh")
    if found is None:
        raise Trouble(
            "The program ssh is not on this machine; the tunnel to the target needs it.",
            remedy="Install it (Debian: openssh-client; macOS has it in /usr/bin), then try again.",
            code="ssh-missing",
        )
    return found


class SshChild:
    """A running `ssh` that forwards 127.0.0.1:`port` to the ticket's socket, or nothing when it is None.

    Its keys lie in a folder of their own (0700, files 0600) until `forget_keys`.

    Args:
        show: takes every line of its stdout from a thread, and an empty one at the end.

    Raises:
        Trouble: `ssh` is missing.
    """

    def __init__(
        self,
        ticket: SshTicket,
        folder: Path,
        port: int | None,
        *,
        legacy: bool = False,
        show: Callable[[bytes], None] | None = None,
    ) -> None:
        program = find_ssh()
        self._show = show
        self._folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
        try:
            _write_keys(ticket, self._folder)
            environment = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
            environment |= {name: value.reveal() for name, value in ticket.environment.items()}
            self.process = subprocess.Popen(
                [program, *_arguments(ticket, self._folder, port, legacy)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                start_new_session=True,
                cwd="/",
            )
        except BaseException:
            self.forget_keys()
            raise
        self._said = ""
        self._let_in = False
        self._line_or_end = threading.Event()
        self._readers = [
            threading.Thread(target=read, name="offramp-ssh-output", daemon=True)
            for read in (self._read_stdout, self._read_stderr)
        ]
        for reader in self._readers:
            reader.start()
        try:
            self._watch = OrphanWatch(_ENDING, self.process.pid)
        except BaseException:
            # Nobody else would ever end it.
            self.process.kill()
            self.process.wait(5)
            self.forget_keys()
            raise

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._said = (self._said + line.decode("utf-8", "replace"))[-4_000:]

    @property
    def said(self) -> str:
        """What it has written to stderr so far, as it is; for classifying, not for showing."""
        return self._said

    @property
    def pid(self) -> int:
        """Of the `ssh` process."""
        return self.process.pid

    def first_line(self, seconds: float) -> bool:
        """Wait for the first line on its stdout, which says that the portal let us in. False: it ended
        without one, or none came in time."""
        self._line_or_end.wait(seconds)
        return self._let_in

    def _read_stdout(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline(LONGEST_LINE)
        self._let_in = bool(line)
        self._line_or_end.set()
        while self._show is not None:
            self._show(line)
            if not line:
                return
            line = self.process.stdout.readline(LONGEST_LINE)
        while self.process.stdout.read(4_096):
            # What the portal says later is of no use, but a full pipe would hold up the tunnel.
            continue

    def hang_up(self) -> None:
        """Ask it to end; may be called from another thread than the one that watches it."""
        self.process.send_signal(signal.SIGHUP)

    def ended(self, seconds: float) -> bool:
        """Whether it has ended, waiting up to `seconds` for that."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> None:
        """End it by its own process id: politely, then not. Its keys are removed too."""
        self._watch.release()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGHUP)
            if not self.ended(3):
                self.process.kill()
                self.process.wait(5)
        for reader, stream in zip(self._readers, (self.process.stdout, self.process.stderr), strict=True):
            reader.join(1)
            if stream is not None and not reader.is_alive():
                stream.close()
        self.forget_keys()

    def forget_keys(self) -> None:
        """Remove the files; `ssh` reads them only while it logs in."""
        shutil.rmtree(self._folder, ignore_errors=True)


def remove_old_keys(folder: Path) -> None:
    """Remove what a run that was killed left behind in its run folder."""
    for old in folder.glob(f"{PREFIX}*"):
        shutil.rmtree(old, ignore_errors=True)


def _write_keys(ticket: SshTicket, folder: Path) -> None:
    files = {
        "id_rsa": ticket.private_key.reveal(),
        "id_rsa.pub": ticket.public_key,
        # Found by its name, next to the key.
        "id_rsa-cert.pub": ticket.certificate,
        "known_hosts": "\n".join(ticket.known_hosts),
    }
    for name, text in files.items():
        number = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w") as file:
            file.write(text.rstrip("\n") + "\n")


def _arguments(ticket: SshTicket, folder: Path, port: int | None, legacy: bool) -> list[str]:
    # ssh expands percent signs in these paths, and splits the options at blanks. (-i looks for the file
    # before that, and would not find it.)
    inside = str(folder).replace("%", "%%")
    options = [
        # The first value of an option wins: ours come before those of the vendor's own program, whose 60
        # would not notice a frozen portal for a minute.
        "ServerAliveInterval=5",
        "ServerAliveCountMax=3",
        "ConnectTimeout=15",
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        f'IdentityFile="{inside}/id_rsa"',
        f'UserKnownHostsFile="{inside}/known_hosts"',
        "GlobalKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=yes",
        "TCPKeepAlive=yes",
        # Below that, ssh ends without a word when no signature suits both sides.
        "LogLevel=INFO",
        "ControlMaster=no",
        "ControlPath=none",
        "ExitOnForwardFailure=yes",
        # Measured to carry 1.3 to 1.5 times what the default does.
        "Ciphers=aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,"
        "aes128-ctr,aes192-ctr,aes256-ctr",
    ]
    arguments = ["-F", "/dev/null", "-p", str(ticket.port)]
    for option in options:
        arguments += ["-o", option]
    if ticket.environment:
        arguments += ["-o", f"SendEnv={' '.join(ticket.environment)}"]
    arguments += list(LEGACY) if legacy else []
    arguments.append("-tt" if ticket.allocate_pty else "-T")
    if port is not None:
        # With the address: without one, ssh takes the other loopback when this one's port is taken, and says
        # that all is well.
        arguments += ["-L", f"127.0.0.1:{port}:{ticket.remote_socket}"]
    return [*arguments, "--", f"{ticket.user}@{ticket.host}"]


def last_line(said: str) -> str:
    """The last line of what `ssh` said, clean."""
    lines = [line for line in said.replace("\r", "\n").split("\n") if line.strip()]
    return clean(lines[-1].strip(), limit=300) if lines else ""
