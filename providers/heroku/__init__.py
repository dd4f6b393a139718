"""Heroku, where systems are moved from."""

from typing import Final, Literal

from wizard.backups import Backups
from wizard.model.secret import Secret
from wizard.ports import FoundToken, Hosts, Source, SourceProvider


class Heroku:
    """See `wizard.ports.SourceProvider`. Hosts: those of `providers.heroku.hosts`; Heroku's own by
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

    def environment_hosts(self) -> Hosts:
        """`HEROKU_HOST` and `HEROKU_DATA_HOST`, read as Heroku's CLI reads them.

        Raises:
            Trouble: one names a host that is neither Heroku's nor this machine.
        """
        from providers.heroku.hosts import environment_hosts

        return environment_hosts()

    def environment_token(self) -> FoundToken | None:
        """`HEROKU_API_KEY`."""
        from providers.heroku.tokens import environment_token

        return environment_token()

    def open_backups(self, hosts: Hosts, token: Secret) -> Backups:
        """Like `open`, for the databases and Heroku's backups of them."""
        from providers.heroku.backups import HerokuBackups
        from providers.heroku.client import Client

        return HerokuBackups(Client(hosts, token))


PROVIDER: Final[SourceProvider] = Heroku()
