"""Processes that hold secrets write no core file, and nobody else reads their memory.

As far as this machine allows: that another user cannot is tried by starting both as ordinary users, which
only root can do."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.session.store import create

ROOT = Path(__file__).resolve().parent.parent.parent
CANARY = "kanarienvogel4711imspeicher"
VICTIM = """
import ctypes, resource, sys, time
sys.path.insert(0, {root!r})
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
if {private}:
    from wizard.private_memory import keep_memory_private
    keep_memory_private()
secret = "".join(["kanarienvogel", "4711", "imspeicher"])
print(id(secret), flush=True)
{then}
"""
THIEF = """
import sys
try:
    memory = open(f"/proc/{sys.argv[1]}/mem", "rb")
    memory.seek(int(sys.argv[2]))
    print("read" if b"kanarienvogel" in memory.read(200) else "nothing")
except OSError as error:
    print(type(error).__name__)
"""
ONE, OTHER = 40_001, 40_002
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def victim(*, private: bool, then: str, folder: Path, user: int | None = None) -> subprocess.Popen[str]:
    script = VICTIM.format(root=str(ROOT), private=private, then=then)
    if user is not None:
        # An ordinary user may not be able to read the checkout: the module goes along as text.
        source = (ROOT / "wizard" / "private_memory.py").read_text()
        script = script.replace("    from wizard.private_memory import keep_memory_private\n", "")
        script = f"{source}\n{script}"
    return subprocess.Popen(
        [_python(user), "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def _python(user: int | None) -> str:
    """An interpreter that `user` can start."""
    if user is None:
        return sys.executable
    for path in (os.path.realpath(sys.executable), "/usr/bin/python3", "/usr/local/bin/python3"):
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(
                [path, "-c", "import ctypes"],
                user=user,
                group=user,
                extra_groups=[],
                capture_output=True,
                check=True,
                cwd="/",
            )
            return path
    pytest.skip("no Python that an ordinary user can start")


def said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


@linux
@pytest.mark.parametrize("private", [True, False])
def test_no_core_file_is_written(tmp_path: Path, private: bool) -> None:
    child = victim(private=private, then="import os; os.abort()", folder=tmp_path)
    _, status = os.waitpid(child.pid, 0)
    child.returncode = -signal.SIGABRT
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT
    if private:
        assert not os.WCOREDUMP(status) and list(tmp_path.iterdir()) == []
        return
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("this machine writes no core files at all: the test above cannot fail")
    assert os.WCOREDUMP(status), "without it there is a core: the test can fail"


@linux
@pytest.mark.parametrize(
    ("thief", "private", "seen"),
    [
        (ONE, False, "read"),
        (ONE, True, "PermissionError"),
        (OTHER, True, "PermissionError"),
    ],
)
def test_no_other_process_reads_the_memory(short_folder: Path, thief: int, private: bool, seen: str) -> None:
    """Of the same user, and of another."""
    if os.getuid() != 0:
        pytest.skip("only root can start processes of two other users")
    short_folder.chmod(0o755)
    child = victim(private=private, then="time.sleep(60)", folder=short_folder, user=ONE)
    try:
        address = said(child)
        ran = subprocess.run(
            [_python(thief), "-c", THIEF, str(child.pid), address],
            user=thief,
            group=thief,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
        )
        if not private and ran.stdout.strip() == "PermissionError":
            pytest.skip("this kernel forbids it to everybody (Yama)")
        assert ran.stdout.strip() == seen
    finally:
        child.kill()
        child.wait()


@linux
def test_every_command_begins_with_it(private_home: Path) -> None:
    script = (
        "import ctypes, resource, sys\n"
        "from screens.main import main\n"
        "sys.argv = ['offramp', 'sessions']\n"
        "code = main()\n"
        "print(code, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60, cwd=ROOT
    )
    assert ran.stdout.splitlines()[-1] == "0 0 (0, 0)"


@linux
def test_the_worker_begins_with_it(private_home: Path, tmp_path: Path) -> None:
    """Before it opens the session: its code is run up to there."""
    session = create("acme-shop")
    session.close()
    script = (
        "import ctypes, resource, sys\n"
        "from wizard.run import worker\n"
        "def stop(folder):\n"
        "    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))\n"
        "    raise SystemExit\n"
        "worker.Session = stop\n"
        "worker.main([sys.argv[1]])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(session.folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT,
    )
    assert ran.stdout.strip() == "0 (0, 0)"
