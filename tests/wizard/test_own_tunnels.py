"""A tunnel that a person keeps open: what is behind it is checked, the port kept, the run told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests.faults.narrow_net import NarrowNet
from tests.wizard.database_servers import PASSWORD, Database, Server, server
from tests.wizard.run_world import PLAN_OF_FOUR
from wizard.credentials import Vault
from wizard.database.check_port import want_database
from wizard.database.control import Control
from wizard.database.far_end import PostgresEnd
from wizard.database.proxy_sign_in import SignInWanted, wanted
from wizard.database.tunnel import Tunnel
from wizard.database.who_am_i import Found
from wizard.model.mapping import DatabaseChoice, Mapping
from wizard.model.secret import Secret
from wizard.model.ticket import PortTicket, ProxyTicket
from wizard.model.trouble import Trouble
from wizard.run.commands import Commands
from wizard.run.context import Context
from wizard.run.guide import GUIDE
from wizard.run.journal import Journal
from wizard.run.own_tunnels import OwnTunnels
from wizard.run.sign_in_guide import SignInGuide
from wizard.run.stores import open_tunnel
from wizard.session.own_tunnels import by_own_tunnel, keep_port, own_port
from wizard.session.store import Session, create

PROXY = ProxyTicket(
    program=("codecaps", "{port}"),
    environment={},
    database_url=Secret("postgresql://u:p@h/d"),
    whoami=("codecaps", "whoami"),
    login="codecaps login -e robin@acme.example",
)


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg18"), 18) as made:
        yield made


@pytest.fixture
def database(new: Server) -> Database:
    return new.database()


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


def url(database: Database, password: str = PASSWORD, name: str = "") -> Secret:
    return Secret(f"postgresql://app:{password}@shop-rw:5432/{name or database.name}")


def test_the_database_that_is_meant_is_taken_and_no_other(database: Database, new: Server) -> None:
    net = NarrowNet(str(new.postgres.socket), most=1)
    try:
        want_database(PostgresEnd(), url(database), net.port, "shop-db")
        for other in (url(database, "wrong"), url(database, name="nosuch")):
            with pytest.raises(Trouble) as refused:
                want_database(PostgresEnd(), other, net.port, "shop-db")
            assert refused.value.code == "not-that-database"
            assert "is not taken for shop-db" in refused.value.cause
    finally:
        net.close()
    with pytest.raises(Trouble, match="connection refused"):
        want_database(PostgresEnd(), url(database), net.port, "shop-db")


def test_one_that_trusts_everybody_is_none(database: Database, new: Server) -> None:
    rules = new.postgres.data / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text("local all all trust\n")
    new.background.run(new.postgres.sql("SELECT pg_reload_conf()"))
    net = NarrowNet(str(new.postgres.socket), most=1)
    try:
        with pytest.raises(Trouble, match="asks for no password"):
            want_database(PostgresEnd(), url(database), net.port, "shop-db")
    finally:
        net.close()
        rules.write_text(before)
        new.background.run(new.postgres.sql("SELECT pg_reload_conf()"))


def test_the_session_knows_the_port_and_nothing_else(session: Session) -> None:
    assert own_port(session, "shop-db") is None
    assert by_own_tunnel(session, "shop-db", PROXY) is PROXY
    keep_port(session, "shop-db", 5433)
    ticket = by_own_tunnel(session, "shop-db", PROXY)
    assert isinstance(ticket, PortTicket) and ticket.port == 5433
    keep_port(session, "shop-db", None)
    assert by_own_tunnel(session, "shop-db", PROXY) is PROXY


class FakeTunnel:
    port = 40_000

    def __init__(self) -> None:
        self.renewed = 0

    def renew(self) -> None:
        self.renewed += 1


class FakeContext:
    def __init__(self, session: Session, folder: Path, store: Secret) -> None:
        self.session, self.folder, self.plan = session, folder, PLAN_OF_FOUR
        self.mapping = Mapping(
            databases=(
                DatabaseChoice(add_on_id="d-1", handle="shop-db"),
                DatabaseChoice(add_on_id="d-2", handle="log-db"),
            )
        )
        self.target, self.store = self, store
        self.tunnels = {"shop-db": FakeTunnel(), "log-db": FakeTunnel()}

    def tunnel(self, handle: str) -> FakeTunnel:
        return self.tunnels[handle]

    async def database(self, handle: str) -> str:
        return handle

    async def ticket(self, database: str) -> ProxyTicket:
        return ProxyTicket(program=("x",), environment={}, database_url=self.store)


async def test_a_run_takes_it_and_gives_it_back(
    session: Session, database: Database, new: Server, tmp_path: Path
) -> None:
    context = FakeContext(session, tmp_path, url(database))
    commands = Commands(Journal(session), PLAN_OF_FOUR, Vault(None))
    commands.own_tunnel = OwnTunnels(cast(Context, context)).told
    net = NarrowNet(str(new.postgres.socket), most=1)

    async def ask(port: Any, where: str = "shop-db") -> str:
        answer = await commands.handle({"do": "port", "where": where, "port": port, "who": "robin"})
        return "" if answer["ok"] else str(answer["why"])

    try:
        assert "between 1 and 65535" in await ask("5433; rm")
        with pytest.raises(Trouble, match="several databases"):
            await ask(net.port, "")
        with pytest.raises(Trouble, match="Offramp itself"):
            await ask(40_000)
        assert own_port(session, "shop-db") is None
        assert await ask(net.port) == ""
        assert (own_port(session, "shop-db"), context.tunnels["shop-db"].renewed) == (net.port, 1)
        assert commands.retry, "what has given the tunnel up is tried again"
        assert await ask(None) == ""
        assert (own_port(session, "shop-db"), context.tunnels["shop-db"].renewed) == (None, 2)
    finally:
        net.close()


class Opening:
    """A tunnel that waits for a sign-in, then fails for another reason, and opens."""

    def __init__(self, journal: Journal, wish: SignInWanted) -> None:
        self.sign_in: SignInWanted | None = wish
        self.shown: list[bool] = []
        self._journal, self._wish = journal, wish

    def start(self, seconds: float) -> None:
        self.shown.append(GUIDE in self._journal.gauges())
        if len(self.shown) == 1:
            raise self._wish.trouble
        self.sign_in = None
        if len(self.shown) == 2:
            raise Trouble("It is not up.", remedy="It goes on.", code="tunnel-down", retry=True)


def test_a_sign_in_is_shown_as_a_guide_and_goes(session: Session) -> None:
    journal = Journal(session)
    journal.start_run(PLAN_OF_FOUR)

    class Shown:
        pass

    context = Shown()
    context.journal, context.plan = journal, PLAN_OF_FOUR  # type: ignore[attr-defined]
    context.session = session  # type: ignore[attr-defined]
    with SignInGuide(cast(Context, context), "shop-db") as guide:
        guide.show(wanted(PROXY, Found("nobody", "You are not logged in"), "codecaps"))
        text = journal.gauges()[GUIDE]
        assert "codecaps login -e robin@acme.example" in text and "gnome-keyring-daemon" in text
        assert f"offramp tell {session.id} port N" in text
        run = journal.run()
        assert run is not None and run.waiting_for == "you: sign in to codecaps"
        guide.show(None)
        # Somebody has; it is not up yet for another reason, and nobody is told to sign in for that.
        opening = Opening(journal, wanted(PROXY, Found("nobody", "You are not logged in"), "codecaps"))
        open_tunnel(cast(Tunnel, opening), Control(), guide=guide.show)
        assert opening.shown == [False, True, False]
    assert GUIDE not in journal.gauges()
    run = journal.run()
    assert run is not None and run.waiting_for == ""
