"""Which way a tunnel goes, by its ticket, and what is remembered of one from try to try."""

from collections.abc import Callable, Sequence
from pathlib import Path

from wizard.database.far_end import FarEnd
from wizard.database.free_port import free_port
from wizard.database.listeners import reached_beyond
from wizard.database.own_port import OwnPort
from wizard.database.program_login import sign_in
from wizard.database.proxy_failure import classify
from wizard.database.proxy_sign_in import SignInWanted, wanted
from wizard.database.proxy_way import ProxyWay, missing, name_of
from wizard.database.second_look import second_look
from wizard.database.ssh_way import SshWay
from wizard.database.tunnel_way import Failure, Way
from wizard.database.who_am_i import WhoAmI
from wizard.model.ticket import ProxyTicket, SshTicket, Ticket
from wizard.model.trouble import Trouble


class Ways:
    """Opens them; used by the thread of one tunnel.

    Attributes:
        older: whether an `ssh` was let in with older signatures only; all later ones begin with them.
        sign_in: where a person is to sign in first, None where nobody is waited for.
        tries_anyway: whether the next program is started whoever is signed in to it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._typed_at = False
        self._signed_in = False
        self._asked: WhoAmI | None = None
        self._wants_login: ProxyTicket | None = None
        self._proxy: ProxyWay | None = None
        self.older = False
        self.sign_in: SignInWanted | None = None
        self.tries_anyway = False

    @staticmethod
    def name(ticket: Ticket) -> str:
        """What the way of a ticket is called."""
        if isinstance(ticket, SshTicket):
            return "ssh"
        return name_of(ticket.program) if isinstance(ticket, ProxyTicket) else "your own tunnel"

    def nobody_signed_in(self, ticket: Ticket, waits: Callable[[str], None]) -> Failure | None:
        """Why the ticket's program is of no use yet, for a person is to sign in to it, or for npx does not
        get it; None where it may be tried. `waits` is told what takes long. Raises Trouble where there is no
        such program."""
        if not isinstance(ticket, ProxyTicket) or not ticket.whoami or self._signed_in or self.tries_anyway:
            self.sign_in, self.tries_anyway = None, False
            return None
        try:
            self._asked = WhoAmI(ticket)
        except FileNotFoundError as error:
            raise missing(ticket.whoami[0]) from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            return Failure("retry", f"{self.name(ticket)} cannot be started: {why}")
        name = self.name(ticket)
        found = self._asked.answer(lambda: waits(f"{name} is asked who is signed in{_fetched(ticket)}"))
        self._asked = None
        if found.state == "not there":
            self.sign_in = None
            return classify(name, found.said, 1, login=ticket.login, title=ticket.title)
        if found.state == "nobody":
            self.sign_in, self._wants_login = wanted(ticket, found, name), ticket
            return Failure("person", f"it waits for you: {self.sign_in.waits}")
        self.sign_in, self._signed_in = None, True
        return None

    def sign_in_there(self, over: Callable[[], bool]) -> str:
        """Sign in to the program for a person who asks for that, from any thread; a sentence of who is signed
        in now. Raises Trouble: nobody is waited for, or it did not work."""
        ticket = self._wants_login
        if self.sign_in is None or ticket is None:
            raise Trouble(
                "No tunnel waits for a sign-in now.",
                untouched="Nothing was handed over.",
                remedy="It goes on by itself.",
                code="not-taken",
            )
        return sign_in(ticket, over=over)

    def try_anyway(self) -> None:
        """Start the program though it says that nobody is signed in: it may be wrong."""
        self.tries_anyway = self.sign_in is not None

    def hurry(self) -> None:
        """Do not wait for an answer about who is signed in; from any thread."""
        asked = self._asked
        if asked is not None:
            asked.end()

    def second_look(
        self, ticket: Ticket, end: FarEnd, over: Callable[[], bool], backends: Sequence[int]
    ) -> bool | None:
        """Whether the server is at work for `backends`, by a second start of the ticket's program; None where
        there is none, or where it does not tell."""
        if not isinstance(ticket, ProxyTicket):
            return None
        return second_look(ticket, self._folder, free_port, end, backends, over=over)

    def open(self, ticket: Ticket, port: int, *, refused: bool) -> Way:
        """Start it.

        Args:
            port: the local port of what we start ourselves.
            refused: whether the one before was not let in.

        Raises:
            Trouble: a program is missing.
            OSError: it cannot be started.
        """
        self._proxy = None
        if isinstance(ticket, SshTicket):
            self.older = self.older or refused
            return SshWay(ticket, self._folder, port, older=self.older)
        if isinstance(ticket, ProxyTicket):
            self._proxy = ProxyWay(ticket, self._folder, port, typed_at=self._typed_at)
            return self._proxy
        return OwnPort(ticket)

    def seen(self, failure: Failure) -> Failure:
        """Take note of what never carried anything: who is signed in is asked again, and a program that does
        without a terminal only in its words gets one."""
        self._signed_in = False
        if self._proxy is not None and self._proxy.wants_terminal:
            self._typed_at = True
        return failure


def _fetched(ticket: ProxyTicket) -> str:
    """What npx may be at."""
    by_npx = Path(ticket.whoami[0]).name in ("npx", "npm", "pnpm", "bunx", "yarn")
    return "; at its first start npx fetches it, which may take a minute" if by_npx else ""


def exposed(way: Way) -> str:
    """What a person has to know of who else can reach the tunnel; empty where it is this machine only."""
    addresses = reached_beyond(way.port)
    if not addresses:
        return ""
    return f"port {way.port} is open on {', '.join(addresses)}: others on this network reach it"
