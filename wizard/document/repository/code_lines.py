"""Looking through the code of a commit for lines that mean something for a move.

`git grep` finds candidates for all rules of a language at once, which is done in C and beside the interface;
only the lines that it found are looked at here. Not looked at: other people's code and what builds make (see
`code_tree.NOT_OURS`), minified and generated files, tests, comments that fill a line.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from wizard.document.config.platform_variables import NOISY, PATTERN, set_by
from wizard.document.repository.code_nouns import CodeLine, LineKind, Look
from wizard.document.repository.code_rules import SAFE_PLACE, Rule, is_scratch, rules
from wizard.document.repository.code_text import safe_line
from wizard.document.repository.code_tree import CodeTree, Hit
from wizard.document.repository.env_reads import (
    Family,
    family_of,
    is_comment,
    pathspecs,
    reads,
    without_comment,
)
from wizard.model.text import clean

MOST_OF_ONE: Final = 200
"""Lines kept of one kind and name; MOST_OF_NOISY of names that code reads everywhere."""

MOST_OF_NOISY: Final = 5
WHENEVER: Final = "config/schedule.rb"
"""Of the gem whenever, whose words are Clockwork's; `crontab` reads it."""

LONGEST_LINE: Final = 1_000
"""Characters; a longer one was written by a program."""

_TEST: Final = re.compile(
    r"(^|/)(tests?|specs?|__tests__|__mocks__|e2e|cypress|testdata|test_data|fixtures|features/step_definitions)/"
    r"|(^|/)(test_[^/]*|[^/]*_test|[^/]*_tests|conftest)\.py$|_(test|spec)\.(go|rb|exs?|rs)$"
    r"|[._-](test|spec|stories)\.[cm]?[jt]sx?$|(Test|Tests|Spec|IT)\.(java|kt|scala|cs|php|groovy)$"
)
_NOT_ON_HEROKU: Final = re.compile(
    r"^\.(github|circleci|gitlab|travis|buildkite|semaphore|devcontainer|vscode)|^(bitbucket|azure)-pipelines|^Jenkinsfile"
    r"|(^|/)config/environments/(development|test)\.|(^|/)settings/(dev|local|test|ci|circleci)\w*\.py$"
    r"|(^|/)(docker-)?compose[\w.-]*\.ya?ml$|(^|/)(Vagrantfile|k8s|kubernetes|charts|helm)/"
)
"""Files that CI or a developer's machine reads: what they take from the environment comes from there, and
what they write stays there."""

_MADE: Final = re.compile(r"[.-]min\.[cm]?js$|\.bundle\.js$|\.chunk\.js$|\.generated\.|_pb2\.py$|\.d\.ts$")
_FALLBACK: Final = re.compile(r"DATABASE_URL|dj_database_url|dj-database-url")


class Found(NamedTuple):
    """`lines` by kind, file and line; `also` the files in which the other pattern was found, sorted."""

    lines: tuple[CodeLine, ...]
    look: Look
    also: tuple[str, ...]


def code_lines(tree: CodeTree, also: str) -> Found:
    """All such lines, and the files of the code in which the extended regular expression `also` is found,
    which would take a second search of all of it otherwise."""
    files = Counter(family for path in tree.entries if (family := family_of(path)) is not None)
    kept: list[CodeLine] = []
    count: Counter[tuple[str, str]] = Counter()
    left: Counter[str] = Counter()
    others: set[str] = set()
    whole = tree.whole
    wanted = re.compile(also)
    # One search for each family of languages: a pattern with the rules of all takes three times as long.
    for family in files:
        known = [rule for rule in rules() if not rule.families or family in rule.families]
        tokens = [PATTERN, _FALLBACK.pattern, also, *dict.fromkeys(rule.token for rule in known)]
        found = tree.search("|".join(f"({token})" for token in tokens), pathspecs(family))
        whole = whole and found.whole
        ours = _ours(found.hits, family)
        others.update(hit.path for hit in ours if wanted.search(hit.text))
        for line in _found(ours, family, known):
            key = (line.kind, line.name)
            count[key] += 1
            if count[key] <= (MOST_OF_NOISY if line.name in NOISY else MOST_OF_ONE):
                kept.append(line)
            else:
                left[f"{line.kind}: {line.name}"] += 1
    kept.sort(key=lambda line: (line.kind, line.file, line.line, line.name))
    look = Look(files=files.total(), left_out=dict(left), whole=whole)
    return Found(tuple(kept), look, tuple(sorted(others)))


def _ours(hits: Sequence[Hit], family: Family) -> list[Hit]:
    paths = {hit.path for hit in hits}
    ours = {
        path
        for path in paths
        if family_of(path) == family and not (is_test(path) or is_made(path) or _NOT_ON_HEROKU.search(path))
    }
    return [hit for hit in hits if hit.path in ours and len(hit.text) <= LONGEST_LINE]


def _found(hits: Sequence[Hit], family: Family, known: list[Rule]) -> Iterator[CodeLine]:
    with_database = {hit.path for hit in hits if _FALLBACK.search(hit.text)}
    for hit in hits:
        if not is_comment(hit.text, family):
            yield from _lines(hit, family, known, with_database)


def is_test(path: str) -> bool:
    """Whether a file is a test, or made for tests, by its path."""
    return _TEST.search(path) is not None


def is_made(path: str) -> bool:
    """Whether a program wrote it, by its name."""
    return _MADE.search(path) is not None


def _lines(hit: Hit, family: Family, known: list[Rule], with_database: set[str]) -> Iterator[CodeLine]:
    code = without_comment(hit.text, family)
    for name in dict.fromkeys(reads(code, family)):
        if set_by(name) and not (name in NOISY and is_scratch(hit.path)):
            yield _line("platform", name, hit)
    seen: set[str] = set()
    for rule in known:
        if rule.kind in seen or not rule.pattern.search(code):
            continue
        if rule.kind == "clock" and hit.path == WHENEVER:
            continue
        if rule.kind == "disk" and _is_harmless(rule, hit, code, with_database):
            continue
        seen.add(rule.kind)
        yield _line(rule.kind, rule.name, hit)


def _is_harmless(rule: Rule, hit: Hit, code: str, with_database: set[str]) -> bool:
    if SAFE_PLACE.search(code) or is_scratch(hit.path):
        return True
    # SQLite beside DATABASE_URL is what a developer's machine falls back to.
    return rule.name == "SQLite database" and hit.path in with_database


def _line(kind: LineKind, name: str, hit: Hit) -> CodeLine:
    return CodeLine(
        kind=kind, name=clean(name, limit=200), file=clean(hit.path), line=hit.line, text=safe_line(hit.text)
    )
