"""A registry of Docker images on this machine: names that stand for folders, public or behind a password.

An image is a folder of code with a Dockerfile that describes it (ENV, WORKDIR, CMD, EXPOSE ...; nothing is
built). A Procfile is at `.aptible/Procfile`, hooks are at `.aptible/.aptible.yml`, as in a real image.
"""

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from providers.sandbox.aptible.builds import BuildFailed

HUB = "registry-1.docker.io"


@dataclass(frozen=True)
class StoredImage:
    """`credentials` are username and password; None: everybody may pull it."""

    folder: Path
    credentials: tuple[str, str] | None = None


class ImageStore:
    """What can be pulled, by "repository/image:tag".

    Attributes:
        pulls: names that were pulled so far, in order.
    """

    def __init__(self) -> None:
        self.pulls: list[str] = []
        self._images: dict[str, StoredImage] = {}

    def publish(self, name: str, folder: Path, *, username: str = "", password: str = "") -> None:
        """Let `name` stand for a folder; with a username and a password only for who knows them."""
        credentials = (username, password) if username or password else None
        self._images[_full(name)] = StoredImage(folder, credentials)

    def withdraw(self, name: str) -> None:
        """Take an image away, as somebody does who cleans a registry up."""
        self._images.pop(_full(name), None)

    def pull(self, name: str, username: str, password: str) -> tuple[Path, str]:
        """The folder of an image and its digest. Blocks.

        Raises:
            BuildFailed: in Docker's words: unknown, not for everybody, wrong username or password.
        """
        full = _full(name)
        repository, _, tag = full.rpartition(":")
        host = repository.split("/")[0]
        place = host if "." in host or ":" in host else HUB
        stored = self._images.get(full)
        private = [
            image
            for other, image in self._images.items()
            if other.rpartition(":")[0] == repository and image.credentials
        ]
        known = [other for other in self._images if other.rpartition(":")[0] == repository]
        asked = next((image.credentials for image in private), None)
        if (username or password) and asked is not None and not _same(asked, (username, password)):
            raise BuildFailed(
                f'Error response from daemon: Get "https://{place}/v2/": unauthorized: incorrect username or '
                "password"
            )
        if not known or (asked is not None and not username):
            raise BuildFailed(
                f"Error response from daemon: pull access denied for {repository}, repository does not exist "
                "or may require 'docker login': denied: requested access to the resource is denied"
            )
        if stored is None:
            raise BuildFailed(
                f"Error response from daemon: manifest for {repository}:{tag} not found: manifest unknown: "
                "manifest unknown"
            )
        self.pulls.append(name)
        return stored.folder, digest(stored.folder)


def digest(folder: Path) -> str:
    """Names the content of a folder: `sha256:` and 64 digits."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sha256:{found.hexdigest()}"


def _full(name: str) -> str:
    """A name always with a tag, and without Docker Hub's own names in front."""
    bare = name.removeprefix("docker.io/").removeprefix("library/")
    return bare if ":" in bare.rpartition("/")[2] else f"{bare}:latest"


def _same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    pairs = zip(one, other, strict=True)
    return all(hmac.compare_digest(a.encode(), b.encode()) for a, b in pairs)
