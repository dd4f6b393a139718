"""The programs of others that the benchmark needs, and what it says when one is missing."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

_PACKAGES = {
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "openssl": "openssl",
    "pgcopydb": "pgcopydb",
}
_OF_POSTGRES = ("initdb", "postgres", "pgbench", "pg_dump", "pg_restore")


class Programs:
    """Where they are.

    Args:
        postgres: the folder of the server's programs, as Debian lays them out.
        names: which of the others are needed.

    Raises:
        SystemExit: one is missing, or this is not Linux; it says what to do.
    """

    def __init__(self, postgres: Path, names: list[str]) -> None:
        if not Path("/proc/self/smaps_rollup").exists():
            raise SystemExit("The benchmark reads CPU and memory from /proc, so it needs Linux.")
        self.postgres = postgres
        self._found: dict[str, str] = {}
        missing = [name for name in _OF_POSTGRES if not os.access(postgres / name, os.X_OK)]
        packages = {"postgresql-15"} if missing else set()
        for name in names:
            # Not in everybody's PATH: sshd lies in /usr/sbin.
            path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
            if path is None:
                missing.append(name)
                packages.add(_PACKAGES[name])
            else:
                self._found[name] = path
        if missing:
            raise SystemExit(
                f"Missing: {', '.join(missing)} (those of Postgres are looked for in {postgres}).\n"
                f"On Debian 12: apt-get install {' '.join(sorted(packages))}\n"
                "The cluster that apt makes is not used; stop it if it runs: pg_ctlcluster 15 main stop"
            )

    def of_postgres(self, name: str) -> str:
        """The path of one of Postgres' own programs."""
        return str(self.postgres / name)

    def __getitem__(self, name: str) -> str:
        return self._found[name]

    def versions(self) -> dict[str, str]:
        """What runs here, for the report."""
        said = {
            "kernel": platform.release(),
            "python": platform.python_version(),
            "cores": str(os.cpu_count()),
        }
        for name, command in {
            "postgres": [self.of_postgres("postgres"), "--version"],
            "ssh": [self._found.get("ssh", ""), "-V"],
            "pgcopydb": [self._found.get("pgcopydb", ""), "--version"],
        }.items():
            if command[0]:
                ran = subprocess.run(command, capture_output=True, text=True, check=False)
                match = re.search(r"\d+\.\d+\S*", ran.stdout or ran.stderr)
                said[name] = match[0].rstrip(",") if match else "unknown"
        return said
