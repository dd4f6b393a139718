"""Lines of code that mean something for a move: writes to the local disk, certificate checks that are off,
time that lives in the code, and libraries made for Heroku. The rules are data, in assets/code_rules.toml.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple

import msgspec

from wizard.document.repository.env_reads import Family

RuleKind = Literal["disk", "certificate", "clock", "library"]


class _RuleText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: RuleKind
    name: str
    token: str
    patterns: tuple[str, ...] = ()
    families: tuple[Family, ...] = ()
    any_case: bool = False


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rule: tuple[_RuleText, ...]


class Rule(NamedTuple):
    """`token` finds candidates fast, `pattern` must match the line; no `families`: every language."""

    kind: RuleKind
    name: str
    families: tuple[Family, ...]
    token: str
    pattern: re.Pattern[str]


@cache
def rules() -> tuple[Rule, ...]:
    """All of them, in the order of the file: of two that match one line the first counts."""
    told = msgspec.toml.decode((files("assets") / "code_rules.toml").read_bytes(), type=_File)
    return tuple(
        Rule(
            kind=one.kind,
            name=one.name,
            families=one.families,
            token=one.token,
            pattern=re.compile("|".join(one.patterns or (one.token,)), re.IGNORECASE if one.any_case else 0),
        )
        for one in told.rule
    )


SAFE_PLACE: Final = re.compile(
    r"/(tmp|dev|proc)\b|tmp_?(dir|path|file|folder)|temp_?(dir|path|file|folder)|mkd?temp|mkstemp|tmpnam"
    r"|TemporaryFile|GetTemp|TempDir|java\.io\.tmpdir|Files\.createTemp|sys_get_temp_dir|StringIO|BytesIO"
    r"|MemoryStream|php://(output|memory|temp|stdout|stderr)|[\"'/(]tmp[\"'/)]",
    re.IGNORECASE,
)
"""What makes a write harmless: it goes to a place that nobody expects to last."""

_SCRATCH: Final = re.compile(
    r"(^|/)(scripts?|tools?|tasks|bin|build|ci|hack|docs?|examples?|samples?|benchmarks?|migrations?|seeds?"
    r"|fixtures?|devtools|generators?|codegen|\.?storybook|\.[\w-]+|db/migrate)/"
    r"|(^|/)([Gg]runtfile|gulpfile|webpack|rspack|rsbuild|rollup|vite|esbuild|babel|jest|karma|metro|next|nuxt|tailwind|postcss)"
    r"[\w.-]*\.[cm]?[jt]s$|(^|/)(setup|fabfile|tasks|noxfile|conftest)\.py$|(^|/)Rakefile$"
    r"|\.rake$|\.gradle(\.kts)?$|\.sbt$"
)


def is_scratch(path: str) -> bool:
    """Whether a file is run by developers or builds: what it writes was never meant to last in a dyno."""
    return _SCRATCH.search(path) is not None
