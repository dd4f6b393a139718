"""Where a MySQL is: its URL, taken apart."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from wizard.model.loopback import is_loopback
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

DEFAULT_PORT = 3306


@dataclass(frozen=True, kw_only=True, repr=False)
class Address:
    """A database on a server and how one signs in. `tls`: it must be spoken to in TLS."""

    host: str
    port: int
    user: str
    password: Secret
    database: str
    tls: bool

    def __repr__(self) -> str:
        return f"Address({self.host}:{self.port}/{self.database})"


def address_of(url: Secret, *, plain_allowed: bool = False) -> Address:
    """Take a `mysql://` or `mariadb://` URL apart. Its parameters are drivers' own (`reconnect=true`).

    Args:
        plain_allowed: whether a server that is not on this machine may be spoken to without TLS.

    Raises:
        Trouble: it is no such URL.
    """
    try:
        parts = urlsplit(url.reveal())
        port = parts.port or DEFAULT_PORT
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in ("mysql", "mysql2", "mariadb") or not parts.hostname or not parts.path.strip("/"):
        raise Trouble(
            f"The {url.label} is not the URL of a MySQL database.",
            remedy="It must begin with mysql:// and name a host and a database. Look at the config var.",
            code="store-url",
        )
    return Address(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=Secret(unquote(parts.password or ""), url.label),
        database=unquote(parts.path[1:]),
        tls=not plain_allowed and not is_loopback(parts.hostname),
    )
