"""All that a tunnel needs to reach one database: an `ssh` child, a vendor's own program, or an open port."""

from collections.abc import Mapping, Sequence

from wizard.model.secret import Secret


class SshTicket:
    """All that one `ssh` child needs to reach one database, good for one connection.

    `private_key` and `certificate` are OpenSSH texts; `known_hosts` lines pin the host; `environment`
    is sent with SendEnv (ACCESS_TOKEN); `remote_socket` is the unix socket behind the portal.
    """

    def __init__(
        self,
        *,
        user: str,
        host: str,
        port: int,
        private_key: Secret,
        public_key: str,
        certificate: str,
        known_hosts: Sequence[str],
        remote_socket: str,
        environment: Mapping[str, Secret],
        database_url: Secret,
        allocate_pty: bool = False,
    ) -> None:
        self.user = user
        self.host = host
        self.port = port
        self.private_key = private_key
        self.public_key = public_key
        self.certificate = certificate
        self.known_hosts = tuple(known_hosts)
        self.remote_socket = remote_socket
        self.environment = dict(environment)
        self.database_url = database_url
        self.allocate_pty = allocate_pty


class ProxyTicket:
    """A vendor's own program that listens on a local port and forwards it to one database.

    `program` are its words without any secret, `{port}` where the local port goes; `environment` is added to
    the child's. `login` is how a person signs in to that program, as a line to type; `whoami` the words that
    tell whether anybody is signed in (empty: it cannot be asked). `login_words` are the words of `login`,
    which ask for a `password` on a terminal; None where that is not at hand.
    """

    def __init__(
        self,
        *,
        program: Sequence[str],
        environment: Mapping[str, str],
        database_url: Secret,
        whoami: Sequence[str] = (),
        login: str = "",
        title: str = "",
        login_words: Sequence[str] = (),
        password: Secret | None = None,
    ) -> None:
        self.program = tuple(program)
        self.environment = dict(environment)
        self.database_url = database_url
        self.whoami = tuple(whoami)
        self.login = login
        self.title = title
        self.login_words = tuple(login_words)
        self.password = password


class PortTicket:
    """A tunnel that somebody else keeps open on a port of this machine; Offramp uses it and never ends it."""

    def __init__(self, *, port: int, database_url: Secret) -> None:
        self.port = port
        self.database_url = database_url


Ticket = SshTicket | ProxyTicket | PortTicket
