"""References to Docker images, as people write them: "ghcr.io/acme/shop:v42".

The grammar is that of the distribution project (distribution/reference, reference.go): a host has a dot, a
colon or is `localhost`; what has none is on Docker Hub.
"""

import re

from wizard.model.noun import Noun

LONGEST = 255
"""Characters of a repository's name."""

_HOST = re.compile(
    r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(:[0-9]+)?"
)
_PART = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

DOCKER_HUB = "docker.io"


class ImageReference(Noun, frozen=True, kw_only=True):
    """An image. `registry` is a host ("docker.io" where none is written); `tag` and `digest` may be empty."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def moves(self) -> bool:
        """Whether the reference may stand for another image tomorrow without anybody meaning it."""
        return not self.digest and self.tag in ("", "latest")


def parse(text: str) -> ImageReference | str:
    """The reference, or in words why `text` is none."""
    if not text:
        return "no image is named"
    if re.search(r"\s", text):
        return "it has blanks"
    if "://" in text:
        return "it is an address with a scheme; leave out what stands before the host"
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return "what follows the @ is no digest (sha256: and 64 digits)"
    path, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        path, colon, tag = rest, "", ""
    if colon and not _TAG.fullmatch(tag):
        return f"`{tag}` is no tag"
    host, _, below = path.partition("/")
    named = bool(below) and ("." in host or ":" in host or host == "localhost")
    registry, repository = (host, below) if named else (DOCKER_HUB, path)
    if named and not _HOST.fullmatch(host):
        return f"`{host}` is no host"
    if len(repository) > LONGEST:
        return f"the name of its repository is longer than {LONGEST} characters"
    for part in repository.split("/"):
        if not _PART.fullmatch(part):
            letters = " (lower-case letters, digits, and dots, dashes or underscores between them)"
            return f"`{part}` is no name of a repository{letters}"
    return ImageReference(registry=registry.lower(), repository=repository, tag=tag, digest=digest)


def registry_of(text: str) -> str:
    """The registry of a reference, empty for a text that is none."""
    found = parse(text)
    return found.registry if isinstance(found, ImageReference) else ""
