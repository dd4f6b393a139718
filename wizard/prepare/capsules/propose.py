"""What the code of an app needs where each of its processes becomes a capsule of its own."""

from typing import Literal, cast

from wizard.mapping.problem import Problem
from wizard.model.system import System
from wizard.prepare.capsules import pin_others
from wizard.prepare.capsules.builders import heroku_only
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.clock import clock, outside
from wizard.prepare.capsules.clock_names import clock_command
from wizard.prepare.capsules.commands import start_command
from wizard.prepare.capsules.docker_files import docker_files, queues
from wizard.prepare.capsules.pin_node import pin_node
from wizard.prepare.capsules.procfile_there import procfile
from wizard.prepare.capsules.remarks import remarks
from wizard.prepare.capsules.static_site import static_site
from wizard.prepare.capsules.together import together
from wizard.prepare.case import Case
from wizard.prepare.file_change import FileChange
from wizard.session.parts import PreparedCapsule

Kind = Literal["backend", "frontend", "docker"]


class CapsuleChanges:
    """`changes` with paths as in the repository, `problems`, the `capsules` as they are to be built and run,
    and the `variables` that builds there read."""

    def __init__(self, case: Case, system: System | None) -> None:
        found = CapsuleCase(case, system)
        self.variables: dict[str, str] = {}
        problems = [*together(found), *clock(found), *outside(found)]
        builds, told = static_site(found)
        problems += told
        dockerfiles, told = docker_files(found)
        problems += [*told, *queues(found), *heroku_only(found), *_pins(found, self.variables)]
        problems += [*procfile(found), *remarks(found)]
        self.problems: list[Problem] = problems
        self.changes: list[FileChange] = found.draft.changes()
        self.capsules = _capsules(found, builds, dockerfiles)


def _pins(case: CapsuleCase, variables: dict[str, str]) -> list[Problem]:
    """Versions for what the target's own builders build; an image names its own."""
    problems = pin_node(case)
    if "backend" not in case.kinds():
        return problems
    match case.language:
        case "python":
            problems += pin_others.pin_python(case)
        case "php":
            problems += pin_others.pin_php(case)
        case "dotnet":
            problems += pin_others.pin_dotnet(case)
        case "ruby":
            problems += pin_others.pin_ruby(case, variables)
        case "go":
            problems += pin_others.pin_go(case, variables)
        case language if language in pin_others.JAVA:
            problems += pin_others.pin_java(case, variables)
    return problems


def _capsules(
    case: CapsuleCase, builds: dict[str, str], dockerfiles: dict[str, str]
) -> tuple[PreparedCapsule, ...]:
    folder = f"{case.checkout.folder}/" if case.checkout.folder else ""
    starter = clock_command(case.language)
    found = []
    for choice in case.processes:
        kind = case.kind(choice)
        runs = start_command(case.mapping, choice, case.commands, starter) if kind == "backend" else ""
        dockerfile = dockerfiles.get(choice.service, "")
        found.append(
            PreparedCapsule(
                service=choice.service,
                kind=cast(Kind, kind),
                command=runs,
                build=builds.get(choice.service, choice.build),
                output=choice.output,
                dockerfile=folder + dockerfile if dockerfile else "",
                port=case.mapping.port,
            )
        )
    if case.clock:
        dockerfile = dockerfiles.get(case.clock, "")
        found.append(
            PreparedCapsule(
                service=case.clock,
                kind=cast(Kind, case.clock_kind),
                command=starter if case.clock_kind == "backend" else "",
                dockerfile=folder + dockerfile if dockerfile else "",
                port=case.mapping.port,
            )
        )
    return tuple(found)
