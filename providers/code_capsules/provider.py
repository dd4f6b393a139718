"""Code Capsules beside other targets: known well enough to compare, not well enough to move to.

Its profile says so (`capabilities.works` is false, `missing` tells what is lacking), so the screens offer
neither sign-in nor a move; whoever calls anyway gets the same words as an error.
"""

import functools
from importlib.resources import as_file, files
from typing import Literal, NoReturn

from wizard.model.noun import decode_toml
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import FoundToken, Hosts, Profile, SignIn, Target, Token


class CodeCapsules:
    """The provider `code-capsules`."""

    name = "code-capsules"
    title = "Code Capsules"
    role: Literal["target"] = "target"
    token_page = "https://app.codecapsules.io"  # noqa: S105  (a page, not a token: the vendor has no token yet)

    def profile(self) -> Profile:
        """What Code Capsules can hold and costs, from assets/catalogue/code_capsules.toml."""
        return _profile()

    def found_tokens(self) -> list[FoundToken]:
        """None: the vendor's own program keeps its credentials in a keyring, and has no token for others."""
        return []

    async def sign_in(self, hosts: Hosts, who: SignIn, password: Secret) -> Token:
        """Raises Trouble: Offramp does not sign in there yet."""
        self._refuse()

    async def accept_token(self, hosts: Hosts, pasted: Secret) -> Token:
        """Raises Trouble: the vendor has no token that could be pasted."""
        self._refuse()

    def open(self, hosts: Hosts, token: Secret) -> Target:
        """Raises Trouble: Offramp does not move a system there yet."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise Trouble(
            f"Offramp cannot move a system to {self.title} yet. {' '.join(_profile().capabilities.missing)}",
            remedy="Choose another target.",
            code="target-not-ready",
        )


@functools.cache
def _profile() -> Profile:
    with as_file(files("assets") / "catalogue" / "code_capsules.toml") as path:
        return decode_toml(path, Profile)
