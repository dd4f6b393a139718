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
        from providers.aptible.found_tokens import found_tokens

        return found_tokens()

    def environment_hosts(self) -> Hosts:
        """`APTIBLE_AUTH_ROOT_URL` and `APTIBLE_API_ROOT_URL`, read as Aptible's CLI reads them.

        Raises:
            Trouble: one names a host that is neither Aptible's nor this machine.
        """
        from providers.aptible.hosts import environment_hosts

        return environment_hosts()

    async def sign_in(self, hosts: Hosts, who: SignIn, password: Secret) -> Token:
        from providers.aptible.client import Patience
        from providers.aptible.sign_in import sign_in

        return await sign_in(hosts, who, password, Patience())

    async def accept_token(self, hosts: Hosts, pasted: Secret) -> Token:
        from providers.aptible.client import Patience
        from providers.aptible.sign_in import accept_token

        return await accept_token(hosts, pasted, Patience())

    def single_sign_on_page(self, hosts: Hosts, organisation: str) -> str:
        from providers.aptible.single_sign_on import sign_on_page

        return sign_on_page(hosts, organisation)

    def open(self, hosts: Hosts, token: Secret) -> Target:
        from providers.aptible.target import AptibleTarget

        return AptibleTarget(hosts, token)


PROVIDER: "TargetProvider" = AptibleProvider()
