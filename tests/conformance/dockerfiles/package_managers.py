"""Small apps with real packages, by the package manager that installs them. Their lock files are made by that
program before a test builds. Each says whether what is only for building is left out of the image."""

import json
from typing import NamedTuple

from tests.conformance.dockerfiles.apps import SmallApp

PYTHON_IMAGE, NODE_IMAGE = "python:3.11-bookworm", "node:22-bookworm"

PYTHON_WEB = """import os
import bottle
try:
    import six
    packages = "kept"
except ImportError:
    packages = "pruned"
def app(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"hello {bottle.__name__} {packages}".encode()]
def main():
    os.execvp("gunicorn", ["gunicorn", "web:app", "--bind", "0.0.0.0:" + os.environ["PORT"]])
"""
NODE_WEB = """const http = require("http"), ms = require("ms");
let packages = "pruned";
try { require("is-number"); packages = "kept"; } catch {}
const text = `hello ${ms(1000)} ${packages}`;
http.createServer((_, answer) => answer.end(text)).listen(process.env.PORT, "0.0.0.0");
"""
PROJECT = """[project]
name = "shop"
version = "1"
requires-python = ">=3.11"
dependencies = ["bottle", "gunicorn"]
"""
INDEX = "index-of-this-machine"
"""Stands for the address at which pip finds packages."""

POETRY = f"""
# A mirror may know nothing of the interface that Poetry asks by itself.
[[tool.poetry.source]]
name = "mirror"
url = "{INDEX}"

[project.scripts]
serve-shop = "web:main"

[tool.poetry]
packages = [{{ include = "web.py" }}]

[tool.poetry.group.dev.dependencies]
six = "*"

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""
OURS = 'from setuptools import setup\nsetup(name="ours", version="1", py_modules=["ours_here"])\n'
PIPFILE = """[packages]
bottle = "*"
gunicorn = "*"
{more}
[dev-packages]
six = "*"

[requires]
python_version = "3.11"
"""
GUNICORN = "web: gunicorn web:app --bind 0.0.0.0:$PORT\n"
PACKAGE = {
    "name": "shop",
    "version": "1.0.0",
    "dependencies": {"ms": "2.1.3"},
    "devDependencies": {"is-number": "7.0.0"},
    "scripts": {"start": "node web.js", "build": "node -e 'require(\"is-number\")'"},
}


class Managed(NamedTuple):
    """An app without its lock file, the image in which that is made, the line that makes it, and its name."""

    small: SmallApp
    image: str
    line: str
    lock: str


def _python(files: dict[str, str], procfile: str = GUNICORN) -> SmallApp:
    given = {".python-version": "3.11\n", "web.py": PYTHON_WEB, "Procfile": procfile, **files}
    return SmallApp(("heroku/python",), given, ("python",), "hello bottle pruned")


def _node(
    procfile: str, files: dict[str, str] | None = None, yarn: dict[str, str] | None = None, **package: str
) -> SmallApp:
    given = {
        "package.json": json.dumps({**PACKAGE, **package, "engines": {"node": "22.x", **(yarn or {})}}),
        "web.js": NODE_WEB,
        "Procfile": procfile,
        **(files or {}),
    }
    return SmallApp(("heroku/nodejs",), given, ("node",), "hello 1s pruned")


YARN = "corepack enable && yarn {}"
PIPENV = "pip install -q pipenv && pipenv lock"

MANAGED: dict[str, Managed] = {
    "poetry": Managed(
        # A package of the app's own with the name of one that Poetry is made of.
        _python(
            {
                "pyproject.toml": PROJECT + POETRY,
                "installer/__init__.py": 'raise SystemExit("not Poetry\'s")\n',
            },
            "web: serve-shop\n",
        ),
        PYTHON_IMAGE,
        "pip install -q poetry && poetry lock",
        "poetry.lock",
    ),
    "pipenv": Managed(
        _python({"Pipfile": PIPFILE.format(more="")}, GUNICORN.replace("gunicorn", "pipenv run gunicorn", 1)),
        PYTHON_IMAGE,
        PIPENV,
        "Pipfile.lock",
    ),
    "pipenv with a folder": Managed(
        _python(
            {
                "Pipfile": PIPFILE.format(more='ours = {path = "./ours", editable = true}\n'),
                "ours/setup.py": OURS,
                "ours/ours_here.py": "",
                "web.py": "import ours_here\n" + PYTHON_WEB,
            }
        ),
        PYTHON_IMAGE,
        PIPENV,
        "Pipfile.lock",
    ),
    "uv": Managed(
        _python({"pyproject.toml": f'{PROJECT}\n[dependency-groups]\ndev = ["six"]\n'}),
        PYTHON_IMAGE,
        "pip install -q uv && uv lock",
        "uv.lock",
    ),
    "yarn classic": Managed(
        _node("web: yarn start\n", yarn={"yarn": "1.22.x"}),
        NODE_IMAGE,
        "npm install --global --force yarn@1.22 && yarn install --ignore-scripts",
        "yarn.lock",
    ),
    "yarn berry": Managed(
        _node("web: yarn start\n", packageManager="yarn@4.9.1"),
        NODE_IMAGE,
        YARN.format("install --mode=update-lockfile"),
        "yarn.lock",
    ),
    "yarn berry with folders": Managed(
        _node("web: node web.js\n", {".yarnrc.yml": "nodeLinker: node-modules\n"}, {"yarn": "4.x"}),
        NODE_IMAGE,
        "corepack enable && corepack prepare yarn@4.x --activate && yarn install --mode=update-lockfile",
        "yarn.lock",
    ),
    "bun": Managed(
        # Bun has nothing that drops packages again.
        _node("web: bun web.js\n")._replace(says="hello 1s kept"),
        NODE_IMAGE,
        "npm install --global bun && bun install --lockfile-only",
        "bun.lock",
    ),
}
