"""The world of conftest.py: private, fenced, failing where it should. Runs pytest as a child."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")


def run_tests(folder: Path, source: str, **environment: str) -> str:
    """Run `source` as a test module under a copy of our conftest.py; return what pytest says."""
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "test_inner.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-ra", "-c", os.devnull, f"--rootdir={folder}"]
    command += ["-p", "no:cacheprovider", "-o", "asyncio_mode=auto", str(folder)]
    told = {name: value for name, value in os.environ.items() if name != "CI"} | environment
    root = str(CONFTEST.parent.parent)
    ran = subprocess.run(
        command,
        env=told | {"PYTHONPATH": root},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return ran.stdout + ran.stderr


LEAVING = {
    "connect": "import socket; socket.socket().connect(('192.0.2.7', 80))",
    "connect_ex": "import socket; socket.socket().connect_ex(('192.0.2.7', 80))",
    "IPv6": "import socket; socket.socket(socket.AF_INET6).connect(('2001:db8::7', 80))",
    "mapped": "import socket; socket.socket(socket.AF_INET6).connect(('::ffff:192.0.2.7', 80))",
    "datagram": "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.7', 53))",
    "localhost of a resolver": "import socket; socket.create_connection(('app.localhost', 80))",
    "name": "import socket; socket.create_connection(('vendor.example', 443))",
    "http": "import httpx; httpx.get('https://vendor.example/', trust_env=False)",
}


def test_who_tries_to_leave_fails_though_the_error_was_caught(tmp_path: Path) -> None:
    cases = "\n".join(
        f"def test_{number}():\n    try:\n        {line}\n    except Exception:\n        pass\n"
        for number, line in enumerate(LEAVING.values())
    )
    asynchronous = (
        "import asyncio\n"
        "async def test_asyncio():\n"
        "    try:\n"
        "        await asyncio.open_connection('192.0.2.8', 80)\n"
        "    except OSError:\n"
        "        pass\n"
    )
    said = run_tests(tmp_path, cases + asynchronous)
    assert f"{len(LEAVING) + 1} errors" in said, said
    assert len(
        re.findall(r"tried to leave this machine: (192\.0\.2|2001:db8|::ffff|vendor|app)", said)
    ) >= len(LEAVING)


@pytest.mark.slow  # starts a suite of its own; of the tests themselves
def test_who_stays_passes(tmp_path: Path) -> None:
    said = run_tests(
        tmp_path,
        """
import asyncio, socket, httpx

async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok")
    await writer.drain()
    writer.close()

async def test_loopback():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with httpx.AsyncClient() as client:
        for host in ("127.0.0.1", "localhost"):
            assert (await client.get(f"http://{host}:{port}/")).text == "ok"
    server.close()

async def test_unix(short_folder):
    path = str(short_folder / "s")
    server = await asyncio.start_unix_server(answer, path)
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"\\r\\n\\r\\n")
    assert (await reader.read()).endswith(b"ok")
    server.close()

def test_a_name_that_never_resolves():
    try:
        socket.create_connection(("nowhere.invalid", 80))
    except socket.gaierror:
        return
    raise AssertionError
""",
    )
    assert "3 passed" in said, said


def test_a_child_that_tries_to_leave_meets_the_proxy_that_refuses(tmp_path: Path) -> None:
    script = (
        "import httpx\n"
        "try:\n    httpx.get('https://vendor.example/')\n"
        "except httpx.ConnectError as error:\n    print('refused', error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert "refused" in ran.stdout
    assert "Connection refused" in ran.stdout


@pytest.mark.slow  # starts a suite of its own; of the tests themselves
def test_nothing_of_the_shell_reaches_a_test(tmp_path: Path) -> None:
    said = run_tests(
        tmp_path,
        """
import os
from pathlib import Path
from wizard.model.secret import Secret, redact

def test_environment(private_home):
    assert Path.home() == private_home
    assert os.environ["PYTHON_KEYRING_BACKEND"] == "keyring.backends.fail.Keyring"
    left = {name for name in os.environ if name.startswith(("HEROKU", "APTIBLE", "PG", "OFFRAMP", "SSH_"))}
    assert left | ({"DISPLAY", "DATABASE_URL", "TMUX"} & set(os.environ)) == set()
    (private_home / "left").write_text("x")
    Secret("left-by-a-test")

def test_the_next(private_home):
    assert not (private_home / "left").exists()
    assert redact("left-by-a-test") == "left-by-a-test"
""",
        HEROKU_API_KEY="x" * 20,
        APTIBLE_ACCESS_TOKEN="x",
        PGPASSWORD="x",
        DATABASE_URL="postgres://x",
        OFFRAMP_HOME="/nowhere",
        DISPLAY=":99",
        TMUX="x",
        SSH_AUTH_SOCK="/nowhere",
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
    )
    assert "2 passed" in said, said


@pytest.mark.slow  # starts a suite of its own; of the tests themselves
@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 failed")])
def test_a_missing_program_skips_with_its_name_and_fails_in_ci(tmp_path: Path, ci: str, outcome: str) -> None:
    said = run_tests(tmp_path, "def test_it(needs_program):\n    needs_program('no-such-program')\n", CI=ci)
    assert outcome in said, said
    assert "needs the program no-such-program" in said
