"""What else deploys to Heroku from the code: other CI systems, reusable workflows, actions, scripts.

They are named with the line to paste, and not edited.
"""

from collections.abc import Mapping as Known

from wizard.document.repository.code_nouns import DeployPath
from wizard.document.repository.delivery_files import is_ci
from wizard.document.repository.workflows import deploy_paths
from wizard.mapping.problem import Problem
from wizard.model.text import clean
from wizard.prepare.workflow.action import DeployAction, elsewhere_line
from wizard.prepare.workflow.whose import Here

WORKFLOWS = ".github/workflows/"
BY_TERRAFORM = "Let it apply Terraform with the image that it built, or choose the way workflow on the map."
"""What to do where something deploys an app that Terraform is to deploy."""

DEPLOYING = ("git", "container", "promotion", "api", "action")


def other_files(files: Known[str, str]) -> dict[str, str]:
    """The files of other CI systems, and of GitHub's own actions, that name Heroku."""
    return {
        path: text
        for path, text in files.items()
        if is_ci(path) and not path.startswith(WORKFLOWS) and "heroku" in text.lower()
    }


def other_ci(files: Known[str, str], place: Here, action: DeployAction, title: str) -> list[Problem]:
    """One problem for each file and app that is deployed from there."""
    found = []
    for (file, name), paths in _by_file(deploy_paths(other_files(files)), place).items():
        destination = place.destination(name)
        where = ", ".join(f"line {path.line}" for path in paths[:3])
        line, needs = elsewhere_line(action, destination)
        hands_over = place.by_terraform(name)
        system = "An action of its own" if paths[0].system == "GitHub Actions" else paths[0].system
        found.append(
            Problem(
                code="other-ci",
                component=name,
                text=f"{system} deploys it to Heroku ({file}, {where}), and Offramp does not edit that",
                remedy=BY_TERRAFORM if hands_over else f"For {title}, write there: {line} (it needs {needs})",
                copies=() if hands_over else (line,),
            )
        )
    return found


def _by_file(paths: tuple[DeployPath, ...], place: Here) -> dict[tuple[str, str], list[DeployPath]]:
    """By file and app, where the file names an app that moves, or none and only one moves."""
    found: dict[tuple[str, str], list[DeployPath]] = {}
    for path in paths:
        if path.how not in DEPLOYING:
            continue
        name = path.app if path.app in place.apps else ""
        if not name and len(place.apps) == 1 and not path.app.replace("-", "").isalnum():
            name = next(iter(place.apps))
        if name:
            found.setdefault((clean(path.file), name), []).append(path)
    return found
