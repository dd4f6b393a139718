"""Release history however it is cut, and what a release runs in each shape that Heroku gives it."""

from typing import Any

import pytest

from providers.heroku.answers import Gone
from providers.heroku.releases import (
    build_noun,
    buildpack_name,
    read_builds,
    read_image,
    read_release,
    read_releases,
)


def in_place(fake: object) -> Any:
    """In a client's place: it answers what is asked here, and nothing else."""
    return fake


class History:
    """A client with so many releases, which gives `page` of them at once."""

    def __init__(self, count: int, page: int = 1000, code_at: tuple[int, ...] = (2,)) -> None:
        self.asked: list[tuple[str, str]] = []
        self._page = page
        slug, self._rows = None, []
        for version in range(1, count + 1):
            slug = f"s{version}" if version in code_at else slug
            self._rows.append(
                {
                    "version": version,
                    "slug": slug and {"id": slug},
                    "status": "succeeded",
                    "description": "Set A",
                }
            )

    async def get_page(self, path: str, wanted: str, *, variant: str = "") -> list[dict[str, Any]]:
        self.asked.append((wanted, variant))
        start, _, options = wanted.removeprefix("version ").partition("..")
        below = int(start.removeprefix("]")) if start else 10**9
        most = min(self._page, int(options.rpartition("=")[2]))
        return [row for row in reversed(self._rows) if row["version"] < below][:most]


def versions(rows: list[dict[str, Any]]) -> list[int]:
    return [row["version"] for row in rows]


@pytest.mark.parametrize("page", [1000, 20, 7, 1])
async def test_a_history_in_pages_is_the_same_history(page: int) -> None:
    client = History(33, page, code_at=(2, 30))
    assert versions(await read_releases(in_place(client), "a")) == list(range(33, 13, -1))


async def test_a_short_history_is_asked_for_once() -> None:
    client = History(5)
    assert versions(await read_releases(in_place(client), "a", fir=True)) == [5, 4, 3, 2, 1]
    assert client.asked == [("version ..; order=desc,max=20", "sdk")]
    assert await read_releases(in_place(History(0)), "a") == []


async def test_code_that_is_further_back_is_looked_for() -> None:
    rows = await read_releases(in_place(History(150)), "a")
    assert versions(rows)[-1] == 1 and len(rows) == 150
    # Before the first deploy there is nothing to look for.
    assert len(await read_releases(in_place(History(150, code_at=())), "a")) == 20


async def test_the_current_release_is_the_newest_good_one() -> None:
    assert (await read_release(in_place(History(30)), "a"))["version"] == 30
    assert await read_release(in_place(History(0)), "a") == {}


class Images:
    """A client that has one thing to give, or nothing."""

    def __init__(self, said: Any) -> None:
        self.asked: list[tuple[str, str]] = []
        self._said = said

    async def get(self, path: str, *, variant: str = "") -> Any:
        self.asked.append((path, variant))
        if self._said is None:
            raise Gone("It is gone.", remedy="None.", code="not-found")
        return self._said


SLUG = {
    "id": "s1",
    "commit": "c1",
    "size": 12,
    "stack": {"name": "heroku-24"},
    "process_types": {"web": "go"},
}
OCI = {
    "id": "i1",
    "commit": "c2",
    "digest": "sha256:1",
    "base_image_name": "heroku/heroku:24-cnb",
    "architecture": None,
    "process_types": {"web": {"command": "/cnb/process/web", "display_cmd": "npm start"}, "odd": 3, "x": {}},
    "buildpacks": [{"id": "heroku/nodejs", "version": "1.4"}, {"id": "heroku/go"}, None],
}


@pytest.mark.parametrize(
    ("release", "said", "kind", "commit", "commands"),
    [
        ({"slug": {"id": "s1"}}, SLUG, "slug", "c1", {"web": "go"}),
        ({"slug": {"id": "s1"}}, None, "slug", None, {}),
        ({"slug": {"id": "s1"}}, [], "slug", None, {}),
        ({"oci_image": {"id": "i1"}}, [OCI], "oci-image", "c2", {"web": "npm start", "x": ""}),
        ({"oci_image": {"id": "i1"}}, OCI, "oci-image", "c2", {"web": "npm start", "x": ""}),
        ({"artifacts": [{"type": "oci-image", "id": "i1"}]}, [None, OCI], "oci-image", "c2", None),
        ({"artifacts": [{"type": "slug", "id": "s9"}], "slug": {"id": "s1"}}, SLUG, "slug", "c1", None),
        ({"oci_image": {"id": "i1"}}, None, "oci-image", None, {}),
    ],
)
async def test_what_a_release_runs(
    release: dict[str, Any], said: Any, kind: str, commit: str | None, commands: dict[str, str] | None
) -> None:
    client = Images(said)
    image, told = await read_image(in_place(client), "a", release, [])
    assert image is not None and (image.kind, image.commit) == (kind, commit)
    assert commands is None or told == commands
    assert client.asked[0][1] == ("sdk" if kind == "oci-image" else "")


async def test_an_image_of_the_container_registry_stands_in_the_formation() -> None:
    formation = [
        {"type": "worker", "docker_image": {"id": "w"}},
        {"type": "web", "docker_image": {"id": "x"}},
    ]
    client = Images(None)
    image, _ = await read_image(in_place(client), "a", {}, formation)
    assert image is not None and (image.kind, image.id) == ("oci-image", "x")
    assert client.asked == []
    assert await read_image(in_place(client), "a", {}, [{"type": "web"}]) == (None, {})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("urn:buildpack:heroku/python", "heroku/python"),
        ("heroku/python", "heroku/python"),
        ("https://me:hunter22@github.com/acme/pack?key=k#v1", "https://github.com/acme/pack#v1"),
        ("https://[", "a buildpack with an address that is no URL"),
    ],
)
def test_buildpacks_are_shown_without_secrets(given: str, shown: str) -> None:
    assert buildpack_name(given) == shown


def test_a_build_keeps_no_signed_address() -> None:
    row = {
        "id": "b",
        "source_blob": {"url": "https://s3.example/x?sig=hunter22", "version": "c1"},
        "stack": "heroku-24",
        "buildpacks": [{"url": "urn:buildpack:heroku/go"}, {"name": "heroku/ruby"}, 7],
    }
    build = build_noun(row)
    assert (build.commit, build.buildpacks) == ("c1", ("heroku/go", "heroku/ruby"))
    assert "hunter22" not in repr(build)


async def test_builds_come_newest_first() -> None:
    class Builds:
        async def get_page(self, path: str, wanted: str) -> list[dict[str, Any]]:
            assert wanted.startswith("started_at ..; order=desc")
            return [{"id": one, "created_at": f"2026-01-0{one}"} for one in (2, 3, 1)]

    rows = await read_builds(in_place(Builds()), "a")
    assert [row["id"] for row in rows] == [3, 2, 1]
