"""What names a credential without holding it, and where one went. Sessions and logs hold these."""

from typing import Literal

from wizard.model.noun import Noun

SERVICE = "offramp"
"""The service name of every entry in the keyring."""


class CredentialRef(Noun, frozen=True, kw_only=True):
    """Names one credential without holding it.

    `vendor` is a provider's name ("heroku"), `kind` what it is ("token"), `account` whose it is (mostly
    an e-mail address; "" before that is known).
    """

    vendor: str
    account: str
    kind: str = "token"

    @property
    def service(self) -> str:
        """The service name in the keyring."""
        return SERVICE

    @property
    def username(self) -> str:
        """The account name in the keyring: "heroku:token:ada@example.com"."""
        return f"{self.vendor}:{self.kind}:{self.account}"


class Kept(Noun, frozen=True, kw_only=True):
    """Where a credential went, and the sentence that tells the person so."""

    place: Literal["keyring", "memory"]
    sentence: str
