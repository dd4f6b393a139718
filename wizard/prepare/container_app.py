"""An app that Heroku builds from Dockerfiles: heroku.yml, or images that were pushed to its registry.

A target builds one image for an app, from the Dockerfile in the root; Heroku builds one for each process
type, each in the folder of its Dockerfile (the Dev Center's article on heroku.yml, 2024).
"""

from wizard.mapping.problem import Problem
from wizard.prepare.case import Case, Part
from wizard.prepare.file_change import FileChange
from wizard.prepare.own_dockerfile import instructions


def container_dockerfile(case: Case) -> Part:
    """The Dockerfile of the root, where there is none: that of the process types that become services."""
    if case.checkout.has("Dockerfile"):
        return [], []
    wanted = {choice.type for choice in (*case.moved("service"), *case.moved("release-hook"))}
    paths = sorted({path for type_, path in case.dockerfiles.items() if type_ in wanted})
    if not paths:
        return [], [
            case.problem(
                "container",
                "is built from Docker images on Heroku, and there is no Dockerfile in the root",
                "Commit the Dockerfile of its web process there.",
            )
        ]
    if len(paths) > 1:
        return [], [
            case.problem(
                "container-images",
                f"is built from several Dockerfiles ({', '.join(paths)}); an app there has one image",
                "Commit one Dockerfile in the root that can run all its processes, or move each to an app of "
                "its own.",
            )
        ]
    (path,) = paths
    text = case.checkout.files.get(path)
    if text is None:
        return [], [
            case.problem(
                "container",
                f"is built from {path}, which cannot be read",
                "Commit it as Dockerfile in the root.",
            )
        ]
    why = f"{case.profile.title} builds from the Dockerfile in the root; Heroku built from {path}"
    problems = []
    if "/" in path:
        folder = path.rpartition("/")[0]
        problems.append(
            case.problem(
                "container-folder",
                f"{path} is built inside {folder} on Heroku, and in the root there: its COPY lines would "
                "not find their files",
                f"Commit a Dockerfile in the root whose COPY lines name {folder}/.",
            )
        )
        return [], problems
    return [FileChange(path="Dockerfile", old=None, new=text, why=why)], problems


def container_remarks(case: Case) -> list[Problem]:
    """What of heroku.yml has no counterpart in a file."""
    told = case.checkout.heroku_yml
    if told is None or not case.container:
        return []
    problems = []
    text = case.checkout.files.get("Dockerfile") or "\n".join(
        case.checkout.files.get(path, "") for path in case.dockerfiles.values()
    )
    given = {rest.partition("=")[0] for name, rest in instructions(text) if name == "ARG" and "=" in rest}
    missing = [name for name in told.build_config if name not in given]
    if missing:
        problems.append(
            case.problem(
                "build-arg",
                f"heroku.yml gives the build {', '.join(missing)}; a build there is given no arguments",
                "Write each into the Dockerfile as `ARG NAME=value`, if it is no secret.",
                blocks=False,
            )
        )
    if told.add_ons or told.config:
        problems.append(
            case.problem(
                "heroku-yml-setup",
                "heroku.yml names add-ons or config for new apps; the live ones are what moves",
                "Look at the mapping for them; nothing is to be done in heroku.yml.",
                blocks=False,
            )
        )
    return problems
