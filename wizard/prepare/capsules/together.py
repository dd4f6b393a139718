"""Several processes in one capsule: a script that starts them, and ends all when one ends."""

import shlex
from collections.abc import Iterable

from wizard.mapping.problem import Problem
from wizard.model.text import clean
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.commands import replacing, together_file
from wizard.prepare.template import fill


def together(case: CapsuleCase) -> list[Problem]:
    """A script for each capsule that has more than one process."""
    problems = []
    for choice in case.processes:
        lines = case.together(choice)
        if len(lines) < 2:
            continue
        path = together_file(choice)
        names = " and ".join(f"`{type_}`" for type_ in lines)
        if case.kind(choice) == "frontend":
            problems.append(
                case.problem(
                    "together-frontend",
                    f"{names} are to share a frontend capsule, which runs nothing",
                    "Give each a capsule of its own on the map.",
                    blocks=True,
                )
            )
        elif case.draft.foreign(path):
            problems.append(
                case.problem(
                    "together-file",
                    f"has a file {path} of its own, which Offramp does not write over",
                    "Give that file another name and commit it.",
                    blocks=True,
                )
            )
        else:
            case.draft.write(path, together_text(lines.values()), f"starts {names} in one capsule")
            problems.append(
                case.problem(
                    "together",
                    f"{names} share one capsule: its memory, its PORT, its replicas and its restarts",
                    f"Let only `{choice.type}` listen on PORT; when one of them ends, all are started anew.",
                )
            )
    return problems


def together_text(lines: Iterable[str]) -> str:
    """The script for these commands."""
    starts = [f"start {shlex.quote(clean(replacing(line)))}" for line in lines]
    return fill("heroku-together.sh", count=str(len(starts)), lines="\n".join(starts))
