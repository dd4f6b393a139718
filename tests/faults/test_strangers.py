"""What is closed to others of this machine: the worker's socket to another user, Textual's own log to all.
And the tests that SECURITY.md names are there."""

import asyncio
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wizard.run.control import serve, socket_path
from wizard.session.store import Session, create

ROOT = Path(__file__).resolve().parent.parent.parent
STRANGER = 40_003
ASKS = """
import os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
with socket.socket(socket.AF_UNIX) as one:
    one.settimeout(10)
    try:
        one.connect(sys.argv[1])
        one.sendall(b'{"do": "ping"}\\n')
        print("answered" if one.recv(100) else "hung up")
    except OSError as error:
        print(type(error).__name__)
"""


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


@pytest.mark.skipif(sys.platform != "linux", reason="asks as another user, by Linux' ways")
@pytest.mark.parametrize(
    ("door", "user", "said"),
    [(False, 0, "answered"), (False, STRANGER, "PermissionError"), (True, STRANGER, "not heard")],
)
async def test_another_user_is_not_heard_by_a_worker(
    session: Session, door: bool, user: int, said: str
) -> None:
    """By the rights of its folder, and where those were opened by the user of the other end."""
    if os.getuid() != 0:
        pytest.skip("only root can ask as another user")
    heard: list[str] = []

    async def handle(request: dict[str, Any]) -> dict[str, Any]:
        heard.append(request["do"])
        return {"ok": True}

    server = await serve(session, handle)
    path = socket_path(session)
    if door:
        path.chmod(0o777)
        for folder in (path.parent, path.parent.parent):
            folder.chmod(0o755)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ASKS, str(path), str(user), stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await asyncio.wait_for(child.communicate(), 30)
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        server.close()
    # Hung up on before or after it has written: both are the same refusal.
    refused = {"hung up", "ConnectionResetError", "BrokenPipeError"}
    answer = out.decode().strip()
    assert ("not heard" if answer in refused else answer) == said
    assert heard == (["ping"] if said == "answered" else [])


def test_textual_keeps_no_log_of_what_is_typed(tmp_path: Path) -> None:
    script = "import screens.app, textual.constants as c; print(repr(c.LOG_FILE), c.DEBUG)"
    environment = {**os.environ, "TEXTUAL_LOG": str(tmp_path / "log"), "TEXTUAL": "debug,devtools"}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
    )
    assert ran.stdout.split() == ["None", "False"]


def test_every_test_that_the_security_document_names_is_there() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?(?:::(\w+))?`", text)
    assert len(named) > 20
    for file, *names in named:
        source = (ROOT / file).read_text()
        for name in names:
            assert not name or re.search(rf"(def|class) {name}\b", source), (file, name)
