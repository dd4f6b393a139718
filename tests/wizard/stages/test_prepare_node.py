"""The Dockerfile of a Node.js app: versions, package managers, and what a start command finds."""

import json
import re

import msgspec
import pytest

from tests.wizard.stages.test_prepare_files import WISH, checkout, codes
from wizard.prepare.image.node import node_image
from wizard.prepare.image.node_build import major_of_range
from wizard.prepare.own_dockerfile import has_entrypoint, instructions


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ("20.x", 20),
        ("^20.1", 20),
        ("~20.1.2", 20),
        ("v18.17.0", 18),
        (">=18", 24),
        (">=26", 26),
        (">=18 <21", 20),
        (">= 18.0.0 < 20.5", 20),
        ("<=22", 22),
        ("18 || 20", 20),
        ("18 - 20", 20),
        ("v16.1.0 - v18.2", 18),
        ("14 - 16 || 18", 18),
        ("*", None),
        ("", None),
        ("lts", None),
    ],
)
def test_ranges_of_npm(text: str, major: int | None) -> None:
    assert major_of_range(text) == major


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (("package-lock.json",), "RUN npm ci --include=dev\n"),
        (("yarn.lock",), "yarn install --production=false --frozen-lockfile"),
        (("yarn.lock", ".yarnrc.yml"), "yarn install --immutable"),
        (("pnpm-lock.yaml",), "pnpm install --prod=false --frozen-lockfile"),
    ],
)
def test_node_package_managers(names: tuple[str, ...], line: str) -> None:
    package = json.dumps({"engines": {"node": "20"}, "scripts": {"heroku-postbuild": "b", "build": "c"}})
    image = node_image(checkout({"package.json": package}, *names), WISH)
    assert line in image.text
    assert "run heroku-postbuild" in image.text
    assert "run build" not in image.text
    assert codes(image) == {"build-without-config"}


@pytest.mark.parametrize(("pinned", "taken"), [("17.x", 18), ("19", 20), ("16", 16), ("21", 21), ("18", 18)])
def test_a_node_without_image_on_this_debian_becomes_the_next(pinned: str, taken: int) -> None:
    image = node_image(
        checkout({"package.json": json.dumps({"engines": {"node": pinned}})}, "package-lock.json"), WISH
    )
    assert f"FROM node:{taken}-bookworm-slim\n" in image.text
    assert codes(image) == ({"node-no-image"} if f"{taken}" not in pinned else set())


@pytest.mark.parametrize("pinned", ["14", "15.x", "8"])
def test_a_node_that_is_too_old_blocks(pinned: str) -> None:
    package = json.dumps({"engines": {"node": pinned}})
    image = node_image(checkout({"package.json": package}, "package-lock.json"), WISH)
    (problem,) = image.problems
    assert problem.code == "node-too-old" and problem.blocks


@pytest.mark.parametrize(
    ("names", "version", "enable"),
    [
        (("pnpm-lock.yaml",), "22", "RUN corepack enable"),
        (("yarn.lock",), "22", "RUN corepack enable"),
        (("pnpm-lock.yaml",), "25", "RUN npm install --global --force corepack && corepack enable"),
        (("package-lock.json",), "22", None),
    ],
)
def test_a_start_command_finds_its_package_manager(
    names: tuple[str, ...], version: str, enable: str | None
) -> None:
    package = json.dumps({"engines": {"node": version}, "scripts": {"heroku-prebuild": "x"}})
    text = node_image(checkout({"package.json": package}, *names), WISH).text
    build, final = text.split("FROM ")[1:]
    for stage in (build, final):
        assert (f"{enable}\n" in stage) is (enable is not None)
        assert ("ENV COREPACK_HOME=/app/.corepack" in stage) is (enable is not None)
    if enable:
        assert build.index(enable) < build.index("run heroku-prebuild")
        assert final.index(enable) < final.index("USER node")


def test_the_base_image_takes_no_shell_away() -> None:
    """The official image of Node.js has an ENTRYPOINT, and the lines of a Procfile would get no shell."""
    image = node_image(checkout({"package.json": "{}"}, "package-lock.json"), WISH)
    assert ("ENTRYPOINT", "[]") in instructions(image.text) and not has_entrypoint(image.text)


@pytest.mark.parametrize(
    ("lock", "var"),
    [
        ("package-lock.json", "NPM_CONFIG_PRODUCTION"),
        ("yarn.lock", "YARN_PRODUCTION"),
        ("pnpm-lock.yaml", "PNPM_SKIP_PRUNING"),
    ],
)
def test_packages_for_building_are_kept_where_heroku_was_told_so(lock: str, var: str) -> None:
    package = {"package.json": '{"engines": {"node": "22"}}'}
    told = node_image(checkout(package, lock), msgspec.structs.replace(WISH, config=(var,)))
    prune = re.compile(r"prune|install --production ")
    assert not prune.search(told.text) and codes(told) == {"node-keeps-all"}
    assert prune.search(node_image(checkout(package, lock), WISH).text)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("{", {"package-json", "node-not-pinned", "node-no-lock"}),
        ("[]", {"package-json", "node-not-pinned", "node-no-lock"}),
        ('{"engines": {"node": "8"}}', {"node-too-old", "node-no-lock"}),
        ('{"engines": "20", "scripts": []}', {"node-not-pinned", "node-no-lock"}),
    ],
)
def test_odd_packages(package: str, expected: set[str]) -> None:
    assert codes(node_image(checkout({"package.json": package}), WISH)) == expected
