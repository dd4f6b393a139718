"""Heroku, where systems are moved from."""

from typing import Final, Literal

from wizard.model.secret import Secret
from wizard.ports import FoundToken, Hosts, Source, SourceProvider


class Heroku:
    """See `wizard.ports.SourceProvider`. Hosts: "api", "data", "particleboard", "metrics"; Heroku's own by
    default."""

    name = "heroku"
    title = "Heroku"
    role: Literal["source"] = "source"
    token_page = "https://dashboard.heroku.com/account/applications"  # noqa: S105 - a page, not a token

    def found_tokens(self) -> list[FoundToken]:
        """Tokens on this machine, best first. May take 15 seconds: call it from a thread."""
        from providers.heroku.tokens import found_tokens

        return found_tokens()

    def open(self, hosts: Hosts, token: Secret) -> Source:
        """Sign in with a token; nothing is sent before the first question.

        Raises:
            SignInNeeded: the token cannot be one.
            Trouble: an address is plain http to another machine, or no URL.
        """
        from providers.heroku.client import Client
        from providers.heroku.source import HerokuSource

        return HerokuSource(Client(hosts, token))


PROVIDER: Final[SourceProvider] = Heroku()
