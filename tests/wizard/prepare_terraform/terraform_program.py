"""The real terraform where there is one: it needs no provider to lay files out and to work values out."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

PROGRAM = shutil.which("terraform")
needs_terraform = pytest.mark.skipif(PROGRAM is None, reason="terraform is not installed")


def badly_laid_out(folder: Path) -> str:
    """The files in and below a folder that `terraform fmt` would change, with how."""
    return _run(folder, "fmt", "-check", "-recursive", "-diff", good=(0, 3))


def variables_of(folder: Path, names: list[str], environment: Mapping[str, str] | None = None) -> list[str]:
    """The values of variables, as terraform has them with the files of a folder and this environment."""
    told = "".join(f'variable "{name}" {{\n  type = string\n}}\n' for name in names)
    (folder / "told.tf").write_text(told, encoding="utf-8")
    wanted = ", ".join(f"var.{name}" for name in names)
    said = _run(folder, "console", feed=f"base64encode(jsonencode([{wanted}]))\n", environment=environment)
    return list(json.loads(base64.b64decode(said.strip().strip('"'))))


def _run(
    folder: Path,
    *words: str,
    feed: str = "",
    environment: Mapping[str, str] | None = None,
    good: tuple[int, ...] = (0,),
) -> str:
    assert PROGRAM
    done = subprocess.run(
        [PROGRAM, *words],
        cwd=folder,
        input=feed.encode(),
        env={**os.environ, "CHECKPOINT_DISABLE": "1", **(environment or {})},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in good, done.stderr.decode()
    return done.stdout.decode()
