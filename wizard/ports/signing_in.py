"""How a person gets into a vendor: where it is reached, tokens that were found, what is typed."""

from collections.abc import Callable, Mapping

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
    """A token that was found on this machine. `where` says in words where ("HEROKU_API_KEY")."""

    def __init__(self, where: str, token: Secret) -> None:
        self.where = where
        self.token = token


class SignIn(Noun, frozen=True, kw_only=True):
    """What a person typed to sign in. Held in memory only, and only until the token is there."""

    email: str = ""
    otp: str = ""
    resume: dict[str, str] = field(default_factory=dict)


class Token:
    """A token with its end of life (UTC, ISO 8601; None when the vendor does not tell) and whose it is."""

    def __init__(self, secret: Secret, account: Account, expires_at: str | None) -> None:
        self.secret = secret
        self.account = account
        self.expires_at = expires_at
