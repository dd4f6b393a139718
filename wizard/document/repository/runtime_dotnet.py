"""What of .NET's files Heroku's buildpack goes by: which solution or project it publishes, with which SDK.

As in heroku/buildpacks-dotnet 1.0 (app_source.rs, solution.rs, project.rs, global_json.rs, 2026), which the
classic buildpack runs: of the files in the root a solution wins over a project, and that over a file of C#;
of two of one sort the build fails, unless SOLUTION_FILE or project.toml names a solution. The SDK is that of
global.json in the root, else the one for the highest TargetFramework among the solution's projects.
"""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping

from wizard.document.repository.code_nouns import Pin
from wizard.document.repository.runtime_pins import Found, at_match, json_object
from wizard.document.repository.text_lines import line_at, short_lines
from wizard.document.repository.toml_text import read_toml, table
from wizard.model.text import clean

SOLUTIONS = (".sln", ".slnx")
PROJECTS = (".csproj", ".vbproj", ".fsproj")
PROPERTIES = "Directory.Build.props"
MOST_FILES = 60
"""Projects whose text is read, those nearest to the root."""

_IN_SLN = re.compile(r'^Project\("\{[^}\n]+\}"\) = "[^"\n]+", "([^"\n]+)", "\{[^}\n]+\}"', re.MULTILINE)
_IN_SLNX = re.compile(r"<Project\s[^<>]*>")
_PATH = re.compile(r'\sPath\s*=\s*"([^"]+)"')
_FRAMEWORK = re.compile(r"<TargetFramework>\s*([^<\s]+)\s*<")
_OF_FILE = re.compile(r"^[ \t]*#:property TargetFramework=[ \t]*(\S+)", re.MULTILINE)
_VERSION = re.compile(r"\d+\.\d+\.\d+([-+][\w.+-]+)?")
_PLAIN = re.compile(r"net[\d.]+")


def dotnet_files(paths: list[str]) -> list[str]:
    """The files whose text `dotnet_pins` looks at."""
    root = [path for path in paths if "/" not in path and path.endswith((*SOLUTIONS, ".cs"))]
    projects = [path for path in paths if path.endswith((*PROJECTS, PROPERTIES))]
    return [*root[:MOST_FILES], *sorted(projects, key=lambda path: (path.count("/"), path))[:MOST_FILES]]


def dotnet_pins(texts: Mapping[str, str]) -> Found:
    """Versions, the one that Heroku builds with first, and what fails the build."""
    notes: list[str] = []
    pins = _sdk(texts, notes)
    source, told = _source(texts)
    notes += [told] if told else []
    built = [pin for project in _projects(source, texts, notes) for pin in _framework(project, texts, notes)]
    # The buildpack compares them as texts, and so takes net9.0 for later than net10.0.
    pins += sorted(dict.fromkeys(built), key=lambda pin: pin.version, reverse=True)
    known = {pin.file for pin in pins}
    for file in sorted(texts):
        if file.endswith((*PROJECTS, PROPERTIES)) and file not in known:
            pins += at_match(texts, file, r"<TargetFrameworks?>([^<]+)<", ".NET", read=False)
    if not pins and source.endswith(".cs"):
        notes.append(f"{clean(source)} names no version: Heroku builds it for .NET 10.")
    return pins, notes


def _sdk(texts: Mapping[str, str], notes: list[str]) -> list[Pin]:
    """The SDK of global.json, which .NET reads with comments in it, and the buildpack does not."""
    file = "global.json"
    if file not in texts:
        return []
    told = json_object(texts, file)
    if told is None:
        notes.append("global.json is no plain JSON object: Heroku's build fails.")
        return []
    sdk = told.get("sdk")
    if sdk is None:
        return []
    version = sdk.get("version") if isinstance(sdk, dict) else None
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        notes.append("global.json names no whole version of the SDK (8.0.100): Heroku's build fails.")
        return []
    policy = sdk.get("rollForward")
    if isinstance(policy, str):
        notes.append(f"global.json lets the SDK roll forward: {clean(policy, limit=40)}.")
    at = texts[file].find(json.dumps(version))
    return [Pin(what=".NET SDK", version=version, file=file, line=line_at(texts[file], max(at, 0)))]


def _source(texts: Mapping[str, str]) -> tuple[str, str]:
    """The file that is built, "" when the build fails; and why it does."""
    wanted = table(read_toml(texts.get("project.toml", "")), "com", "heroku", "buildpacks", "dotnet")
    named = wanted.get("solution_file")
    if isinstance(named, str) and named.endswith(SOLUTIONS) and "/" not in named:
        why = f"project.toml names {clean(named)}, which is not in the root: Heroku's build fails."
        return (named, "") if named in texts else ("", why)
    for ends in (SOLUTIONS, PROJECTS, (".cs",)):
        found = sorted(path for path in texts if "/" not in path and path.endswith(ends))
        if len(found) > 1:
            out = " unless the config var SOLUTION_FILE names one" if ends == SOLUTIONS else ""
            return "", f"The root has {clean(', '.join(found), limit=200)}: Heroku's build fails{out}."
        if found:
            return found[0], ""
    return "", ""


def _projects(source: str, texts: Mapping[str, str], notes: list[str]) -> Iterator[str]:
    """The files whose TargetFramework counts."""
    if not source.endswith(SOLUTIONS):
        yield from [source] if source else []
        return
    if source.endswith("x"):
        elements = _IN_SLNX.findall(_without_comments(texts[source]))
        found = [path[1] for element in elements if (path := _PATH.search(element))]
    else:
        found = _IN_SLN.findall(short_lines(texts[source]))
    files = [posixpath.normpath(path.replace("\\", "/")) for path in found]
    if not files:
        notes.append(f"{clean(source)} names no project: Heroku's build fails.")
    yield from (file for file in files if file.endswith(PROJECTS))


def _framework(project: str, texts: Mapping[str, str], notes: list[str]) -> list[Pin]:
    """What a project is built for: its own word, else that of the nearest Directory.Build.props above it."""
    if project not in texts:
        return []  # too many, or not here
    pattern = _OF_FILE if project.endswith(".cs") else _FRAMEWORK
    for file in (project, *_above(project, texts)):
        told = short_lines(_without_comments(texts[file]))
        found = list((pattern if file == project else _FRAMEWORK).finditer(told))
        if found:
            # A later group of properties takes the place of an earlier one.
            match = found[0] if file.endswith(".cs") else found[-1]
            version = clean(match[1], limit=100)
            if not _PLAIN.fullmatch(version):
                notes.append(f"{clean(file)} is for {version}, which Heroku does not build.")
            line = line_at(told, match.start(1))
            return [Pin(what=".NET", version=version, file=clean(file), line=line)]
    if not project.endswith(".cs"):
        notes.append(f"{clean(project)} names no single TargetFramework: Heroku's build fails.")
    return []


def _without_comments(text: str) -> str:
    """The text of an XML file, of each comment its line feeds only."""
    kept, at = [], 0
    while (begin := text.find("<!--", at)) >= 0:
        kept.append(text[at:begin])
        end = text.find("-->", begin + 4)
        if end < 0:
            return "".join(kept)
        kept.append("\n" * text.count("\n", begin, end))
        at = end + 3
    return "".join((*kept, text[at:]))


def _above(project: str, texts: Mapping[str, str]) -> Iterator[str]:
    """The nearest Directory.Build.props; only that one counts."""
    folder = posixpath.dirname(project)
    while True:
        file = posixpath.join(folder, PROPERTIES)
        if file in texts:
            yield file
            return
        if not folder:
            return
        folder = posixpath.dirname(folder)
