"""The world that every test lives in: a home of its own, no keyring, no net but loopback."""

import contextlib
import errno
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wizard.model.secret import REGISTER

# The suite starts hundreds of Python processes, and each of its workers rewrites the assertions of every test
# module: where the shell forbids to keep bytecode (as containers like to), all of that is compiled each time.
# The workers and their children inherit this from here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The suite is dealt out file by file: one long file that comes last leaves all other workers idle. These are
# begun first, the longest before the others; then those with many tests.
LONGEST = (
    "faults/test_run_kills.py",
    "faults/test_hang_up.py",
    "journeys/test_by_keys.py",
    "faults/test_leaks.py",
    "wizard/test_database_move.py",
    "faults/test_database_tunnel.py",
    "providers/test_sandbox_base_seed.py",
    "screens/test_wire_budget.py",
    "db_commands/test_copy.py",
    "journeys/test_headless.py",
    "faults/test_run_bad_luck.py",
    "wizard/test_database_judgement.py",
    "faults/test_run_back.py",
    "faults/test_tunnel_portal.py",
    "screens/test_headless_tunnel.py",
    "providers/test_aptible_journey.py",
    "wizard/stores/test_mysql_move.py",
    "faults/test_narrow_tunnel.py",
    "faults/test_terminal_injection.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files for the workers; within a file the order stays."""
    tests = Path(__file__).parent
    size = Counter(item.path for item in items)
    rank = {tests / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (rank.get(item.path, len(LONGEST)), -size[item.path], str(item.path)))


# A shell without job control starts what it puts into the background with SIGINT ignored, and that is
# inherited, too: Ctrl-C would reach no program that a test presses it at.
if (
    threading.current_thread() is threading.main_thread()
    and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Whatever a developer's shell may hold that would reach a vendor, a database, an agent or a display.
STRIPPED_PREFIXES = (
    "OFFRAMP_",
    "HEROKU_",
    "APTIBLE_",
    "CODE_CAPSULES_",
    "CODECAPSULES_",
    "PG",
    "GIT_",
    "SSH_",
    "TEXTUAL",
    "XDG_",
    "KEYRING_",
)
STRIPPED = (
    "ACCESS_TOKEN",
    "ALL_PROXY",
    "COLORTERM",
    "COLUMNS",
    "DATABASE_URL",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "ESCDELAY",
    "FORCE_COLOR",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "LINES",
    "NO_COLOR",
    "STY",
    "TMUX",
    "TMUX_PANE",
    "WAYLAND_DISPLAY",
)
# A proxy that refuses: what a child process sends anywhere but to loopback ends here, so that the fence
# below, which stands in this process only, has a second row.
NOWHERE = "http://127.0.0.1:9"
KEPT_FROM_PROXY = "127.0.0.1,localhost,::1"


def _furnish(patch: pytest.MonkeyPatch, home: Path, runtime: Path) -> None:
    """Point the environment at an empty `home` and a `runtime` folder with a short path."""
    for name in list(os.environ):
        if name.startswith(STRIPPED_PREFIXES) or name.upper() in STRIPPED:
            patch.delenv(name)
    for name, below in {
        "HOME": "",
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
    }.items():
        folder = home / below
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        patch.setenv(name, str(folder))
    patch.setenv("XDG_RUNTIME_DIR", str(runtime))
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Test\n\temail = test@example.com\n[init]\n\tdefaultBranch = main\n"
    )
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    patch.setenv("GIT_TERMINAL_PROMPT", "0")
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    patch.setenv("TERM", "xterm-256color")
    patch.setenv("LANG", "C.UTF-8")
    patch.setenv("TZ", "UTC")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        patch.setenv(name, NOWHERE)
    for name in ("no_proxy", "NO_PROXY"):
        patch.setenv(name, KEPT_FROM_PROXY)


@contextlib.contextmanager
def _short_folder() -> Iterator[Path]:
    # Unix sockets: 104 bytes of path on macOS, 108 on Linux; pytest's own folders may be longer.
    folder = Path(tempfile.mkdtemp(prefix="or-", dir="/tmp")).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def private_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The same for fixtures that live longer than a test."""
    with pytest.MonkeyPatch.context() as patch, _short_folder() as runtime:
        _furnish(patch, tmp_path_factory.mktemp("home"), runtime)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(autouse=True)
def private_home(
    private_world: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A new, empty home for each test; returned for those who want to look into it."""
    home = tmp_path_factory.mktemp("home")
    with _short_folder() as runtime:
        _furnish(monkeypatch, home, runtime)
        yield home


@pytest.fixture(autouse=True)
def no_secret_left() -> Iterator[None]:
    """The register of secrets is empty before and after each test."""
    REGISTER.forget_all()
    yield
    REGISTER.forget_all()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a unix socket in it; removed afterwards."""
    with _short_folder() as folder:
        yield folder


# --- The fence: nothing but loopback ------------------------------------------------------------------


def _is_loopback(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name == "localhost":
        return True  # But not app.localhost: some resolvers ask the net for it.
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


class Fence:
    """Refuses sockets that lead away from this machine, and remembers who tried."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def check_address(self, family: int, address: Any) -> None:
        """Raise OSError unless `address` is loopback or not of the internet families."""
        if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            return
        if not _is_loopback(str(address[0])):
            self._refuse(f"{address[0]}:{address[1]}")

    def check_name(self, host: Any) -> None:
        """Raise OSError for a name that a resolver would have to be asked for."""
        name = host.decode("idna") if isinstance(host, bytes) else host
        if not name or _is_loopback(name):
            return
        with contextlib.suppress(ValueError):
            ipaddress.ip_address(name)
            return  # No question to anybody; connecting is judged by itself.
        if name.rstrip(".").lower().endswith(".invalid"):
            # Reserved so that it never resolves (RFC 6761): the true answer, without asking.
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        self._refuse(name)

    def _refuse(self, where: str) -> None:
        self.attempts.append(where)
        raise OSError(errno.ENETUNREACH, f"the tests may not leave this machine: {where}")


@pytest.fixture(autouse=True)
def fence(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fence]:
    """Fails a test that tries to reach anything but loopback or a unix socket.

    Holds for what goes through Python's socket module, asyncio included. libpq and child processes do
    not; for them there is the proxy that refuses.
    """
    guard = Fence()
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def checked(self: socket.socket, address: Any, _original: Any = original) -> Any:
            guard.check_address(self.family, address)
            return _original(self, address)

        monkeypatch.setattr(socket.socket, name, checked)

    send_to = socket.socket.sendto

    def checked_sendto(self: socket.socket, *arguments: Any) -> Any:
        guard.check_address(self.family, arguments[-1])
        return send_to(self, *arguments)

    monkeypatch.setattr(socket.socket, "sendto", checked_sendto)
    resolve = socket.getaddrinfo

    def checked_getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        guard.check_name(host)
        return resolve(host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", checked_getaddrinfo)
    yield guard
    if guard.attempts:
        pytest.fail(f"tried to leave this machine: {', '.join(guard.attempts)}", pytrace=False)


# --- Programs that may be missing ---------------------------------------------------------------------


def _find_program(name: str) -> str:
    """Path of `name`, or skip; in CI, where .ci/run installs it, a missing one is a failure."""
    search = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=search)
    if found is None:
        reason = f"needs the program {name}, which is not on this machine"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def needs_program() -> Callable[[str], str]:
    """`path = needs_program("tmux")`: skips with the reason when it is missing, fails when in CI."""
    return _find_program


# --- A real Secret Service ----------------------------------------------------------------------------


class SecretService:
    """A message bus and a gnome-keyring of this test's own, in its own home.

    One keyring file belongs to one daemon here. Two daemons over the same file lose each other's
    entries, so nothing is shared between tests.
    """

    PASSPHRASE = "passphrase-of-a-test-keyring"

    def __init__(self, dbus_daemon: str, keyring_daemon: str, folder: Path) -> None:
        self._keyring_daemon = keyring_daemon
        self._daemon: subprocess.Popen[bytes] | None = None
        self.address = f"unix:path={folder}/bus"
        self._bus = subprocess.Popen(
            [dbus_daemon, "--session", "--nofork", "--nopidfile", f"--address={self.address}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_until((folder / "bus").exists, "the message bus")

    @property
    def daemon_pid(self) -> int:
        """Of the running keyring daemon: stop it with SIGSTOP to have a keyring that hangs."""
        assert self._daemon is not None
        return self._daemon.pid

    def start(self, *, locked: bool) -> None:
        """Start the daemon, its keyring open, or locked with nobody there to type the passphrase."""
        self.stop_daemon()
        if locked:
            # The keyring must exist before it can be locked.
            self.start(locked=False)
            self.stop_daemon()
        self._daemon = subprocess.Popen(
            [
                self._keyring_daemon,
                "--start" if locked else "--unlock",
                "--foreground",
                "--components=secrets",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self._daemon.stdin is not None
        if not locked:
            self._daemon.stdin.write(self.PASSPHRASE.encode())
        self._daemon.stdin.close()
        _wait_until(self._answers, "gnome-keyring")

    def _answers(self) -> bool:
        question = ["dbus-send", f"--bus={self.address}", "--print-reply", "--dest=org.freedesktop.DBus", "/"]
        question += ["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]
        answer = subprocess.run(question, capture_output=True, text=True, timeout=10, check=False)
        return "boolean true" in answer.stdout

    def stop_daemon(self) -> None:
        """End the keyring daemon; the bus stays."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait(10)
            self._daemon = None

    def close(self) -> None:
        """End everything."""
        self.stop_daemon()
        self._bus.terminate()
        self._bus.wait(10)


def _wait_until(true: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"{what} did not come up in {seconds:.0f} s", pytrace=False)
        time.sleep(0.02)


@pytest.fixture
def secret_service(
    needs_program: Callable[[str], str],
    private_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    short_folder: Path,
) -> Iterator[SecretService]:
    """A real Secret Service, unlocked, which this process and its children find as their keyring."""
    needs_program("dbus-send")
    service = SecretService(needs_program("dbus-daemon"), needs_program("gnome-keyring-daemon"), short_folder)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    try:
        service.start(locked=False)
        yield service
    finally:
        service.close()
