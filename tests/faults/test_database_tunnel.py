"""The tunnel through a real sshd with certificates, and everything that can go wrong with it."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from providers.sandbox.tls import Certificates, Front, serve_front
from tests.faults.ssh_portal import TOKEN, Portal
from tests.faults.trials import trials
from tests.wizard.database_servers import PASSWORD, SMALL, Server, Told, server
from wizard.database import ssh_command
from wizard.database import tunnel as tunnel_module
from wizard.database.progress import TunnelHealth
from wizard.database.tunnel import Tunnel
from wizard.model.secret import Secret
from wizard.model.ticket import SshTicket
from wizard.model.trouble import SignInNeeded, Trouble


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture(scope="module")
def front(new: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    certificates = Certificates(tmp_path_factory.mktemp("tls"))
    path = new.postgres.socket_folder / "tls"
    made = new.background.run(serve_front(path, new.postgres.socket, certificates.server_context()))
    yield made
    new.background.loop.call_soon_threadsafe(made.close)


@pytest.fixture
def portal(
    new: Server, front: Front, tmp_path: Path, needs_program: Callable[[str], str]
) -> Iterator[Portal]:
    sshd = needs_program("sshd")
    needs_program("ssh")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    folder = tmp_path / "portal"
    folder.mkdir()
    made = Portal(sshd, folder, new.postgres.socket_folder / "tls", new.database().name)
    made.start()
    yield made
    made.stop()


class Watched:
    """A tunnel, and what it reported."""

    def __init__(self, portal: Portal, folder: Path) -> None:
        self.health: list[TunnelHealth] = []
        self.folder = folder / "run"
        self.folder.mkdir(mode=0o700)
        self.tunnel = Tunnel(portal.ticket, self.folder, self.health.append)

    def wait(self, true: Callable[[], bool], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, [(now.state, now.reason) for now in self.health]
            time.sleep(0.02)


@pytest.fixture
def watched(portal: Portal, tmp_path: Path) -> Iterator[Watched]:
    made = Watched(portal, tmp_path)
    yield made
    made.tunnel.close()


def _select(tunnel: Tunnel) -> object:
    with psycopg.connect(tunnel.url().reveal()) as connection:
        assert connection.pgconn.ssl_in_use
        return connection.execute("SELECT current_database()").fetchone()


def _alive(pid: int) -> bool:
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip() not in ("", "Z")


def test_it_opens_and_hides_what_it_uses(portal: Portal, watched: Watched) -> None:
    watched.tunnel.start()
    assert _select(watched.tunnel)
    assert watched.tunnel.health.state == "up"
    assert watched.tunnel.health.round_trip_ms is not None
    assert list(watched.folder.iterdir()) == [], "key files lie about after the login"
    pid = watched.tunnel.pid
    assert pid is not None
    listing = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert f"127.0.0.1:{watched.tunnel.port}:" in listing
    assert TOKEN not in listing
    assert PASSWORD not in listing
    watched.tunnel.start()
    assert portal.tickets == 1
    watched.tunnel.close()
    watched.tunnel.close()
    assert not _alive(pid)
    assert watched.tunnel.health.state == "closed"


def test_killed_it_comes_back_on_the_same_port(
    portal: Portal, watched: Watched, record_property: Callable[[str, object], None]
) -> None:
    watched.tunnel.start()
    port = watched.tunnel.port
    count = trials(3, 50)
    for number in range(1, count + 1):
        pid = watched.tunnel.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        watched.wait(lambda number=number: watched.tunnel.health.reconnects == number)  # type: ignore[misc]
        assert watched.tunnel.port == port
        assert _select(watched.tunnel)
    assert portal.tickets == count + 1, "each connect wants fresh credentials"
    record_property("trials", count)


def test_killed_in_the_middle_of_a_copy(
    portal: Portal, watched: Watched, new: Server, tmp_path: Path
) -> None:
    source = new.database()
    source.sql(SMALL)
    source.sql("CREATE TABLE log AS SELECT i, repeat(md5(i::text), 9) what FROM generate_series(1, 20000) i")
    target = new.database()
    portal._database = target.name
    watched.tunnel.start()
    told = Told(source, target, tmp_path, part_bytes=1 << 20)
    told.move._ends._urls["target"] = watched.tunnel.url
    board = told.move._board
    flow, kills = board.flow, [3, 9]
    killed: set[int] = set()
    count = 0

    def flow_and_kill(key: str, part: int, size: int) -> None:
        nonlocal count
        flow(key, part, size)
        count += 1
        pid = watched.tunnel.pid
        # What was on its way still flows after a kill: the one that is dead is no second one.
        if kills and count >= kills[0] and pid is not None and pid not in killed:
            kills.pop(0)
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)

    board.flow = flow_and_kill  # type: ignore[method-assign]
    told.whole_way()
    assert not kills
    assert watched.tunnel.health.reconnects == 2
    assert target.one("SELECT count(*) FROM log") == 20000
    assert any("tunnel" in report.waiting_for for report in told.reports)


def test_it_does_not_outlive_us(portal: Portal, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    ticket = portal.ticket()
    (tmp_path / "run").mkdir(mode=0o700)
    program.write_text(
        "import os, sys, time\nfrom pathlib import Path\n"
        "from wizard.database.tunnel import Tunnel\nfrom wizard.model.secret import Secret\n"
        "from wizard.model.ticket import SshTicket\n"
        f"ticket = SshTicket(user={ticket.user!r}, host={ticket.host!r}, port={ticket.port},"
        f" private_key=Secret({ticket.private_key.reveal()!r}), public_key={ticket.public_key!r},"
        f" certificate={ticket.certificate!r}, known_hosts={ticket.known_hosts!r},"
        f" remote_socket={ticket.remote_socket!r}, environment={{'ACCESS_TOKEN': Secret({TOKEN!r})}},"
        f" database_url=Secret({ticket.database_url.reveal()!r}))\n"
        f"tunnel = Tunnel(lambda: ticket, Path({str(tmp_path / 'run')!r}), lambda health: None)\n"
        "tunnel.start()\nprint(tunnel.pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        pid = int(child.stdout.readline())
        assert _alive(pid)
        child.kill()
    end = time.monotonic() + 10
    while _alive(pid):
        assert time.monotonic() < end, "ssh outlived the process that started it"
        time.sleep(0.02)


def test_another_host_key_stops_it_at_once(portal: Portal, watched: Watched, tmp_path: Path) -> None:
    (tmp_path / "portal" / "host.pub").write_text((tmp_path / "portal" / "client.pub").read_text())
    with pytest.raises(Trouble) as stopped:
        watched.tunnel.start(20)
    assert stopped.value.code == "host-key"
    assert portal.tickets == 1, "never tried again"
    assert list(watched.folder.iterdir()) == []
    with pytest.raises(Trouble, match="host key"):
        watched.tunnel.url()


def test_an_expired_certificate_is_asked_anew_and_then_said(portal: Portal, watched: Watched) -> None:
    portal.validity = "-10m:-5m"
    with pytest.raises(Trouble) as stopped:
        watched.tunnel.start(20)
    assert stopped.value.code == "certificate-refused"
    assert "clock" in stopped.value.remedy
    assert portal.tickets == 3
    portal.validity = "-1m:+5m"
    watched.tunnel.start(20)
    assert _select(watched.tunnel)


def test_a_refused_token_wants_a_sign_in(portal: Portal, watched: Watched) -> None:
    portal.token = "canary-token-old-5"
    with pytest.raises(Trouble) as stopped:
        watched.tunnel.start(20)
    assert stopped.value.code == "token-refused"
    assert "Sign in" in stopped.value.remedy
    assert "canary-token-old-5" not in stopped.value.sentence()


def test_a_taken_port_is_changed_for_another(
    portal: Portal, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = tunnel_module.free_port
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        ports = [number]
        monkeypatch.setattr(tunnel_module, "free_port", lambda: ports.pop() if ports else free())
        watched.tunnel.start(20)
        assert watched.tunnel.port != number
        assert _select(watched.tunnel)


def test_a_portal_that_is_away_is_waited_for(portal: Portal, watched: Watched) -> None:
    portal.stop()
    with pytest.raises(Trouble, match="connection refused") as waiting:
        watched.tunnel.start(0.3)
    assert waiting.value.retry
    with pytest.raises(Trouble, match="not up") as waiting:
        watched.tunnel.url()
    assert waiting.value.retry
    portal.start()
    watched.tunnel.retry()
    watched.tunnel.start(20)
    assert _select(watched.tunnel)


def test_ready_alone_is_not_enough(portal: Portal, watched: Watched, front: Front) -> None:
    front.refuse = True
    try:
        with pytest.raises(Trouble):
            watched.tunnel.start(0.1)
        watched.wait(lambda: any("behind the tunnel" in now.reason for now in watched.health))
        with pytest.raises(Trouble, match="database behind the tunnel"):
            watched.tunnel.start(0.1)
        assert not any(now.state == "up" for now in watched.health)
    finally:
        front.refuse = False
    watched.tunnel.start(20)
    assert _select(watched.tunnel)


def test_a_missing_ssh_says_what_to_install(
    portal: Portal, watched: Watched, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ticket = portal.ticket()
    watched.tunnel._open_ticket = lambda: ticket
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Trouble) as stopped:
        watched.tunnel.start(20)
    assert stopped.value.code == "ssh-missing"
    assert "openssh-client" in stopped.value.remedy


def test_what_the_vendor_says_is_passed_on(tmp_path: Path, needs_program: Callable[[str], str]) -> None:
    needs_program("ssh")
    answers: list[Trouble] = [
        SignInNeeded("aptible", "The token has expired.", remedy="Sign in."),
        Trouble("The API is away.", remedy="Wait.", code="unreachable", retry=True),
    ]

    def ticket() -> SshTicket:
        raise answers.pop()

    tunnel = Tunnel(ticket, tmp_path, lambda health: None)
    with pytest.raises(SignInNeeded, match="expired"):
        tunnel.start(20)
    assert answers == []
    tunnel.close()


def test_what_an_old_run_left_is_removed(portal: Portal, watched: Watched) -> None:
    old = watched.folder / "tunnel-old"
    old.mkdir()
    (old / "id_rsa").write_text("x")
    (watched.folder / "mine").mkdir()
    watched.tunnel.start()
    assert [path.name for path in watched.folder.iterdir()] == ["mine"]


def test_closing_while_it_connects_does_not_hang(tmp_path: Path, needs_program: Callable[[str], str]) -> None:
    needs_program("ssh")
    silent = socket.create_server(("127.0.0.1", 0))
    here = threading.Event()

    def ticket() -> SshTicket:
        here.set()
        return SshTicket(
            user="x",
            host="127.0.0.1",
            port=silent.getsockname()[1],
            private_key=Secret("not a key"),
            public_key="",
            certificate="",
            known_hosts=[],
            remote_socket="/x",
            environment={},
            database_url=Secret("postgresql://u:p@h/d"),
        )

    tunnel = Tunnel(ticket, tmp_path, lambda health: None)
    threading.Thread(target=lambda: here.wait(10) and tunnel.close()).start()
    with pytest.raises(Trouble):
        tunnel.start(5)
    tunnel.close()
    assert tunnel.health.state == "closed"
    assert tunnel.pid is None
    silent.close()


def test_an_outage_of_days_is_tried_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[TunnelHealth] = []
    monkeypatch.setattr(tunnel_module, "LONGEST_WAIT", 0.001)
    tries: list[int] = []

    def ticket() -> SshTicket:
        tries.append(1)
        if len(tries) > 1200:
            raise SignInNeeded("sandbox", "enough", remedy="", code="enough")
        raise Trouble("the API does not answer", remedy="", code="away", retry=True)

    tunnel = Tunnel(ticket, tmp_path, told.append)
    with pytest.raises(Trouble) as ended:
        tunnel.start(60)
    tunnel.close()
    assert ended.value.code == "enough", ended.value.cause


def test_a_machine_without_a_free_process_is_waited_for(
    portal: Portal, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, begun, refused = subprocess.Popen, list[subprocess.Popen[bytes]](), list[str]()

    def refusing(arguments: list[str], **more: object) -> subprocess.Popen[bytes]:
        if arguments[0] == "/bin/sh" and not refused:
            refused.append(arguments[0])
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        child: subprocess.Popen[bytes] = begin(arguments, **more)  # type: ignore[call-overload]
        if arguments[0].endswith("/ssh"):
            begun.append(child)
        return child

    monkeypatch.setattr(ssh_command.subprocess, "Popen", refusing)
    watched.tunnel.start(20)
    assert _select(watched.tunnel)
    assert any("ssh cannot be started" in now.reason for now in watched.health)
    assert begun[0].returncode is not None, "the first ssh was left behind"
