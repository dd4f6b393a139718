"""How a line of code reads an environment variable, in the languages that Heroku runs."""

import re
from collections.abc import Iterator
from typing import Final, Literal

Family = Literal[
    "ruby",
    "node",
    "python",
    "php",
    "jvm",
    "go",
    "dotnet",
    "elixir",
    "rust",
    "clojure",
    "shell",
    "yaml",
    "settings",
]
"""A family of languages. `shell` also stands for Procfiles, Dockerfiles and Makefiles, `settings` for files
of properties."""

_BY_END: Final[dict[str, Family]] = {
    **dict.fromkeys(("rb", "rake", "ru", "erb", "gemspec", "jbuilder", "haml", "slim", "cr"), "ruby"),
    **dict.fromkeys(
        ("js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "coffee"), "node"
    ),
    **dict.fromkeys(("py", "pyi"), "python"),
    **dict.fromkeys(("php", "phtml"), "php"),
    **dict.fromkeys(("java", "kt", "kts", "scala", "sc", "groovy", "gradle", "sbt"), "jvm"),
    **dict.fromkeys(("clj", "cljc", "edn"), "clojure"),
    "go": "go",
    **dict.fromkeys(("cs", "fs", "vb", "cshtml"), "dotnet"),
    **dict.fromkeys(("ex", "exs", "erl", "eex", "heex"), "elixir"),
    "rs": "rust",
    **dict.fromkeys(("sh", "bash", "zsh", "ksh", "mk"), "shell"),
    **dict.fromkeys(("yml", "yaml"), "yaml"),
    **dict.fromkeys(("properties", "conf", "ini", "cfg", "toml", "xml", "config"), "settings"),
}
_BY_NAME: Final[dict[str, Family]] = {
    "Procfile": "shell",
    "Dockerfile": "shell",
    "Makefile": "shell",
    ".profile": "shell",
    "Rakefile": "ruby",
    "Gemfile": "ruby",
    "Guardfile": "ruby",
    "Capfile": "ruby",
    "package.json": "shell",
    "app.json": "shell",
}

_UPPER: Final = r"[A-Z][A-Z0-9_]*"
_CALL: Final = re.compile(
    # env, getenv, environ, GetEnvironmentVariable ..., what may stand between, then a quoted name.
    r"(?i:env\w*[!?]?|config\w*|settings?|_SERVER|\bvar(?:_\w+)?|_var)\s*(?:\(\s*\)\s*)?"
    r"(?:(?:\.|::|->)\s*\w+[!?]?\s*(?:\(\s*\)\s*)?(?:<[\w<>?, ]{1,40}>\s*)?)*"
    rf"[\[({{]\s*[:$]?[\"'`](?P<name>{_UPPER})[\"'`](?=(?P<rest>.{{0,40}}))",
    re.ASCII,
)
_DOTTED: Final = re.compile(
    # process.env.X, import.meta.env.X, and an object that holds them (env.X, environment.X).
    rf"\benv(?:ironment)?\s*\??\.\s*(?P<name>{_UPPER})\b(?=(?P<rest>.{{0,40}}))"
)
_UNPACKED: Final = re.compile(r"\{(?P<names>[^{}]*)\}\s*=\s*(?:process|import\.meta|Bun)\s*\.\s*env\b")
_MEMBER: Final = re.compile(
    rf"[\"'](?P<name>{_UPPER})[\"']\s+(?:not\s+)?in\s+(?:os\.environ|environ|process\.env|import\.meta\.env)\b"
)
_SETTING: Final = re.compile(
    rf"\b(?:env|envvar|envconfig|env_var|validation_alias|alias)\s*[:=]\s*[\[(]?\s*[\"'](?P<name>{_UPPER})\b"
)
_BRACES: Final = re.compile(rf"\bENV\s*\{{\s*(?P<name>{_UPPER})\s*\}}")
_SHELL: Final = re.compile(rf"(?<!\\)\$(?:\{{\??|\()?(?P<name>{_UPPER})\b")
_PLACEHOLDER: Final = re.compile(
    rf"[$#]\{{\??(?:env[.:])?(?P<name>{_UPPER})\b|\bENV\[[\"'](?P<other>{_UPPER})"
)
_KEYWORD: Final = re.compile(r"\(env\s+:(?P<name>[a-z][a-z0-9-]*)")
_LISP: Final = re.compile(rf"getenv\s+\"(?P<name>{_UPPER})\"")
_WRITTEN: Final = re.compile(r"\s*[\])]?\s*(?:\|\|)?=(?![=>~])")
_SHELL_LIKE: Final = frozenset({"shell", "yaml", "settings"})

_COMMENT: Final[dict[str, tuple[str, ...]]] = {
    "ruby": ("#",),
    "python": ("#",),
    "elixir": ("#",),
    "shell": ("#",),
    "yaml": ("#",),
    "settings": ("#", ";", "<!--"),
    "clojure": (";",),
}
_SLASHES: Final = ("//", "/*", "*", "<!--", "#!")


def family_of(path: str) -> Family | None:
    """The family of a file by its name; None for what is no code."""
    name = path.rsplit("/", 1)[-1]
    known = _BY_NAME.get(name) or _BY_NAME.get(name.partition(".")[0])
    if known and (name in _BY_NAME or not name.endswith((".json", ".md"))):
        return known
    stem, dot, end = name.rpartition(".")
    if dot and stem:
        return _BY_END.get(end.lower())
    if "/bin/" in f"/{path}" or path.startswith((".profile.d/", "script/", "scripts/")):
        return "shell"
    return None


def pathspecs(family: Family) -> tuple[str, ...]:
    """Names, as git takes them, that hold every file of the family; `family_of` says which of those are."""
    ends = (f"*.{end}" for end, known in _BY_END.items() if known == family)
    names = (name for name, known in _BY_NAME.items() if known == family)
    found = [*ends, *(f":(glob)**/{name}{'' if '.' in name[1:] else '*'}" for name in names)]
    if family == "shell":
        found += [":(glob)**/bin/*", ".profile.d/*", "script/*", "scripts/*"]
    return tuple(found)


def is_comment(line: str, family: Family) -> bool:
    """Whether the whole line is one, as far as the line alone tells."""
    return line.lstrip().startswith(_COMMENT.get(family, _SLASHES))


def without_comment(line: str, family: Family) -> str:
    """The line without a comment at its end, where blanks set it off and no quote is open before it."""
    sign = _COMMENT.get(family, _SLASHES)[0]
    at = line.find(f" {sign} ")
    if at < 0:
        return line
    before = line[:at]
    return line if any(before.count(quote) % 2 for quote in "\"'`") else before


def reads(line: str, family: Family) -> Iterator[str]:
    """Names, in capitals, of the environment variables that the line reads; a write is none."""
    for pattern in (_CALL, _DOTTED):
        for match in pattern.finditer(line):
            if not _WRITTEN.match(match["rest"]):
                yield match["name"]
    for pattern in (_MEMBER, _SETTING, _BRACES):
        for match in pattern.finditer(line):
            yield match["name"]
    for match in _UNPACKED.finditer(line):
        yield from re.findall(rf"\b({_UPPER})\b", match["names"])
    if family in _SHELL_LIKE:
        yield from (match["name"] for match in _SHELL.finditer(line))
    if family in ("yaml", "settings", "jvm"):
        for match in _PLACEHOLDER.finditer(line):
            yield match["name"] or match["other"]
    if family == "clojure":
        yield from (match["name"] for match in _LISP.finditer(line))
        for match in _KEYWORD.finditer(line):
            yield match["name"].upper().replace("-", "_")
