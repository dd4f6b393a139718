"""The version of Node.js: `engines.node` of package.json, which is read there in two ways.

Builders of backend capsules take a range of npm ("24.x"); those of frontend capsules an exact version with
its "v", and anything else silently for none (the vendor's lists of runtimes, June 2026).
"""

import re

from wizard.mapping.problem import Problem
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.json_edit import NotEditable, value_at, with_value
from wizard.prepare.capsules.pin_catalogue import pins
from wizard.prepare.capsules.pin_words import not_offered, raised, unpinned
from wizard.prepare.capsules.version_lines import Line, line_for, lines_of
from wizard.prepare.image.node_build import major_of_range
from wizard.prepare.image.version import pins_of, runtime_of

_EXACT = re.compile(r"[v=]?(\d+\.\d+\.\d+)")
_ONE_LINE = re.compile(r"[v=~^]?\d+(\.(\d+|x|\*)){0,2}")
_TYPESCRIPT = re.compile(r"(?:^|[\s;&|(])(?:node|\S*/node)\s(?:-\S+\s+)*[\w./-]+\.[mc]?ts\b")


def pin_node(case: CapsuleCase) -> list[Problem]:
    """Write the version where it is not there, or not in the form that the target reads."""
    text = case.draft.text("package.json")
    frontend = "frontend" in case.kinds()
    if text is None or not (frontend or "backend" in case.kinds()):
        return []
    engines = value_at(text, ("engines", "node"))
    told = engines if isinstance(engines, str) else ""
    wanted = told or next(
        (pin.version for pin in pins_of(runtime_of(case.checkout, "heroku/nodejs"), "node")), ""
    )
    major = major_of_range(wanted) if wanted else None
    found = line_for(lines_of(case.profile, "node"), (major,) if major else ())
    if found is None:
        return []
    if found.how == "none":
        return [not_offered(case, "Node.js", wanted, found.line)]
    new = _exact(told, found) if frontend else _range(told, found)
    if new == told:
        return []
    try:
        case.draft.write("package.json", with_value(text, ("engines", "node"), new), _why(case, told, new))
    except NotEditable as error:
        return [_by_hand(case, new, str(error.args[0]))]
    if found.how == "default":
        return [unpinned(case, "Node.js", found.line)]
    return [raised(case, "Node.js", wanted, found.line, _LOOK)] if found.how == "raised" else []


_LOOK = "packages with compiled parts, and what newer versions of Node.js refuse"


def _range(told: str, found: Line) -> str:
    """What a backend's builder reads; what names one line already stays."""
    if found.how == "same" and _ONE_LINE.fullmatch(told.strip()):
        return told
    return f"{found.line}.x.x"


def _exact(told: str, found: Line) -> str:
    exact = _EXACT.fullmatch(told.strip())
    if found.how == "same" and exact:
        return f"v{exact[1]}"
    # A line that is newer than the catalogue: the first release is known to be there.
    return pins().node.get(found.line, f"v{found.line}.0.0")


def _why(case: CapsuleCase, told: str, new: str) -> str:
    what = "a build of a frontend takes an exact version only" if new.startswith("v") else ""
    if not what and told:
        what = f"a build there takes a line that it has, and not {told}"
    why = what or f"pins Node.js, which {case.profile.title} chooses by itself otherwise"
    scripts = [line for line in case.commands.values() if _TYPESCRIPT.search(line)]
    if scripts:
        why += "; TypeScript that node runs by itself needs 22.18 or newer"
    return why


def _by_hand(case: CapsuleCase, new: str, why: str) -> Problem:
    return case.problem(
        "node-pin",
        f"package.json is {why}, so the version of Node.js is not written into it",
        f'Write "engines": {{"node": "{new}"}} into it and commit it.',
        blocks=True,
    )
