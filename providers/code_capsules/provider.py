"""The way in to Code Capsules for the wizard. What talks HTTP is imported when it is first needed."""

from typing import Literal

from wizard.model.secret import Secret
from wizard.ports import FoundToken, Hosts, Profile, SignIn, Target, Token


class CodeCapsulesProvider:
    """The provider `code-capsules`. What `hosts` may name stands in `paths.SETTINGS`."""

    name = "code-capsules"
    title = "Code Capsules"
    role: Literal["target"] = "target"
    token_page = ""
    """The vendor has no tokens for other programs."""
    sign_in_words = (
        "Code Capsules has no tokens for programs: Offramp keeps this e-mail and password, where it keeps "
        "tokens. An account with a second factor cannot be used; another one in the Team, without, can."
    )

    def profile(self) -> Profile:
        from providers.code_capsules.catalogue import profile

        return profile()

    def found_tokens(self) -> list[FoundToken]:
        """None: the vendor's own program keeps its credentials in a keyring, and has no token for others."""
        return []

    def environment_hosts(self) -> Hosts:
        """What the variables say that are listed in `paths.SETTINGS`.

        Raises:
            Trouble: one names a host that is neither Code Capsules' nor this machine.
        """
        from providers.code_capsules.hosts import environment_hosts

        return environment_hosts()

    async def sign_in(self, hosts: Hosts, who: SignIn, password: Secret) -> Token:
        from providers.code_capsules.patience import Patience
        from providers.code_capsules.sign_in import sign_in

        return await sign_in(hosts, who, password, Patience())

    async def accept_token(self, hosts: Hosts, pasted: Secret) -> Token:
        """Raises Trouble for all but what Offramp itself kept of an earlier sign-in."""
        from providers.code_capsules.patience import Patience
        from providers.code_capsules.sign_in import accept_token

        return await accept_token(hosts, pasted, Patience())

    def open(self, hosts: Hosts, token: Secret) -> Target:
        from providers.code_capsules.target import CodeCapsulesTarget

        return CodeCapsulesTarget(hosts, token)
