"""Files with environment variables: their names, never their values."""

import re
from collections.abc import Iterator, Mapping

from wizard.document.config.secrets import judge
from wizard.document.repository.code_nouns import EnvFile
from wizard.document.repository.text_lines import numbered
from wizard.model.secret import Secret
from wizard.model.text import clean

_FILE = re.compile(r"(^|/)(\.env(\.[\w.-]+)?|\.envrc|[\w-]+\.env|\.flaskenv)$")
_EXAMPLE = re.compile(
    r"(^|[._-])(example|sample|template|tmpl|dist|defaults?|schema)([._-]|$)", re.IGNORECASE
)
_ELSEWHERE = re.compile(
    r"(^|/)(tests?|specs?|docs?|examples?|samples?|\.(?!env)[\w-]+)/|\.(test|ci|testing|dev|development)($|\.)"
)
_NAME = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=[ \t]*(.*)")
_NO_VALUE = re.compile(
    r"""^["'`]?(<[^>]*>|\$\{?\w+\}?|x{3,}|\*{3,}|\.{3}|(your|my|change|replace|todo)[\w -]*)?["'`]?$""",
    re.IGNORECASE,
)

MOST_NAMES = 2_000
"""Names taken of one file; to judge a value takes a fifth of a millisecond."""


def is_env_file(path: str) -> bool:
    """Whether a file holds environment variables, by its name."""
    return _FILE.search(path) is not None


def may_leak(file: EnvFile) -> bool:
    """Whether values stand in it that look like secrets, and are meant for more than tests and developers'
    machines."""
    return file.secrets > 0 and not file.example and not _ELSEWHERE.search(file.file)


def env_files(texts: Mapping[str, str]) -> Iterator[EnvFile]:
    """What each of these texts sets; every one is taken for such a file."""
    for path in sorted(texts):
        names: list[str] = []
        lines: list[int] = []
        values = secrets = 0
        for number, line in numbered(texts[path]):
            match = _NAME.match(line)
            if match is None:
                continue
            if len(names) == MOST_NAMES:
                break
            names.append(clean(match[1], limit=200))
            lines.append(number)
            # The value is looked at here and goes no further.
            value = match[2].split(" #")[0].strip()
            if not _NO_VALUE.match(value):
                values += 1
                secrets += judge(match[1], Secret(value.strip("\"'"), register=False)).secret
        yield EnvFile(
            file=clean(path),
            names=tuple(names),
            lines=tuple(lines),
            with_values=values,
            secrets=secrets,
            example=_EXAMPLE.search(path.rsplit("/", 1)[-1]) is not None,
        )
