"""All that one `ssh` child needs to reach one database."""

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
