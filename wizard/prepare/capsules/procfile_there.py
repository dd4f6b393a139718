"""The Procfile, where each process is a capsule with a run command of its own.

Builders of backend capsules take its `web` line as what starts by itself. Those of Python and Ruby want one,
and a Procfile without `web` fails a build (the vendor's page on Procfiles; Google Cloud's buildpacks, whose
variables its builders have).
"""

from wizard.mapping.problem import Problem
from wizard.model.text import clean
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.clock_names import clock_command
from wizard.prepare.procfile import services_procfile

WANTS_WEB = frozenset({"python", "ruby"})
"""Languages whose builder asks for a line `web`."""


def procfile(case: CapsuleCase) -> list[Problem]:
    """Keep its `web` line for a builder that wants one, and remove it for one that does not. Images and sites
    of files do not look at it, and leave it."""
    if "backend" not in case.kinds():
        return []
    old = case.draft.text("Procfile")
    if case.language not in WANTS_WEB:
        if old is not None:
            why = "each capsule has a run command of its own, and a build takes `web` out of it for all"
            case.draft.write("Procfile", None, why)
            return _until_then(case)
        return []
    taken = case.checkout.files.get(case.checkout.procfile_at)
    web = case.commands.get("web", "")
    if web:
        new = services_procfile(taken, {"web": ("web", web)}, {})
    else:
        first = _first(case)
        if not first:
            return []
        new = services_procfile(taken, {}, {"web": first})
    title = case.built.language.title
    why = f"builds of {title} want a line `web`; each capsule has a run command of its own, which counts"
    if old is not None and web:
        why = f"only `web` is read there, by builds of {title}; each capsule has a run command of its own"
    case.draft.write("Procfile", new, why)
    return _until_then(case) if old is not None and old != new else []


def _until_then(case: CapsuleCase) -> list[Problem]:
    """Heroku deploys what is merged as long as it runs."""
    return [
        case.problem(
            "procfile-heroku",
            "the new branch has less of a Procfile than Heroku needs",
            "Merge it into what Heroku deploys when the move is final, not before.",
        )
    ]


def _first(case: CapsuleCase) -> str:
    """What the first backend capsule runs."""
    for choice in case.processes:
        lines = case.together(choice)
        if case.kind(choice) == "backend" and lines:
            return clean(next(iter(lines.values())))
    return clock_command(case.language) if case.clock else ""
