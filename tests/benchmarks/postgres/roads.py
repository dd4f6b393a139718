"""The two roads that every way has to take: TLS to the source, and one OpenSSH tunnel to the target."""

import getpass
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg

from providers.sandbox.watchdog import WATCHDOG
from tests.benchmarks.postgres import processes
from tests.benchmarks.postgres.programs import Programs
from tests.benchmarks.postgres.servers import ROLE, Server, free_port

ROOT = Path(__file__).resolve().parents[3]


class Portal:
    """A real sshd on loopback, with keys of its own in `folder`."""

    def __init__(self, folder: Path, programs: Programs) -> None:
        self.folder = folder
        self.port = free_port()
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in ("host_key", "client_key"):
            (folder / name).unlink(missing_ok=True)
            subprocess.run(
                [programs["ssh-keygen"], "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)],
                check=True,
                stdin=subprocess.DEVNULL,
            )
        (folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {folder}/host_key\nPidFile none\nUsePAM no\n"
            f"StrictModes no\nAuthorizedKeysFile {folder}/client_key.pub\nPermitRootLogin prohibit-password\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nAllowTcpForwarding local\n"
            # Ten tunnels in a row are killed before they say anything: no penalty for that.
            "MaxStartups 100\n"
        )
        if os.geteuid() == 0:
            # Where sshd's unprivileged child is put; its own start script makes it.
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        command = [programs["sshd"], "-D", "-e", "-f", str(folder / "sshd_config")]
        self.process = processes.start(command, folder=folder, log="sshd.log", end_with=signal.SIGTERM)
        wait_for_port(self.port, self.process, folder / "sshd.log")

    def close(self) -> None:
        """End it, and what it still serves."""
        below = processes.tree(self.process.pid)[1:]
        processes.end(self.process, signal.SIGTERM)
        for pid in below:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                continue


class Tunnel:
    """`ssh -N -L`, always at the same local port."""

    def __init__(self, portal: Portal, programs: Programs, through: int, to: int, ciphers: str) -> None:
        self.port = free_port()
        known = portal.folder / "known_hosts"
        host_key = " ".join((portal.folder / "host_key.pub").read_text().split()[:2])
        known.write_text(f"[127.0.0.1]:{through} {host_key}\n")
        self._folder = portal.folder
        options = {
            "IdentityFile": portal.folder / "client_key",
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": known,
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
            "ExitOnForwardFailure": "yes",
        } | ({"Ciphers": ciphers} if ciphers else {})
        self._command = [programs["ssh"], "-F", "/dev/null", "-N", "-p", str(through)]
        self._command += [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        self._command += ["-L", f"127.0.0.1:{self.port}:127.0.0.1:{to}", f"{getpass.getuser()}@127.0.0.1"]
        self._process: subprocess.Popen[bytes] | None = None
        self._earlier = 0
        self._lock = threading.Lock()
        self.starts = 0

    @property
    def pid(self) -> int:
        """Of the `ssh` that runs now."""
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs; when not, what was measured over it says nothing."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Open it, and wait until it forwards."""
        self._process = processes.start(self._command, folder=self._folder, log="ssh.log")
        self.starts += 1
        wait_for_port(self.port, self._process, self._folder / "ssh.log")

    def kill(self) -> None:
        """End it without a last word."""
        assert self._process is not None
        with self._lock:
            # Stopped first, so that what it has written is known to the byte.
            self._process.send_signal(signal.SIGSTOP)
            self._earlier += processes.written(self.pid)
            self._process.kill()
            self._process.wait()
            WATCHDOG.release(self._process.pid)
            self._process = None

    def carried(self) -> int:
        """Bytes it has carried so far, both ways: what it wrote to the far side, and to its clients."""
        with self._lock:
            return self._earlier + (processes.written(self.pid) if self._process is not None else 0)


class Roads:
    """Both, with a delay or without.

    Args:
        milliseconds: of a round trip, on each of the two; 0 for none.
        target_tls: whether TLS is spoken inside the tunnel too.
    """

    def __init__(
        self,
        source: Server,
        target: Server,
        portal: Portal,
        programs: Programs,
        *,
        milliseconds: float,
        ciphers: str = "",
        target_tls: bool = False,
    ) -> None:
        self._source, self._target, self._portal = source, target, portal
        self._target_mode = "require" if target_tls else "disable"
        self._delay: subprocess.Popen[bytes] | None = None
        self.source_port, through = source.port, portal.port
        if milliseconds:
            self.source_port, through = free_port(), free_port()
            roads = [f"{self.source_port}:{source.port}", f"{through}:{portal.port}"]
            command = [sys.executable, "-m", "tests.benchmarks.postgres.delay", str(milliseconds), *roads]
            self._delay = processes.start(
                command,
                folder=portal.folder,
                log="delay.log",
                environment=os.environ | {"PYTHONPATH": str(ROOT)},
            )
            for port in (self.source_port, through):
                wait_for_port(port, self._delay, portal.folder / "delay.log")
        self.tunnel = Tunnel(portal, programs, through, target.port, ciphers)
        self.tunnel.start()

    def source_url(self, database: str) -> str:
        """The source as a tool gets it."""
        login = f"{ROLE}:{self._source.password}"
        return f"postgresql://{login}@127.0.0.1:{self.source_port}/{database}?sslmode=require"

    def target_url(self, database: str) -> str:
        """The target as a tool gets it: this end of the tunnel."""
        login = f"{ROLE}:{self._target.password}"
        return f"postgresql://{login}@127.0.0.1:{self.tunnel.port}/{database}?sslmode={self._target_mode}"

    def round_trips(self, database: str) -> dict[str, float]:
        """Milliseconds of a `select 1` on an open connection to each side, the median of 21."""
        measured = {}
        for side, url in {"source": self.source_url(database), "target": self.target_url("postgres")}.items():
            with psycopg.connect(url, autocommit=True) as connection:
                taken = []
                for _ in range(21):
                    begun = time.monotonic()
                    connection.execute("SELECT 1").fetchone()
                    taken.append((time.monotonic() - begun) * 1000)
            measured[side] = statistics.median(taken)
        return measured

    def cpu_of_ssh(self) -> float:
        """CPU seconds of ssh and sshd so far."""
        return processes.cpu_seconds([self.tunnel.pid, self._portal.process.pid])

    def close(self) -> None:
        """End the tunnel and the delay."""
        if self.tunnel.alive:
            self.tunnel.kill()
        if self._delay is not None:
            processes.end(self._delay, signal.SIGKILL)


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until somebody listens at `port`. Raises SystemExit when `process` has ended instead."""
    limit = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > limit:
                raise SystemExit(f"Nothing listens at port {port}: {log.read_text()[-600:]}") from None
            time.sleep(0.02)
