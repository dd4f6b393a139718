"""What import-linter cannot see: that nothing headless loads Textual, and that no file names a home."""

import ast
import functools
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import providers
import wizard

ROOT = Path(__file__).resolve().parent.parent

HEADLESS = ["--version", "--help", "doctor", "sessions"]
"""Ways in that draw no screen."""

FORBIDDEN = {"textual", "screens"}
"""Top-level packages that neither the wizard nor a provider may bring along."""

LOADED = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""

ALONE = """
import importlib, os, sys
known = "asyncio dns.asyncresolver httpx keyring hcl2 msgspec.json psycopg xlsxwriter yaml"
for name in known.split():
    importlib.import_module(name)
for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        importlib.import_module(name)
        print(name, *sorted({name.partition(".")[0] for name in sys.modules}), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(f"{name} cannot be imported by itself")
"""

ENTERED = """
import sys
from screens.main import main
sys.argv = ["offramp", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
print()
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def modules_below(package: object) -> list[str]:
    """Every module of a package by its dotted name, the package itself first; without those that run."""
    name, path = package.__name__, package.__path__  # type: ignore[attr-defined]
    found = [name, *(module.name for module in pkgutil.walk_packages(path, f"{name}."))]
    return [module for module in found if not module.endswith("__main__")]


def run(script: str, *arguments: str) -> str:
    """What a fresh process prints."""
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
        cwd=ROOT,
    )
    assert ran.returncode == 0, f"{' '.join(arguments)}: {ran.stderr}"
    return ran.stdout


def loaded(script: str, *arguments: str) -> set[str]:
    """The top-level modules that a fresh process has loaded at the end of `script`."""
    return set(run(script, *arguments).splitlines()[-1].split())


def loaded_alone(*modules: str) -> dict[str, set[str]]:
    """The same for each module by itself: forks of a process that has loaded what is not ours, which takes
    longest."""
    lines = [line.split() for line in run(ALONE, *modules).splitlines()]
    return {name: set(tops) for name, *tops in lines}


@pytest.mark.slow  # a process for each of some hundred modules; the next test has all of them in one
def test_each_module_of_the_wizard_stands_alone_and_brings_no_screen_along() -> None:
    """What another module loaded before must hide neither a screen nor a circle."""
    names = modules_below(wizard)
    assert "wizard.credentials" in names
    found = loaded_alone(*names)
    assert set(found) == set(names)
    assert {name: tops & FORBIDDEN for name, tops in found.items() if tops & FORBIDDEN} == {}


def test_no_module_of_the_wizard_brings_a_screen_along() -> None:
    names = modules_below(wizard)
    assert loaded(LOADED, *names) & FORBIDDEN == set()


def test_what_one_module_loads_is_not_there_for_the_next() -> None:
    found = loaded_alone("screens.app", "wizard.model.text")
    assert "textual" in found["screens.app"] and not found["wizard.model.text"] & FORBIDDEN


def test_no_provider_brings_a_screen_along() -> None:
    """One process for all of them: they are heavy."""
    names = modules_below(providers)
    assert "providers.heroku" in names
    assert loaded(LOADED, *names) & FORBIDDEN == set()


def test_the_measurement_notices_textual() -> None:
    assert "textual" in loaded(LOADED, "textual")


@pytest.mark.parametrize("argument", HEADLESS)
def test_a_way_in_without_a_screen_does_not_load_textual(argument: str) -> None:
    assert "textual" not in loaded(ENTERED, argument)


# --- What stands in the files -----------------------------------------------------------------------------

LOOKED_AT = ("wizard", "screens", "providers", "assets", "tests", ".ci")
KINDS = {".py", ".toml", ".tcss", ".md", ".txt", ".json", ".sql", ".sh", ".yml", ".yaml", ".cfg", ""}
HOMES = re.compile(r"/(?:home|Users)/[A-Za-z0-9_.-]+|/root/[A-Za-z0-9_.-]+|[A-Z]:\\\\Users\\\\")


@functools.cache
def files() -> list[Path]:
    """Every text file of the project; looked for once, since there are a thousand."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in KINDS]
    for folder in LOOKED_AT:
        found += [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in KINDS]
    return [path for path in found if "__pycache__" not in path.parts]


@functools.cache
def text_of(path: Path) -> str:
    """What stands in a file; read once for all tests."""
    return path.read_text(errors="replace")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Where `pattern` stands, as "file:line: what"."""
    found = []
    for path in files():
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(text_of(path).splitlines(), 1):
            found += [f"{path.relative_to(ROOT)}:{number}: {match[0]}" for match in pattern.finditer(line)]
    return found


def test_files_are_found_at_all() -> None:
    names = {str(path.relative_to(ROOT)) for path in files()}
    assert {"pyproject.toml", "wizard/model/secret.py", "tests/conftest.py", ".ci/run"} <= names


def test_no_file_names_a_home_folder() -> None:
    assert lines_with(HOMES) == []


@pytest.mark.parametrize(
    "line", ["x = '/home/ada/.ssh'", "/Users/ada/Library", "open('/root/secret.txt')", r"C:\\Users\\ada"]
)
def test_a_home_folder_would_be_noticed(line: str) -> None:
    assert HOMES.search(line)


# --- What the style asks for and ruff cannot see ----------------------------------------------------------


def test_no_module_is_called_by_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "components"}
    assert [str(path.relative_to(ROOT)) for path in files() if path.stem in vague] == []


BROAD = re.compile(r"\bexcept\b[\s\\(]*(?::|(?:Base)?Exception\b)")
"""What must stand in a file for `swallowed` to find something: parsing takes 50 times as long as looking."""


def swallowed(text: str) -> list[int]:
    """The lines with `except Exception: pass`, in any of its spellings."""
    found: list[int] = []
    if not BROAD.search(text):
        return found
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        broad = node.type is None or (
            isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
        )
        if broad and all(isinstance(line, ast.Pass) or _is_ellipsis(line) for line in node.body):
            found.append(node.lineno)
    return found


def test_no_error_is_swallowed_whole() -> None:
    found = []
    for path in files():
        if path.suffix == ".py" and path.parts[len(ROOT.parts)] != "tests":
            found += [f"{path.relative_to(ROOT)}:{line}" for line in swallowed(text_of(path))]
    assert found == []


@pytest.mark.parametrize(
    "handler",
    [
        "except Exception:\n    pass",
        "except Exception: ...",
        "except BaseException as error:\n    pass",
        "except (Exception):\n    pass",
        "except(\n    Exception\n):\n    pass",
        "except \\\n  Exception:\n    pass",
        "except:\n    pass",
        "except :\n    pass",
    ],
)
def test_a_swallowed_error_would_be_noticed(handler: str) -> None:
    assert swallowed(f"try:\n    x = 1\n{handler}\n") == [3]
    assert not swallowed(f"try:\n    x = 1\n{handler}\n    x = 2\n".replace(": ...", ":"))


def _is_ellipsis(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and line.value.value is ...
