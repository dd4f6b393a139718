"""The ways in which code gets to a target, and what they are called."""

from typing import Literal, get_args

from wizard.model.delivery import DeployKind

Way = Literal["git", "image", "workflow", "terraform", "linked"]

WAYS: tuple[Way, ...] = get_args(Way)

IN_WORDS: dict[Way, str] = {
    "git": "git push",
    "image": "Docker image",
    "workflow": "GitHub workflow",
    "terraform": "Terraform",
    "linked": "linked repository",
}

ON_HEROKU: dict[DeployKind, str] = {
    "git": "git push",
    "github": "GitHub, by Heroku",
    "container": "container registry",
    "api": "a program",
    "promotion": "promotion",
    "none": "never deployed",
    "unknown": "",
}
"""How code reaches Heroku today, in few words."""
