"""Where a Redis is: its URL, taken apart."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from wizard.model.loopback import is_loopback
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

DEFAULT_PORT = 6379


@dataclass(frozen=True, kw_only=True, repr=False)
class Address:
    """A server and how one signs in. `user` is empty where only a password is asked for."""

    host: str
    port: int
    tls: bool
    user: str
    password: Secret

    def __repr__(self) -> str:
        return f"Address({self.host}:{self.port})"


def address_of(url: Secret, *, plain_allowed: bool = False) -> Address:
    """Take a `redis://` or `rediss://` URL apart. Its path (a database's number) is not heeded: all are
    moved.

    Args:
        plain_allowed: whether a server that is not on this machine may be spoken to without TLS.

    Raises:
        Trouble: it is no such URL, or it leads off this machine without TLS.
    """
    try:
        parts = urlsplit(url.reveal())
        port = parts.port or DEFAULT_PORT
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in ("redis", "rediss", "valkey", "valkeys") or not parts.hostname:
        raise Trouble(
            f"The {url.label} is not the URL of a Redis.",
            remedy="It must begin with rediss:// (or redis://) and name a host. Look at the config var.",
            code="store-url",
        )
    tls = parts.scheme in ("rediss", "valkeys")
    if not tls and not plain_allowed and not is_loopback(parts.hostname):
        raise Trouble(
            f"The {url.label} leads off this machine without TLS.",
            remedy="Use the store's rediss:// URL, so that nobody reads password and data on the way.",
            code="store-plain",
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(
        host=parts.hostname,
        port=port,
        tls=tls,
        # Heroku's URLs have had an empty user and, before, the user "h", which no server knows.
        user="" if user in ("h", "default") else user,
        password=Secret(password, url.label),
    )
