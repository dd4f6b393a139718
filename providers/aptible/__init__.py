"""Aptible as a target."""

from typing import TYPE_CHECKING, Literal

from wizard.model.secret import Secret
from wizard.ports import FoundToken, Hosts, Profile, SignIn, Target, Token

if TYPE_CHECKING:
    from wizard.ports import TargetProvider


class AptibleProvider:
    """The way in for the wizard. What talks HTTP is imported when it is first needed.

    `hosts` may name `auth`, `api` (URLs), `git` ("user@host:port") and `git_host_keys` (public keys, one a
    line); what is left out is Aptible's own.
    """

    name = "aptible"
    title = "Aptible"
    role: Literal["target"] = "target"
    token_page = "https://app.aptible.com/settings/profile"  # noqa: S105 - an address, no secret

    def profile(self) -> Profile:
        from providers.aptible.catalogue import profile

        return profile()

    def found_tokens(self) -> list[FoundToken]:
        from providers.aptible.sign_in import found_tokens

        return found_tokens()

    async def sign_in(self, hosts: Hosts, who: SignIn, password: Secret) -> Token:
        from providers.aptible.client import Patience
        from providers.aptible.sign_in import sign_in

        return await sign_in(hosts, who, password, Patience())

    async def accept_token(self, hosts: Hosts, pasted: Secret) -> Token:
        from providers.aptible.client import Patience
        from providers.aptible.sign_in import accept_token

        return await accept_token(hosts, pasted, Patience())

    def open(self, hosts: Hosts, token: Secret) -> Target:
        from providers.aptible.target import AptibleTarget

        return AptibleTarget(hosts, token)


PROVIDER: "TargetProvider" = AptibleProvider()
