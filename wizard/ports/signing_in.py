"""How a person gets into a vendor: where it is reached, tokens that were found, what is typed."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from msgspec import field

from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.system import Account

Hosts = Mapping[str, str]
"""Where a vendor is reached, by name ("api", "auth"); a provider fills in what is missing with the
vendor's own addresses. Plain http is accepted for loopback only."""

Log = Callable[[str], None]
"""Takes one clean line of a build or operation log as it comes in."""


class FoundToken:
    """A token that was found on this machine. `where` says in words where ("HEROKU_API_KEY").

    One in a file of another program is given as the way to read it: it is read when a person chose it, and
    not before.
    """

    def __init__(self, where: str, token: Secret | Callable[[], Secret]) -> None:
        self.where = where
        self._token = token

    @property
    def unread(self) -> bool:
        """Whether nobody has looked at it yet."""
        return not isinstance(self._token, Secret)

    @property
    def token(self) -> Secret:
        """The token itself; raises Trouble when it cannot be read."""
        if not isinstance(self._token, Secret):
            self._token = self._token()
        return self._token


class SignIn(Noun, frozen=True, kw_only=True):
    """What a person typed to sign in. Held in memory only, and only until the token is there."""

    email: str = ""
    otp: str = ""
    resume: dict[str, str] = field(default_factory=dict)


class Caution(Noun, frozen=True, kw_only=True):
    """What a person should know of a token that is good. `page` is the address to open for it, or empty."""

    words: str
    page: str = ""


class Token:
    """A token with its end of life (UTC, ISO 8601, by this machine's clock; None when the vendor does not
    tell), whose it is, and what is to be said of it."""

    def __init__(
        self, secret: Secret, account: Account, expires_at: str | None, cautions: tuple[Caution, ...] = ()
    ) -> None:
        self.secret = secret
        self.account = account
        self.expires_at = expires_at
        self.cautions = cautions


@runtime_checkable
class SingleSignOn(Protocol):
    """A provider whose organisations may sign in elsewhere and show a token there, to be pasted."""

    def single_sign_on_page(self, hosts: Hosts, organisation: str) -> str:
        """The address to open for the organisation of that id. Raises Trouble when it can be no id."""
        ...


@runtime_checkable
class ExplainsSignIn(Protocol):
    """A provider with something to know before one types e-mail and password."""

    sign_in_words: str
    """A sentence or two."""
