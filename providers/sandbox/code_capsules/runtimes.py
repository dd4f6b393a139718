"""Which line of a language a build gets, and whether there is one.

The lines and the ways to pin them are those of the vendor's documentation (its June 2026 branch): a variable
goes before a file; a frontend takes only an exact `engines.node` and ignores everything else.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LINES: dict[str, tuple[str, ...]] = {
    "nodejs": ("22", "24"),
    "python": ("3.13", "3.14"),
    "go": ("1.25", "1.26"),
    "java": ("17", "21", "25"),
    "ruby": ("3.2", "3.3", "3.4", "4.0"),
    "php": ("8.2", "8.3", "8.4", "8.5"),
    "dotnet": ("8", "10"),
}
DEFAULTS = {
    "nodejs": "24",
    "python": "3.14",
    "go": "1.26",
    "java": "25",
    "ruby": "3.4",
    "php": "8.4",
    "dotnet": "10",
}
VARIABLES = {
    "nodejs": "GOOGLE_NODEJS_VERSION",
    "python": "GOOGLE_PYTHON_VERSION",
    "go": "GOOGLE_GO_VERSION",
    "java": "GOOGLE_RUNTIME_VERSION",
    "ruby": "GOOGLE_RUNTIME_VERSION",
    "php": "GOOGLE_RUNTIME_VERSION",
    "dotnet": "GOOGLE_DOTNET_SDK_VERSION",
}
_SIGNS = (
    ("nodejs", ("package.json",)),
    ("python", ("requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "main.py", "app.py")),
    ("go", ("go.mod",)),
    ("java", ("pom.xml", "build.gradle", "build.gradle.kts")),
    ("ruby", ("Gemfile",)),
    ("php", ("composer.json", "index.php")),
)
_EXACT = re.compile(r"v?\d+\.\d+\.\d+")


class NoRuntime(Exception):
    """The wanted line is not offered; says so in the words of a build log."""


@dataclass(frozen=True)
class Runtime:
    """`line` is what the build gets; `pinned` by what, empty where it is the default."""

    language: str
    line: str
    pinned: str = ""


def language_of(folder: Path) -> str:
    """The language of the code there, empty where no builder takes it."""
    for language, names in _SIGNS:
        if any((folder / name).is_file() for name in names):
            return language
    return "dotnet" if any(folder.glob("*.csproj")) else ""


def runtime_of(folder: Path, language: str, env: Mapping[str, str], *, frontend: bool) -> Runtime:
    """What the build gets.

    Raises:
        NoRuntime: what is pinned is not among the lines.
    """
    by, wanted = _pin(folder, language, env, frontend=frontend)
    if not wanted:
        return Runtime(language, DEFAULTS[language])
    for line in reversed(LINES[language]):
        if _allows(wanted, line):
            return Runtime(language, line, by)
    offered = ", ".join(LINES[language])
    raise NoRuntime(
        f'failed to build: resolving version {wanted} ({by}): no {language} runtime satisfies "{wanted}"; '
        f"available: {offered}"
    )


def _pin(folder: Path, language: str, env: Mapping[str, str], *, frontend: bool) -> tuple[str, str]:
    """Where a pin is, and what it says; two empty texts where there is none."""
    variable = VARIABLES[language]
    if not frontend and env.get(variable):
        return variable, env[variable]
    if language == "nodejs":
        said = _engine(folder)
        if frontend and not _EXACT.fullmatch(said):
            return "", ""
        return "engines.node", said
    if language == "python":
        return ".python-version", _first_line(folder / ".python-version")
    if language == "ruby":
        locked = re.search(r"RUBY VERSION\s+ruby (\d+\.\d+)", _text(folder / "Gemfile.lock"))
        return "Gemfile.lock", locked[1] if locked else ""
    if language == "php":
        said = str(_json(folder / "composer.json").get("require", {}).get("php", ""))
        return "composer.json", said if re.fullmatch(r"\d+\.\d+(\.[\dx*]+)?", said) else ""
    if language == "dotnet":
        sdk = _json(folder / "global.json").get("sdk", {})
        return "global.json", str(sdk.get("version", "")) if isinstance(sdk, dict) else ""
    return "", ""


def _engine(folder: Path) -> str:
    engines = _json(folder / "package.json").get("engines", {})
    return str(engines.get("node", "")).strip() if isinstance(engines, dict) else ""


def _allows(wanted: str, line: str) -> bool:
    """Whether a line ("24", "3.13") has a version that `wanted` allows: an npm range or a plain version."""
    return any(_all_hold(part.strip(), line) for part in wanted.split("||"))


def _all_hold(text: str, line: str) -> bool:
    spaced = re.sub(r"([<>=~^]+)\s+", r"\1", text.replace(" - ", " <=").strip())
    parts = spaced.split()
    if len(parts) > 1 and parts[1].startswith("<=") and parts[0][0].isdigit():
        parts[0] = f">={parts[0]}"
    return all(_holds(part, line) for part in parts) if parts else True


def _holds(part: str, line: str) -> bool:
    found = re.fullmatch(r"([<>=~^]*)v?(\d+|[x*])((?:\.(?:\d+|[x*]))*).*", part)
    if found is None:
        return False
    sign, first, rest = found.groups()
    if first in {"x", "*"}:
        return True
    size = line.count(".") + 1
    numbers = [int(first), *(int(word) for word in rest.split(".") if word.isdecimal())]
    have = [int(word) for word in line.split(".")]
    same = have[: len(numbers)] == numbers[:size]
    if sign == "^":
        return have[0] == numbers[0] and have >= numbers[:size]
    if sign.startswith(">"):
        return have > numbers[:size] or (have == numbers[:size] and (sign == ">=" or len(numbers) > size))
    if sign.startswith("<"):
        return have < numbers[:size] or (same and (sign == "<=" or any(numbers[size:])))
    return same


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_text(path) or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


def _first_line(path: Path) -> str:
    lines = [line.strip() for line in _text(path).splitlines() if line.strip() and not line.startswith("#")]
    return lines[0] if lines else ""
