"""The tunnel by a vendor's own program, played by the sandbox's `codecaps`, and by somebody else's port."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from providers.sandbox.code_capsules import codecaps
from tests.faults.narrow_net import NarrowNet
from tests.wizard.database_servers import PASSWORD, Database, Server, server
from wizard.database import breadth, ways
from wizard.database import tunnel as tunnel_module
from wizard.database.progress import TunnelHealth
from wizard.database.tunnel import Tunnel
from wizard.model.secret import Secret
from wizard.model.ticket import PortTicket, ProxyTicket, Ticket
from wizard.model.trouble import Trouble

CLI = (sys.executable, "-I", "-S", str(Path(codecaps.__file__)))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        made.open_front()
        yield made


@pytest.fixture
def database(new: Server) -> Database:
    return new.database()


class Vendor:
    """The vendor's program as the tunnel is told to start it. `ways` are its options."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.keyring = folder / "keyring"
        self.keyring.mkdir()
        self.options: list[str] = ["--keyring", str(self.keyring), "--fails", "0"]
        self.port = database.server.open_front()
        self.name = database.name
        self.whoami = False
        self.password: Secret | None = None
        self.health: list[TunnelHealth] = []
        self.own: int | None = None
        self.freezes = folder / "frozen"
        self.tickets = 0
        self.sign_in()
        run = folder / "run"
        run.mkdir(mode=0o700)
        self.tunnel = Tunnel(self.ticket, run, self.health.append)

    def sign_in(self) -> None:
        (self.keyring / "codecaps.json").write_text('{"email": "robin@acme.example"}')

    def sign_out(self) -> None:
        (self.keyring / "codecaps.json").unlink()

    @property
    def url(self) -> Secret:
        return Secret(f"postgresql://app:{PASSWORD}@shop-rw:5432/{self.name}")

    def ticket(self) -> Ticket:
        self.tickets += 1
        if self.own is not None:
            return PortTicket(port=self.own, database_url=self.url)
        words = (*CLI, "--forward", f"127.0.0.1:{self.port}", *self.options)
        return ProxyTicket(
            program=(*words, "proxy", "capsule", "-s", "acme", "-c", "c-1", "-P", "{port}"),
            environment={},
            database_url=self.url,
            whoami=(*words, "whoami") if self.whoami else (),
            login="codecaps login -e robin@acme.example",
            title="Code Capsules",
            login_words=(*words, "login", "-e", "robin@acme.example"),
            password=self.password,
        )

    def wait(self, true: Callable[[], bool], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, [(now.state, now.reason) for now in self.health]
            time.sleep(0.02)


@pytest.fixture
def vendor(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    monkeypatch.setattr(tunnel_module, "ASK_AGAIN", 0.2)
    monkeypatch.setattr(breadth, "SHORT", 1.0)
    monkeypatch.setattr(breadth, "LEAVING", 0.2)
    made = Vendor(tmp_path, database)
    yield made
    made.tunnel.close()


def _select(tunnel: Tunnel) -> object:
    with psycopg.connect(tunnel.url().reveal()) as connection:
        return connection.execute("SELECT current_database()").fetchone()


def _group(pid: int) -> list[str]:
    listing = subprocess.run(
        ["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    found = [line.split(None, 2) for line in listing.splitlines()]
    return [words[2] for words in found if words[0] == str(pid) and not words[1].startswith("Z")]


def test_it_opens_after_the_usual_failures_and_hides_the_password(vendor: Vendor) -> None:
    vendor.options += ["--fails", "2"]
    vendor.tunnel.start(30)
    assert _select(vendor.tunnel) == (vendor.name,)
    assert vendor.tickets == 3, "two that failed, and the one that works"
    assert any("fetch failed" in now.reason for now in vendor.health)
    health = vendor.tunnel.health
    assert (health.way, health.most_connections, health.warning) == ("codecaps", None, "")
    listing = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert f"-P {vendor.tunnel.port}" in listing
    assert PASSWORD not in listing
    pid, port = vendor.tunnel.pid, vendor.tunnel.port
    assert pid is not None
    os.killpg(pid, signal.SIGKILL)
    vendor.wait(lambda: vendor.tunnel.health.reconnects == 1)
    assert vendor.tunnel.port == port
    assert _select(vendor.tunnel) == (vendor.name,)
    last = vendor.tunnel.pid
    vendor.tunnel.close()
    assert last is not None and not _group(last)


@pytest.mark.parametrize("beyond", ["refuse", "hang"])
def test_one_that_carries_one_connection_is_known_for_it_and_left_free(vendor: Vendor, beyond: str) -> None:
    vendor.options += ["--most", "1", "--beyond", beyond]
    vendor.tunnel.start(30)
    assert vendor.tunnel.health.most_connections == vendor.tunnel.lanes.most == 1
    with vendor.tunnel.lanes.entered():
        # The tunnel's own question has left it.
        assert _select(vendor.tunnel) == (vendor.name,)


def test_one_that_carries_some_is_counted(vendor: Vendor) -> None:
    vendor.options += ["--most", "3"]
    vendor.tunnel.start(30)
    assert vendor.tunnel.lanes.most == 3


def test_five_failures_are_a_persons_matter(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnel_module, "LONGEST_WAIT", 0.05)
    vendor.options += ["--fails", "99"]
    with pytest.raises(Trouble) as stopped:
        vendor.tunnel.start(30)
    assert vendor.tickets == 5
    assert "[ERROR] TypeError: fetch failed" in stopped.value.cause
    assert "port N" in stopped.value.remedy
    vendor.options += ["--fails", "0"]
    vendor.tunnel.start(30)
    assert _select(vendor.tunnel)


def test_without_a_keyring_it_is_said_how_to_have_one(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tunnel_module, "LONGEST_WAIT", 0.05)
    vendor.options += ["--keyring", ""]
    with pytest.raises(Trouble) as stopped:
        vendor.tunnel.start(30)
    assert stopped.value.code == "proxy-keyring"
    assert "gnome-keyring-daemon --unlock" in stopped.value.remedy


def test_nobody_signed_in_is_waited_for_and_it_goes_on_by_itself(vendor: Vendor) -> None:
    vendor.whoami = True
    vendor.sign_out()
    with pytest.raises(Trouble) as waiting:
        vendor.tunnel.start(30)
    assert (waiting.value.code, waiting.value.retry) == ("proxy-sign-in", True)
    assert "codecaps login -e robin@acme.example" in waiting.value.remedy
    wanted = vendor.tunnel.sign_in
    assert wanted is not None
    assert "$ codecaps login -e robin@acme.example" in wanted.lines
    assert vendor.tunnel.health.waits_for_you
    vendor.sign_in()
    vendor.wait(lambda: vendor.tunnel.health.state == "up")
    assert vendor.tunnel.sign_in is None
    assert _select(vendor.tunnel)


def test_where_it_may_offramp_signs_in_for_the_person(vendor: Vendor) -> None:
    vendor.whoami = True
    vendor.password = Secret("a quite-secret 4412")
    vendor.sign_out()
    with pytest.raises(Trouble, match="nobody can be signed in"):
        vendor.tunnel.start(30)
    wanted = vendor.tunnel.sign_in
    assert wanted is not None and "types the password" in wanted.offers
    assert vendor.tunnel.sign_in_there() == "codecaps is signed in: Logged in as robin@acme.example"
    vendor.wait(lambda: vendor.tunnel.health.state == "up")
    with pytest.raises(Trouble, match="No tunnel waits"):
        vendor.tunnel.sign_in_there()


def test_without_a_keyring_nothing_is_offered_and_each_step_is_said(vendor: Vendor) -> None:
    vendor.whoami = True
    vendor.password = Secret("a quite-secret 4413")
    vendor.options += ["--keyring", ""]
    with pytest.raises(Trouble):
        vendor.tunnel.start(30)
    wanted = vendor.tunnel.sign_in
    assert wanted is not None and wanted.offers == ""
    for word in ("It finds none there now", "libsecret-1-0", "gnome-keyring-daemon --unlock", "port N"):
        assert word in "\n".join(wanted.lines)
    assert "$ dbus-run-session -- bash" in wanted.lines, "to be copied"


def test_it_does_not_outlive_us(vendor: Vendor, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    # A shell in between, as npx has one: the program is a grandchild.
    program.write_text(
        "import time\nfrom pathlib import Path\nfrom wizard.database.tunnel import Tunnel\n"
        "from wizard.model.secret import Secret\nfrom wizard.model.ticket import ProxyTicket\n"
        f"words = {[*CLI, '--forward', f'127.0.0.1:{vendor.port}', *vendor.options]!r}\n"
        "words += ['proxy', 'capsule', '-s', 'a', '-c', 'c', '-P', '{port}']\n"
        "shell = ('/bin/sh', '-c', '\"$@\"; echo over', 'npx', *words)\n"
        f"url = Secret({vendor.url.reveal()!r})\n"
        "ticket = ProxyTicket(program=shell, environment={}, database_url=url)\n"
        f"tunnel = Tunnel(lambda: ticket, Path({str(tmp_path / 'run')!r}), lambda health: None)\n"
        "tunnel.start()\nprint(tunnel.pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        pid = int(child.stdout.readline())
        assert len(_group(pid)) == 2, "the shell and the program"
        child.kill()
    end = time.monotonic() + 10
    while _group(pid):
        assert time.monotonic() < end, "it outlived the process that started it"
        time.sleep(0.02)


def test_a_port_that_others_reach_is_said(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "reached_beyond", lambda port: ("0.0.0.0",))
    vendor.tunnel.start(30)
    assert vendor.tunnel.health.warning.startswith(f"port {vendor.tunnel.port} is open on 0.0.0.0")


def test_somebodys_own_tunnel_is_used_and_never_ended(vendor: Vendor, new: Server) -> None:
    vendor.tunnel.start(30)
    theirs = NarrowNet(str(new.postgres.socket), most=1)
    vendor.own = theirs.port
    pid = vendor.tunnel.pid
    assert pid is not None
    vendor.tunnel.renew()
    vendor.wait(lambda: vendor.tunnel.port == theirs.port and vendor.tunnel.health.state == "up")
    assert not _group(pid), "ours is not needed any more"
    assert vendor.tunnel.health.way == f"your own tunnel on port {theirs.port}"
    assert vendor.tunnel.lanes.most == 1
    assert _select(vendor.tunnel)
    vendor.own = None
    vendor.tunnel.renew()
    vendor.wait(lambda: vendor.tunnel.health.way == "codecaps" and vendor.tunnel.health.state == "up")
    assert vendor.tunnel.lanes.most is None
    assert _select(vendor.tunnel)
    theirs.close()


@pytest.mark.slow
def test_what_worked_a_moment_ago_is_tried_more_often(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tunnel_module, "LONGEST_WAIT", 0.05)
    vendor.tunnel.start(30)
    vendor.options += ["--fails", "99"]
    pid = vendor.tunnel.pid
    assert pid is not None
    os.killpg(pid, signal.SIGKILL)
    vendor.wait(lambda: vendor.tickets > 7)
    assert vendor.tunnel.failure is None
    vendor.options += ["--fails", "0"]
    vendor.wait(lambda: vendor.tunnel.health.state == "up")


def test_one_that_wants_a_terminal_gets_one(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    demanding = (
        'test -t 0 || { echo "Raw mode is not supported on the current process.stdin"; exit 1; }; exec "$@"'
    )
    plain = vendor.ticket

    def ticket() -> Ticket:
        made = plain()
        assert isinstance(made, ProxyTicket)
        made.program = ("/bin/sh", "-c", demanding, "sh", *made.program)
        return made

    vendor.tunnel._open_ticket = ticket
    vendor.tunnel.start(30)
    assert vendor.tickets == 2
    assert _select(vendor.tunnel)
