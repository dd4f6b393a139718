"""Deploys of a target's app: which code, by which way, and how each ended."""

from dataclasses import dataclass, field
from typing import Literal

from wizard.model.noun import Noun
from wizard.model.secret import Secret

DeployState = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class TargetDeploy(Noun, frozen=True, kw_only=True):
    """One deploy of an app. `number` grows with time; `at` is UTC, ISO 8601, "" when it is not told.

    `ref` is what was asked for (a branch, a tag, a commit), `commit` what it stood for then; of an image
    `image` is its reference and `digest` its content ("sha256:..."). What is not known is empty. `deployed`:
    whether what it made is what runs, where that is told beside its end.
    """

    number: int
    state: DeployState
    ref: str = ""
    commit: str = ""
    image: str = ""
    digest: str = ""
    at: str = ""
    deployed: bool | None = None

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.state in ("succeeded", "failed", "cancelled")

    @property
    def code(self) -> str:
        """What tells its code from that of another deploy."""
        return self.image or self.commit or self.ref

    def in_words(self) -> str:
        """The code for a person: "the image ghcr.io/acme/shop:v42", "commit 0123456789"."""
        if self.image:
            return f"the image {self.image}"
        return f"commit {self.commit[:10]}" if self.commit else f"{self.ref or 'unknown code'}"


@dataclass(frozen=True)
class RegistryLogin:
    """Who may pull an image from a private registry."""

    username: str = field(repr=False)
    password: Secret
