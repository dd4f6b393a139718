"""A person at a shell of this machine, beside a run that waits for them."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.faults import applying_terraform
from tests.faults.run_world import RunWorld
from wizard.registry import credential


class Person:
    """Somebody at a shell of this machine, who types the lines that Offramp tells them.

    `offramp` and `terraform` are on their path: the one is told its token of Heroku by the environment, for
    want of a keyring; the other plays Aptible's provider.
    """

    def __init__(self, world: RunWorld) -> None:
        self._programs = world.folder / "programs"
        self._programs.mkdir(mode=0o700)
        root = Path(__file__).parents[2]
        self._write("offramp", f"import sys; sys.path.insert(0, {str(root)!r})\n{_OFFRAMP}")
        script = Path(applying_terraform.__file__)
        self._write("terraform", f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')\n")
        known = credential(world.session, "heroku")
        assert known is not None
        self._environment = {
            "PATH": f"{self._programs}:/usr/bin:/bin",
            "APTIBLE_API": world.sandbox.hosts["aptible"]["api"],
            "APTIBLE_TOKEN": world.sandbox.credentials["aptible"]["token"],
            "HEROKU_ACCOUNT": known.account,
            "HEROKU_TOKEN": world.sandbox.credentials["heroku"]["token"],
        }

    def types(self, *lines: str, more: Mapping[str, str] | None = None) -> str:
        """Run lines one after the other in one shell; what was said. A line that fails fails the test."""
        done = self.tries(*lines, more=more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def tries(self, *lines: str, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """The same, whatever comes of it."""
        return subprocess.run(
            ["bash", "-euc", "\n".join(lines)],
            env={**_of_this_test(), **self._environment, **(more or {})},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def _write(self, name: str, body: str) -> None:
        path = self._programs / name
        path.write_text(f"#!{shlex.quote(sys.executable)}\n{body}")
        path.chmod(0o700)


def _of_this_test() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("OFFRAMP", "XDG_")) or name in ("HOME", "TMPDIR", "LANG")
    }


_OFFRAMP = """
import os
from screens.headless import values
from screens.main import main
from wizard.credentials import CredentialRef, Vault
from wizard.model.secret import Secret


def with_token() -> Vault:
    vault = Vault(None)
    whose = CredentialRef(vendor="heroku", account=os.environ["HEROKU_ACCOUNT"], kind="token")
    vault.hold(whose, Secret(os.environ["HEROKU_TOKEN"], "token"))
    return vault


values.open_vault = with_token
sys.exit(main())
"""
