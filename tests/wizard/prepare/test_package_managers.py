"""What the package managers want of an image beside their own line: yarn 2 and later, pipenv, versions."""

import json

import msgspec
import pytest

from tests.wizard.prepare.described_apps import APPS, checkout, stages
from wizard.prepare.dockerfile import IMAGES
from wizard.prepare.image.wish import ImageWish

WISH = ImageWish(app="shop", port=3000, command='["run"]')
BERRY, CLASSIC = "RUN yarn install --immutable\n", "RUN yarn install --production=false --frozen-lockfile"
RELEASE = "yarnPath: .yarn/releases/yarn-{}.cjs\n"


def node(package: dict[str, object], rc: str | None = None, lock: str = "yarn.lock") -> str:
    files = {"package.json": json.dumps({"engines": {"node": "22"}, **package}), lock: ""}
    if rc is not None:
        files[".yarnrc.yml"] = rc
    return IMAGES["nodejs"](checkout(files), WISH).text


def engines(**versions: str) -> dict[str, object]:
    return {"engines": {"node": "22", **versions}}


@pytest.mark.parametrize(
    ("package", "rc", "line", "prunes"),
    [
        ({}, None, CLASSIC, True),
        ({"packageManager": "yarn@1.22.22+sha512.ab"}, None, CLASSIC, True),
        ({"packageManager": "yarn@1.22.22"}, "enableTelemetry: false\n", CLASSIC, True),
        (engines(yarn="^1.22"), None, CLASSIC, True),
        # Without a file of settings it is yarn 4 as well, and knows none of the options of yarn 1.
        ({"packageManager": "yarn@4.9.1"}, None, BERRY, True),
        (engines(yarn="4.x"), None, BERRY, True),
        (engines(yarn=">=4.1"), None, BERRY, True),
        ({}, "", BERRY, False),
        ({"packageManager": "yarn@3.6.0"}, None, BERRY, False),
        ({}, RELEASE.format("4.5.0"), BERRY, True),
        ({"packageManager": "yarn@1.22.22"}, RELEASE.format("3.8.1"), BERRY, False),
    ],
)
def test_which_yarn_it_is(package: dict[str, object], rc: str | None, line: str, prunes: bool) -> None:
    text = node(package, rc)
    assert line in text
    assert ("focus --all --production" in text or "yarn install --production " in text) is prunes


@pytest.mark.parametrize(
    ("rc", "from_cache"),
    [
        (None, True),
        ("enableTelemetry: false\n", True),
        ("nodeLinker: pnp\n", True),
        ("nodeLinker: node-modules\n", False),
        ('nodeLinker: "node-modules"\n', False),
        ("nodeLinker: pnpm\n", False),
    ],
)
def test_a_process_finds_the_packages_that_yarn_leaves_in_its_cache(rc: str | None, from_cache: bool) -> None:
    """By default yarn 2 and later make no node_modules, and their cache is in the home of who builds."""
    text = node({"packageManager": "yarn@4.9.1"}, rc)
    for stage in stages(text):
        told = any("YARN_ENABLE_GLOBAL_CACHE false" in rest for name, rest in stage if name == "ENV")
        assert told is from_cache
    assert ("--production && rm -rf .yarn/cache\n" in text) is not from_cache


@pytest.mark.parametrize(
    ("name", "lock", "version", "line"),
    [
        ("pnpm", "pnpm-lock.yaml", "9.1.0", "corepack prepare pnpm@9.1.0 --activate"),
        ("pnpm", "pnpm-lock.yaml", "9.x", "corepack prepare pnpm@9.x --activate"),
        ("pnpm", "pnpm-lock.yaml", "^9.1", "corepack prepare pnpm@^9.1 --activate"),
        ("pnpm", "pnpm-lock.yaml", ">=8; rm -rf /", None),
        ("yarn", "yarn.lock", "1.22.x", "corepack prepare yarn@1.22.x --activate"),
        ("yarn", "yarn.lock", "4.x", "corepack prepare yarn@4.x --activate"),
        ("npm", "package-lock.json", "10.x", "npm install --global npm@10.x"),
        ("npm", "package-lock.json", "~10.2.1", "npm install --global npm@~10.2.1"),
        ("npm", "package-lock.json", ">=9 || 8", None),
        ("bun", "bun.lock", "1.2.x", "npm install --global bun@1.2.x"),
        ("bun", "bun.lock", "*", None),
    ],
)
def test_the_version_of_the_package_manager(name: str, lock: str, version: str, line: str | None) -> None:
    text = node(engines(**{name: version}), lock=lock)
    assert text.count(line or "-") >= 2 if line else f"{name}@" not in text
    named = node({**engines(**{name: version}), "packageManager": f"{name}@1.2.3"}, lock=lock)
    assert ("corepack prepare" in named) is False
    assert ("npm install --global bun@1.2.3\n" in named) is (name == "bun")


HASHED = {"bottle": {"hashes": ["sha256:ab"], "version": "==0.13"}}
PIPFILE = '[packages]\nbottle = "*"\n{}'


def pipenv(lock: str, more: str = "", **wish: object) -> str:
    files = {".python-version": "3.12\n", "Pipfile": PIPFILE.format(more), "Pipfile.lock": lock}
    return IMAGES["python"](checkout(files), msgspec.structs.replace(WISH, **wish)).text


@pytest.mark.parametrize(
    ("packages", "checked"),
    [
        (HASHED, True),
        ({**HASHED, "ours": {"path": "./ours"}}, False),
        ({**HASHED, "theirs": {"git": "https://git.example/x", "ref": "ab"}}, False),
        ({}, False),
    ],
)
def test_the_hashes_of_a_pipfile_lock_are_checked(packages: dict[str, object], checked: bool) -> None:
    text = pipenv(json.dumps({"default": packages}))
    assert (f"pipenv requirements{' --hash' if checked else ''} > " in text) is True
    assert "pip install --no-deps -r /tmp/locked.txt\n" in text
    assert "pipenv requirements > " in pipenv("{") and "pipenv requirements > " in pipenv("[]")


@pytest.mark.parametrize(
    ("more", "early"),
    [
        ("", False),
        ('ours = {path = "./ours", editable = true}\n', True),
        ('[packages.ours]\npath = "."\n', True),
        ('ours = {file = "https://example.org/ours.zip"}\n', True),
        ('theirs = {git = "https://git.example/x"}\n', False),
    ],
)
def test_a_pipfile_that_names_a_folder_gets_the_code_first(more: str, early: bool) -> None:
    text = pipenv(json.dumps({"default": HASHED}), more)
    assert (text.index("COPY . .") < text.index("RUN pipenv requirements")) is early
    assert ("COPY Pipfile Pipfile.lock ./" in text) is not early


@pytest.mark.parametrize("lock", ["Pipfile.lock", "poetry.lock", "uv.lock", "requirements.txt"])
def test_the_code_is_no_part_of_the_program_that_installs(lock: str) -> None:
    """A folder `installer` of the app would otherwise be taken for the package of this name in Poetry."""
    files = {".python-version": "3.12\n", "Pipfile": "", "pyproject.toml": "", lock: ""}
    build = stages(IMAGES["python"](checkout(files), WISH).text)[0]
    installs = [
        n for n, (name, rest) in enumerate(build) if (name == "RUN" and "install" in rest) or "sync" in rest
    ]
    paths = [n for n, (name, rest) in enumerate(build) if name == "ENV" and "PYTHONPATH /app" in rest]
    assert installs and len(paths) == 1 and paths[0] > max(installs)


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ("pipenv run gunicorn shop", True),
        ("exec pipenv run gunicorn shop", True),
        ("cd src && pipenv run gunicorn shop", True),
        ("bash -c 'pipenv run gunicorn shop'", True),
        ("gunicorn shop", False),
        ("python pipenv.py", False),
    ],
)
def test_a_process_may_start_by_pipenv(line: str, there: bool) -> None:
    final = stages(pipenv("{}", lines=(line,)))[-1]
    assert any("pip install --no-cache-dir pipenv" in rest for name, rest in final if name == "RUN") is there
    assert any("VIRTUAL_ENV /opt/venv" in rest for name, rest in final if name == "ENV") is there
    other = IMAGES["python"](checkout(APPS["python"]), msgspec.structs.replace(WISH, lines=(line,)))
    assert "pipenv" not in other.text
