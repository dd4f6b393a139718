"""A portal for tunnels: a real sshd that trusts one authority, wants a token, forwards to a unix socket."""

import functools
import getpass
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from providers.sandbox.watchdog import WATCHDOG
from tests.wizard.database_servers import PASSWORD
from wizard.database.tunnel import free_port
from wizard.model.secret import Secret
from wizard.model.ticket import SshTicket

TOKEN = "canary-token-77aa01"

# Its own login signature stays: this sshd tells clients that it takes the newer ones, whatever it is set to.
OLDER = "HostKeyAlgorithms ssh-rsa\nCASignatureAlgorithms ssh-rsa\n"


class Portal:
    """`older`: it knows no signature but SHA-1's, as before OpenSSH 8.8."""

    def __init__(
        self, sshd: str, folder: Path, socket_path: Path, database: str, *, older: bool = False
    ) -> None:
        self._sshd, self._folder = sshd, folder
        self._socket, self._database = socket_path, database
        self._process: subprocess.Popen[bytes] | None = None
        self._older = older
        self.port = free_port()
        self.tickets = 0
        self.token, self.validity = TOKEN, "-1m:+5m"
        for name in ("authority", "host", "client"):
            for ending, text, mode in zip(("", ".pub"), _key_pair(name), (0o600, 0o644), strict=True):
                (folder / f"{name}{ending}").write_text(text)
                (folder / f"{name}{ending}").chmod(mode)
        gate = folder / "gate"
        gate.write_text(
            "#!/bin/sh\n"
            f'[ "$ACCESS_TOKEN" = {TOKEN} ] || '
            '{ echo "Access denied: invalid ACCESS_TOKEN" >&2; exit 1; }\n'
            "echo TUNNEL READY\nexec sleep 600\n"
        )
        gate.chmod(0o755)
        (folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {folder}/host\nPidFile none\nUsePAM no\n"
            f"StrictModes no\nTrustedUserCAKeys {folder}/authority.pub\nAcceptEnv ACCESS_TOKEN\n"
            f"AuthorizedKeysFile none\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            f"AllowStreamLocalForwarding yes\nForceCommand {gate}\n" + (OLDER if older else "")
        )

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._sshd, "-D", "-e", "-f", str(self._folder / "sshd_config")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self._folder / "log").open("ab"),
            start_new_session=True,
        )
        WATCHDOG.guard(self._process.pid, signal.SIGTERM)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            WATCHDOG.release(self._process.pid)
            self._process = None

    def ticket(self) -> SshTicket:
        self.tickets += 1
        certificate = self._folder / "client-cert.pub"
        certificate.unlink(missing_ok=True)
        _keygen(
            *("-s", str(self._folder / "authority"), "-I", str(self.tickets), "-n", getpass.getuser()),
            *("-V", self.validity, *(("-t", "ssh-rsa") if self._older else ())),
            str(self._folder / "client.pub"),
        )
        host_key = " ".join((self._folder / "host.pub").read_text().split()[:2])
        return SshTicket(
            user=getpass.getuser(),
            host="127.0.0.1",
            port=self.port,
            private_key=Secret((self._folder / "client").read_text()),
            public_key=(self._folder / "client.pub").read_text(),
            certificate=certificate.read_text(),
            known_hosts=[f"[127.0.0.1]:{self.port} {host_key}"],
            remote_socket=str(self._socket),
            environment={"ACCESS_TOKEN": Secret(self.token)},
            database_url=Secret(f"postgresql://app:{PASSWORD}@db.aptible.internal:5432/{self._database}?x=1"),
        )


@functools.cache
def _key_pair(name: str) -> tuple[str, str]:
    """One key a process for each purpose, private and public: making three takes a second."""
    with tempfile.TemporaryDirectory() as folder:
        _keygen("-t", "rsa", "-b", "2048", "-f", f"{folder}/{name}")
        return Path(folder, name).read_text(), Path(folder, f"{name}.pub").read_text()


def _keygen(*arguments: str) -> None:
    subprocess.run(["ssh-keygen", "-q", "-N", "", *arguments], check=True, stdin=subprocess.DEVNULL)
