"""References to Docker images: read as Docker reads them, and refused with a reason."""

import pytest

from wizard.model.image_reference import ImageReference, parse, registry_of

GOOD = {
    "ghcr.io/acme/shop:v42": ("ghcr.io", "acme/shop", "v42", ""),
    "shop": ("docker.io", "shop", "", ""),
    "acme/shop:latest": ("docker.io", "acme/shop", "latest", ""),
    "localhost:5000/a/b__c/d-e.f:1.2-rc_3": ("localhost:5000", "a/b__c/d-e.f", "1.2-rc_3", ""),
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:7": (
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
        "shop",
        "7",
        "",
    ),
    f"quay.io/acme/shop:v1@sha256:{'a' * 64}": ("quay.io", "acme/shop", "v1", f"sha256:{'a' * 64}"),
}


@pytest.mark.parametrize(("text", "parts"), GOOD.items())
def test_what_docker_takes_is_taken(text: str, parts: tuple[str, ...]) -> None:
    found = parse(text)
    assert isinstance(found, ImageReference)
    assert (found.registry, found.repository, found.tag, found.digest) == parts
    assert registry_of(text) == parts[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no image is named"),
        ("acme/shop :v1", "blanks"),
        ("https://ghcr.io/acme/shop", "scheme"),
        ("ghcr.io/Acme/shop:v1", "`Acme` is no name"),
        ("ghcr.io/acme//shop", "`` is no name"),
        ("ghcr.io/acme/shop:", "`` is no tag"),
        ("ghcr.io/acme/shop:-v1", "no tag"),
        ("ghcr.io/acme/shop@sha256:12", "no digest"),
        ("-bad-.io/acme/shop", "no host"),
        ("--privileged", "no name"),
        ("a" * 300, "longer than"),
    ],
)
def test_what_is_none_is_told_why(text: str, why: str) -> None:
    said = parse(text)
    assert isinstance(said, str) and why in said
    assert registry_of(text) == ""


def test_only_a_tag_that_stays_stands_for_one_image() -> None:
    moving = {text: reference.moves for text in GOOD if isinstance(reference := parse(text), ImageReference)}
    assert [text for text, moves in moving.items() if moves] == ["shop", "acme/shop:latest"]
