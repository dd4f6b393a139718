"""The versions of all languages but Node.js, in the files and config vars that a target's builders read.

By the vendor's list of runtimes (June 2026): Python reads `.python-version`, PHP `composer.json` ("8.4.*"),
.NET `global.json`, Ruby its lock file; Go and Java read a config var alone. Two of its pages differ on
`runtime.txt` and on Go and Java; what both take is written.
"""

import json
import re

import msgspec

from wizard.choose.runtime_lines import fits
from wizard.mapping.problem import Problem
from wizard.model.text import clean
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.json_edit import NotEditable, value_at, with_value
from wizard.prepare.capsules.pin_words import by_hand, not_offered, raised, unpinned
from wizard.prepare.capsules.version_lines import line_for, lines_of
from wizard.prepare.image.composer_range import newest_allowed
from wizard.prepare.image.version import numbers, pins_of, runtime_of

_JVM = ("heroku/java", "heroku/gradle", "heroku/scala", "heroku/clojure")
JAVA = frozenset({"java", "gradle", "scala", "clojure"})


def pin_python(case: CapsuleCase) -> list[Problem]:
    """`.python-version`, from runtime.txt or whatever Heroku reads."""
    pins = pins_of(runtime_of(case.checkout, "heroku/python"), "python")
    wanted = next((pin.version for pin in pins if numbers(pin.version)), "")
    version = numbers(wanted, 3)
    found = line_for(lines_of(case.profile, "python"), version)
    if found is None:
        return []
    if found.how == "none":
        return [not_offered(case, "Python", wanted, found.line)]
    if found.how == "raised" and (refusing := _refusing(case, found.line)):
        return [by_hand(case, "Python", wanted, found.line, refusing)]
    exact = len(version) > 2 and found.how == "same"
    line = ".".join(map(str, version)) if exact else found.line
    runtime = case.draft.text("runtime.txt")
    told = (case.draft.text(".python-version") or "").strip()
    if found.how == "same" and runtime is None and told.startswith(found.line):
        return []
    itself = f"which {case.profile.title} chooses by itself otherwise"
    origin = "from runtime.txt, which is not read there" if runtime is not None else itself
    case.draft.write(".python-version", f"{line}\n", f"the version of Python, {origin}")
    if runtime is not None:
        case.draft.write("runtime.txt", None, ".python-version says it, on Heroku too")
    if found.how == "default":
        return [unpinned(case, "Python", found.line)]
    look = "packages with compiled parts, and modules that newer versions have dropped"
    return [raised(case, "Python", wanted, found.line, look)] if found.how == "raised" else []


def _refusing(case: CapsuleCase, line: str) -> str:
    """The file whose range of versions a line of Python is not in, "" for none."""
    pins = runtime_of(case.checkout, "heroku/python")
    for pin in pins.pins if pins else ():
        if pin.what == "python" and pin.file == "pyproject.toml" and not fits(pin.version, (line,)):
            return pin.file
    return ""


def pin_ruby(case: CapsuleCase, variables: dict[str, str]) -> list[Problem]:
    """Gemfile.lock says it, or a config var."""
    pins = pins_of(runtime_of(case.checkout, "heroku/ruby"), "ruby")
    pin = next((one for one in pins if numbers(one.version)), None)
    found = line_for(lines_of(case.profile, "ruby"), numbers(pin.version if pin else ""))
    if found is None or pin is None:
        return []
    if found.how != "same":
        where = "the Gemfile (then `bundle lock`)"
        return [by_hand(case, "Ruby", pin.version, found.line, where)]
    if pin.file != "Gemfile.lock":
        version = ".".join(map(str, numbers(pin.version, 3)))
        return [variable(case, variables, "GOOGLE_RUNTIME_VERSION", version, f"Ruby, from {pin.file}")]
    return []


def pin_php(case: CapsuleCase) -> list[Problem]:
    """`require.php` of composer.json as one line, "8.4.*"."""
    text = case.draft.text("composer.json")
    lines = lines_of(case.profile, "php")
    if text is None or not lines:
        return []
    told = value_at(text, ("require", "php"))
    wanted = told if isinstance(told, str) else ""
    best = newest_allowed((wanted,), lines) if wanted else lines[-1]
    if not best:
        found = line_for(lines, numbers(wanted))
        if found is None or found.how != "raised":
            return [not_offered(case, "PHP", wanted, lines[-1])]
        return [by_hand(case, "PHP", wanted, found.line, "composer.json (then `composer update --lock`)")]
    new = f"{best}.*"
    if wanted == new:
        return []
    try:
        edited = with_value(text, ("require", "php"), new)
    except NotEditable as error:
        return [
            case.problem(
                "php-pin",
                f"composer.json is {error.args[0]}, so the version of PHP is not written into it",
                f'Write "php": "{new}" under "require" and commit it.',
                blocks=True,
            )
        ]
    why = f"the newest line that {clean(wanted)} allows: a range is not read" if wanted else "pins PHP"
    case.draft.write("composer.json", edited, why)
    if case.checkout.has("composer.lock"):
        return [
            case.problem(
                "composer-lock",
                "composer.json changes, and composer.lock keeps a digest of it: composer warns, and installs",
                "Run `composer update --lock` on the new branch when it is yours, to end that warning.",
            )
        ]
    return []


def pin_dotnet(case: CapsuleCase) -> list[Problem]:
    """`global.json`, where the projects want another line than the newest."""
    pins = pins_of(runtime_of(case.checkout, "heroku/dotnet"), ".NET")
    wanted = next((pin.version for pin in pins if numbers(pin.version)), "")
    found = line_for(lines_of(case.profile, "dotnet"), numbers(wanted, 1))
    if found is None or not wanted:
        return []
    if found.how != "same":
        where = "TargetFramework of its projects"
        return [by_hand(case, ".NET", wanted, found.line, where)]
    if case.checkout.has("global.json"):
        return []
    told = {"sdk": {"version": f"{found.line.partition('.')[0]}.0.100", "rollForward": "latestFeature"}}
    case.draft.write(
        "global.json", json.dumps(told, indent=2) + "\n", "the SDK that its projects are made for"
    )
    return []


def pin_go(case: CapsuleCase, variables: dict[str, str]) -> list[Problem]:
    """A config var; without it the newest builds, as a newer Go builds older code."""
    pins = pins_of(runtime_of(case.checkout, "heroku/go"), "go")
    wanted = next((pin.version for pin in pins if len(numbers(pin.version)) == 2), "")
    if not wanted or not lines_of(case.profile, "go"):
        return []
    version = ".".join(map(str, numbers(wanted, 3)))
    line = version if version.count(".") == 2 else f"{version}.x"
    return [variable(case, variables, "GOOGLE_GO_VERSION", line, "Go")]


def pin_java(case: CapsuleCase, variables: dict[str, str]) -> list[Problem]:
    """A config var, the major version alone."""
    pins = pins_of(runtime_of(case.checkout, *_JVM), "java")
    wanted = next((pin.version for pin in pins if numbers(pin.version)), "")
    version = numbers(re.sub(r"^1\.", "", re.sub(r"^[A-Za-z]\w*-", "", wanted)), 1)
    found = line_for(lines_of(case.profile, "java"), version)
    if found is None:
        return []
    if found.how == "none":
        return [not_offered(case, "Java", wanted, found.line)]
    told = [variable(case, variables, "GOOGLE_RUNTIME_VERSION", found.line, "Java")]
    if found.how == "raised":
        told.append(raised(case, "Java", wanted, found.line, "libraries that reach into the JDK"))
    return told


def variable(case: CapsuleCase, variables: dict[str, str], name: str, value: str, what: str) -> Problem:
    """A config var that a build there reads; noted in `variables`."""
    variables[name] = value
    problem = case.problem(
        "runtime-variable",
        f"the version of {what} is a config var there: {name}={value}",
        "Offramp sets it before the first build; a change of it needs a new build.",
    )
    return msgspec.structs.replace(problem, copies=(f"{name}={value}",))
