"""The version of a language that an app wants, and whether a target's own builders run it."""

import re
from collections.abc import Iterator, Sequence

from wizard.document.checkout import Checkout
from wizard.document.repository.code_nouns import Runtime
from wizard.document.repository.runtimes import runtimes
from wizard.model.noun import Noun
from wizard.model.system import App
from wizard.ports import Profile

TITLES = {
    "clojure": "Clojure",
    "dotnet": ".NET",
    "go": "Go",
    "java": "Java",
    "node": "Node.js",
    "php": "PHP",
    "python": "Python",
    "ruby": "Ruby",
    "scala": "Scala",
}

_ALSO = {"node": ("nodejs",)}
"""Other names that a language has in a target's list."""

_LANGUAGES = (
    ("node", re.compile(r"node")),
    ("python", re.compile(r"python")),
    ("ruby", re.compile(r"ruby")),
    ("php", re.compile(r"php")),
    ("java", re.compile(r"java(?!script)|gradle|jvm|maven")),
    ("scala", re.compile(r"scala")),
    ("clojure", re.compile(r"clojure")),
    ("dotnet", re.compile(r"dotnet")),
    ("go", re.compile(r"(^|[/-])go(lang)?\b")),
)
"""By what stands in a buildpack's name or address."""

_TERM = re.compile(r"(>=|<=|==|~=|!=|~>|>|<|\^|~|=)?[a-z-]*(\d+(?:\.\d+)*)", re.IGNORECASE)
_ASIDE = re.compile(r"\(.*")
_SPLIT = re.compile(r"([<>=~^!])\s+")


class Wanted(Noun, frozen=True, kw_only=True):
    """A language, the version as it is written (empty: nothing says it), and where ("file:line")."""

    language: str
    version: str = ""
    pinned_in: str = ""

    def in_words(self) -> str:
        """ "Node.js 18.x (package.json:4)"."""
        where = f" ({self.pinned_in})" if self.pinned_in else ""
        return f"{TITLES.get(self.language, self.language)} {self.version}".rstrip() + where


def wanted(app: App, checkout: Checkout | None) -> Wanted | None:
    """What an app is built with: by its last buildpack, as on Heroku, else by its files."""
    found = _runtimes(checkout)
    named = [language for one in app.buildpacks if (language := language_of(one))]
    language = named[-1] if named else language_of(found[0].buildpack) if found else ""
    if not language:
        return None
    runtime = next((one for one in found if language_of(one.buildpack) == language), None)
    if runtime is None:
        return Wanted(language=language)
    return Wanted(language=language, version=runtime.version, pinned_in=runtime.pinned_in)


def language_of(buildpack: str) -> str:
    """The language of a buildpack, "" for one that is none."""
    name = buildpack.lower()
    return next((language for language, pattern in _LANGUAGES if pattern.search(name)), "")


def lines_of(profile: Profile, language: str) -> tuple[str, ...] | None:
    """The lines of a language that the target's builders run, ascending; None where it names no lines at all,
    and all may do. Empty: it names others, and not this language."""
    told = profile.capabilities.runtimes
    if not told:
        return None
    return next((told[name] for name in (language, *_ALSO.get(language, ())) if name in told), ())


def fits(version: str, lines: Sequence[str]) -> bool:
    """Whether one of `lines` ("3.13", "22") satisfies a version or range as its tools write it ("3.13.2",
    "22.x", ">=18 <23", "^8.2 || ^8.3"). A text without a number ("latest") fits."""
    choices = [_terms(choice) for choice in version.split("||")]
    known = [terms for terms in choices if terms]
    return not known or any(
        all(_holds(how, number, line) for how, number in terms) for terms in known for line in lines
    )


def _terms(choice: str) -> list[tuple[str, tuple[int, ...]]]:
    return list(_read(choice))


def _read(choice: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    between = re.fullmatch(r"\s*v?(\d[\d.]*)[.x*]*\s+-\s+v?(\d[\d.]*)[.x*]*\s*", choice)
    if between:
        yield ">=", _numbers(between[1])
        yield "<=", _numbers(between[2])
        return
    for term in re.split(r"[\s,]+", _SPLIT.sub(r"\1", _ASIDE.sub("", choice))):
        if match := _TERM.match(term):
            yield match[1] or "=", _numbers(match[2])


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())


def _holds(how: str, number: tuple[int, ...], line: str) -> bool:
    """Whether any version of a line satisfies one term. A line is all that begins with its numbers."""
    there = tuple(int(part) for part in line.split(".") if part.isdecimal())
    shared = min(len(there), len(number))
    ours, theirs = there[:shared], number[:shared]
    match how:
        case ">=":
            return ours >= theirs
        case ">":
            return ours > theirs or (ours == theirs and len(number) > len(there))
        case "<=":
            return ours <= theirs
        case "<":
            # 22 is below 22.5, and not below 22.
            return ours < theirs or (ours == theirs and len(number) > len(there) and any(number[shared:]))
        case "!=":
            return ours != theirs or len(number) > len(there)
        case "^":
            return there[:1] == number[:1] and ours >= theirs
        case "~" | "~>" | "~=":
            return _about(how, there, number)
    return ours == theirs


def _about(how: str, there: tuple[int, ...], number: tuple[int, ...]) -> bool:
    # npm's ~ lets the last of three grow, and of two also; Ruby's and Python's let the last that is written.
    kept = max(1, len(number) - 1) if how != "~" else min(2, len(number))
    shared = min(kept, len(there))
    whole = min(len(there), len(number))
    return there[:shared] == number[:shared] and there[:whole] >= number[:whole]


def _runtimes(checkout: Checkout | None) -> tuple[Runtime, ...]:
    if checkout is None:
        return ()
    return checkout.runtimes or runtimes(list(checkout.names), checkout.files)
