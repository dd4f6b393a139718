"""Who can reach a port that is listened on here: this machine only, or everybody on its networks."""

import contextlib
import ipaddress
import os
import shutil
import subprocess
from pathlib import Path

_LISTENS = "0A"
"""The state of a listening socket in Linux' /proc/net/tcp (include/net/tcp_states.h: TCP_LISTEN = 10)."""

LSOF_LIMIT = 5.0


def reached_beyond(port: int) -> tuple[str, ...]:
    """The addresses that are no loopback on which somebody listens on `port` ("0.0.0.0", "::"); empty where
    there is none, or where this system does not tell."""
    addresses = _of_linux(port) if Path("/proc/net/tcp").exists() else _of_lsof(port)
    return tuple(sorted({address for address in addresses if not _is_loopback(address)}))


def _is_loopback(address: str) -> bool:
    known = ipaddress.ip_address(address)
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return (mapped or known).is_loopback


def _of_linux(port: int) -> list[str]:
    found = []
    for name in ("/proc/net/tcp", "/proc/net/tcp6"):
        # A system without IPv6 has no second one.
        with contextlib.suppress(OSError):
            found += listening(Path(name).read_text(), port)
    return found


def listening(table: str, port: int) -> list[str]:
    """The addresses of a table as in /proc/net/tcp, or /proc/net/tcp6, at which `port` is listened on."""
    found = []
    for line in table.splitlines()[1:]:
        words = line.split()
        if len(words) < 4 or words[3] != _LISTENS:
            continue
        address, _, number = words[1].partition(":")
        if int(number, 16) == port:
            # Words of four bytes each, in the machine's own order.
            raw = b"".join(
                int(address[at : at + 8], 16).to_bytes(4, "little") for at in range(0, len(address), 8)
            )
            found.append(str(ipaddress.ip_address(raw)))
    return found


def _of_lsof(port: int) -> list[str]:
    program = shutil.which("lsof") or "/usr/sbin/lsof"
    try:
        said = subprocess.run(
            [program, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fn"],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=LSOF_LIMIT,
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    return of_lsof(said)


def of_lsof(said: str) -> list[str]:
    """The addresses in what `lsof -nP -Fn` says of listening sockets ("n*:5432", "n127.0.0.1:5432")."""
    found = []
    for line in said.splitlines():
        if line.startswith("n") and ":" in line:
            address = line[1:].rpartition(":")[0].strip("[]")
            found.append("0.0.0.0" if address == "*" else address)  # noqa: S104 - named, not bound
    return found
