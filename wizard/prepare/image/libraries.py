"""Packages of Debian that an app needs, by its libraries and by the commands that it starts."""

import re
from collections.abc import Iterable

from wizard.document.checkout import Checkout
from wizard.prepare.image.catalogue import system_packages

_NAMED_IN = {
    "ruby": ("Gemfile.lock", "Gemfile"),
    "python": ("requirements.txt", "Pipfile", "pyproject.toml"),
    "nodejs": ("package.json",),
}
_NO_LIBRARY = re.compile(r"psycopg2?(-binary|\[[^\]]*binary[^\]]*\])|-binary\b")


def library_packages(checkout: Checkout, *languages: str) -> tuple[str, ...]:
    """Packages for the libraries that an app of these languages names."""
    found: list[str] = []
    for language in languages:
        text = "\n".join(checkout.files.get(name, "") for name in _NAMED_IN.get(language, ()))
        # What brings its own library needs none of the system.
        text = _NO_LIBRARY.sub("", text)
        for package in system_packages():
            if package.language == language and has_library(text, package.library):
                found += package.names
    return tuple(found)


def has_library(text: str, pattern: str) -> bool:
    """Whether a file of packages names a library, as a whole word."""
    return re.search(rf"(?<![\w@/.-])(?:{pattern})(?![\w/-])", text, re.IGNORECASE) is not None


def command_packages(lines: Iterable[str]) -> tuple[str, ...]:
    """Packages for the programs that commands start, beside those of the app."""
    text = "\n".join(lines)
    found: list[str] = []
    for package in system_packages():
        if package.command and re.search(
            rf"(?:^|[\s|;&(`'\"])(?:{package.command})(?:\s|$)", text, re.MULTILINE
        ):
            found += package.names
    return tuple(found)
