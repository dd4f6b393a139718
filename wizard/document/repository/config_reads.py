"""Which lines of code read which config var, and which config vars no line reads.

A name can be read without standing in the code: by a library (DATABASE_URL by Rails), by a buildpack, or by
a framework that makes it from a setting's name (Spring, .NET, pydantic). So "not read" is said only of names
of which nothing of all that is found.
"""

import re
from collections.abc import Iterator, Sequence, Set
from typing import Final

from wizard.document.config.secrets import judge
from wizard.document.repository.code_lines import is_made, is_test
from wizard.document.repository.code_nouns import CodeLine, ConfigReads
from wizard.document.repository.code_text import safe_line
from wizard.document.repository.code_tree import CodeTree, Hit
from wizard.document.repository.env_files import is_env_file
from wizard.document.repository.env_reads import family_of, is_comment, reads
from wizard.model.secret import DOTS, Secret
from wizard.model.text import clean

MOST_OF_ONE: Final = 50
"""Lines kept of one name."""

MOST_NAMES: Final = 400
"""Names in one search; more are searched for one after the other."""

_LIBRARIES: Final = (
    ("Rails, Prisma and other frameworks, without a line", ("DATABASE_URL",)),
    ("Sidekiq, Action Cable and other libraries, without a line", ("REDIS_URL",)),
    (
        "its framework",
        (
            r"(RAILS|RACK|NODE|APP|MIX|RING|FLASK|DJANGO|DOTNET|SPRING)_(ENV|DEBUG|APP|SETTINGS_MODULE)",
            r"(ASPNETCORE|DOTNET)_\w+",
        ),
    ),
    (
        "Rails",
        (r"RAILS_(MASTER_KEY|LOG_LEVEL|MAX_THREADS|SERVE_STATIC_FILES|LOG_TO_STDOUT)", "SECRET_KEY_BASE"),
    ),
    ("Spring Boot", (r"(SPRING|SERVER|MANAGEMENT|LOGGING)_\w+",)),
    (
        "Laravel",
        (r"APP_(KEY|URL|NAME)", r"(DB|MAIL|QUEUE|CACHE|SESSION|LOG)_(CONNECTION|MAILER|DRIVER|CHANNEL)"),
    ),
    ("the web server", ("WEB_CONCURRENCY", "GUNICORN_CMD_ARGS", r"UVICORN_\w+", r"PUMA_\w+")),
    (
        "the AWS libraries",
        (r"AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|(DEFAULT_)?REGION|PROFILE)",),
    ),
    (
        "the monitoring library",
        (r"(NEW_RELIC|SENTRY|DD|BUGSNAG|ROLLBAR|HONEYBADGER|SCOUT|APPSIGNAL|OTEL|SKYLIGHT)_\w+",),
    ),
    (
        "the service's library",
        (
            "CLOUDINARY_URL",
            r"STRIPE_(SECRET|API)_KEY",
            r"(OPENAI|ANTHROPIC)_API_KEY",
            "GOOGLE_APPLICATION_CREDENTIALS",
        ),
    ),
    ("libpq", (r"PG(HOST|PORT|USER|PASSWORD|DATABASE|SSLMODE|SSLROOTCERT|OPTIONS|APPNAME)",)),
    ("HTTP libraries", (r"(HTTPS?|NO|ALL)_PROXY",)),
    ("the system", ("TZ", "LANG", r"LC_\w+", "PATH", r"LD_\w+", r"MALLOC_\w+", "HOME", "TERM")),
    (
        "Node.js and its tools",
        (r"NODE_\w+", r"NPM_(CONFIG_\w+|TOKEN)", r"(YARN|PNPM)_\w+", "USE_YARN_CACHE", "USE_NPM_INSTALL"),
    ),
    (
        "Python and its buildpack",
        (r"PYTHON\w+", r"(PIP|POETRY|UV|NLTK)_\w+", "DISABLE_COLLECTSTATIC", "DEBUG_COLLECTSTATIC"),
    ),
    ("Ruby and Bundler", (r"(BUNDLE|GEM|BOOTSNAP)_\w+", r"RUBY\w*OPT", "JRUBY_OPTS", "DISABLE_SPRING")),
    (
        "Java and its buildpacks",
        (r"JAVA_(OPTS|TOOL_OPTIONS)", r"(MAVEN|MVN|GRADLE|SBT|LEIN)_\w+", r"DISABLE_SPRING_\w+"),
    ),
    ("the buildpack", (r"GO(VERSION|FLAGS|PRIVATE|PROXY|_\w+)", r"COMPOSER_\w+", r"PHP_INI_\w+")),
    (
        "a buildpack",
        (
            r"(BUILDPACK|LANGUAGE_PACK)_URL",
            r"BUILDPACK_\w+",
            "PROCFILE",
            "WEB_MEMORY",
            "SUBDIR",
            "PROJECT_PATH",
        ),
    ),
    (
        "the build of the front end",
        (r"(NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|VUE_APP|GATSBY|PUBLIC|EXPO_PUBLIC)_\w+",),
    ),
)


def config_reads(tree: CodeTree, names: Sequence[str]) -> ConfigReads:
    """Search a tree for the config vars `names`, written as they are and as frameworks derive them."""
    wanted = [name for name in dict.fromkeys(names) if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII)]
    read: dict[str, list[CodeLine]] = {}
    named: dict[str, list[CodeLine]] = {}
    tests: set[str] = set()
    whole = tree.whole
    for begin in range(0, len(wanted), MOST_NAMES):
        some = wanted[begin : begin + MOST_NAMES]
        found = tree.search(rf"(^|[^A-Za-z0-9_])({'|'.join(some)})($|[^A-Za-z0-9_])", _ANYWHERE)
        whole = whole and found.whole
        known = set(some)
        for hit in found.hits:
            _sort_in(hit, known, read, named, tests)
    missing = [name for name in wanted if name not in read and name not in named]
    for name, hit in _derived(tree, missing):
        _keep(named, name, hit)
    lines = {
        name: tuple([*read.get(name, ()), *named.get(name, ())][:MOST_OF_ONE])
        for name in wanted
        if name in read or name in named
    }
    by_library = {name: by for name in wanted if name not in read and (by := library_of(name))}
    return ConfigReads(
        lines=lines,
        only_named=tuple(name for name in lines if name not in read),
        in_tests=tuple(sorted(tests - lines.keys())),
        by_library=by_library,
        unread=tuple(name for name in wanted if name not in lines and name not in by_library),
        whole=whole,
    )


def library_of(name: str) -> str:
    """Who reads a config var of that name without a line in the app's code; "" when nobody is known to."""
    return next((by for by, known in _LIBRARIES if any(re.fullmatch(one, name) for one in known)), "")


_ANYWHERE: Final = (
    "*",
    *(
        f":(exclude,glob)**/*.{end}"
        for end in ("md", "rst", "adoc", "svg", "lock", "map", "snap", "csv", "sql", "po")
    ),
    *(
        f":(exclude,glob)**/{name}"
        for name in ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "app.json")
    ),
    *(f":(exclude,glob)**/{name}" for name in (".env", ".env.*", "*.env")),
)


def _sort_in(
    hit: Hit,
    known: Set[str],
    read: dict[str, list[CodeLine]],
    named: dict[str, list[CodeLine]],
    tests: set[str],
) -> None:
    if is_env_file(hit.path) or is_made(hit.path) or len(hit.text) > 1_000:
        return
    family = family_of(hit.path)
    here = [name for name in dict.fromkeys(_WORD.findall(hit.text)) if name in known]
    if is_test(hit.path):
        tests.update(here)
        return
    if family is not None and is_comment(hit.text, family):
        return
    certain = set(reads(hit.text, family)) if family is not None else set()
    for name in here:
        _keep(read if name in certain else named, name, hit)


def _keep(lines: dict[str, list[CodeLine]], name: str, hit: Hit) -> None:
    of = lines.setdefault(name, [])
    if len(of) < MOST_OF_ONE:
        of.append(_line(name, hit))


def _derived(tree: CodeTree, names: Sequence[str]) -> Iterator[tuple[str, Hit]]:
    """Lines that name a setting from which a framework makes the variable: spring.redis.url, databaseUrl,
    Section:Key, secret_key of pydantic. Only names of two words and more: one word stands everywhere."""
    several = [name for name in names if "_" in name.strip("_") and not library_of(name)]
    for begin in range(0, len(several), MOST_NAMES):
        known = {name: _as_settings(name) for name in several[begin : begin + MOST_NAMES]}
        wanted = dict.fromkeys(part for parts in known.values() for part in parts)
        found = tree.search("|".join(f"({part})" for part in wanted), _ANYWHERE, any_case=True)
        # Compared without what may stand between the words: a pattern for each name takes minutes.
        bare = {name: [part.replace(_BETWEEN, "").lower() for part in parts] for name, parts in known.items()}
        for hit in found.hits:
            family = family_of(hit.path)
            if is_test(hit.path) or is_made(hit.path) or is_env_file(hit.path) or len(hit.text) > 1_000:
                continue
            if family is not None and is_comment(hit.text, family):
                continue
            nested = _NESTED.search(hit.path) is not None
            text = re.sub(_BETWEEN, "", hit.text).lower()
            for name, (whole, end) in bare.items():
                if whole in text or (nested and end in text):
                    yield name, hit


_WORD: Final = re.compile(r"[A-Za-z0-9_]+")
_BETWEEN: Final = "[._:-]*"
_NESTED: Final = re.compile(r"(^|/)(application|bootstrap)[\w.-]*\.ya?ml$|(^|/)appsettings[\w.-]*\.json$")
"""Settings in a tree: the first words of a name stand on other lines there."""


def _as_settings(name: str) -> tuple[str, str]:
    """A pattern of a whole setting, and one of its end, as it stands in a tree."""
    words = [word for word in name.split("_") if word]
    return _BETWEEN.join(words), _BETWEEN.join(words[-2:] if len(words) > 2 else words)


def _line(name: str, hit: Hit) -> CodeLine:
    text = safe_line(_without_value(name, hit))
    return CodeLine(kind="config", name=name, file=clean(hit.path), line=hit.line, text=text)


def _without_value(name: str, hit: Hit) -> str:
    """The line, what it sets the config var to (or takes where it is not set) hidden, if that is a secret."""
    named = "|".join(dict.fromkeys(_as_settings(name)))
    plain = family_of(hit.path) in (None, "shell", "yaml", "settings")
    value = r"\"[^\"]+\"|'[^']+'|`[^`]+`" + (r"|[^\s\"'`,;})\]]+" if plain else "")
    blank = r"|\s" if hit.text.lstrip().startswith(("ENV ", "ARG ")) else ""
    pattern = (
        rf"(?P<head>(?:{named})[\"'`\])]{{0,3}}(?:,?\s*[\"']?value[\"']?)?"
        rf"\s*(?:=>|:=|\|\|=?|\?\?=?|:[-=]|=(?!=)|[:,{{]|\bor\b{blank})\s*)(?P<secret>{value})"
    )
    return re.sub(pattern, lambda match: _hidden(name, match), hit.text, flags=re.IGNORECASE)


def _hidden(name: str, match: re.Match[str]) -> str:
    told = match["secret"]
    quote = told[0] if told[0] in "\"'`" else ""
    value = told.strip(quote) if quote else told
    # An expression stands for a value that is elsewhere.
    is_plain = (
        value.startswith(("$", "<%", "{{", "#{", "%{"))
        or not judge(name, Secret(value, register=False)).secret
    )
    return match[0] if is_plain else f"{match['head']}{quote}{DOTS}{quote}"
