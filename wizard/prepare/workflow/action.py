"""The ready-made step that deploys to a target from GitHub Actions: what the catalogue says of it."""

import functools
from importlib.resources import as_file, files

from msgspec import field

from wizard.model.noun import Noun, decode_toml
from wizard.ports import Profile
from wizard.prepare.yaml_value import yaml_value


class User(Noun, frozen=True, kw_only=True):
    """Who signs in there, in words."""

    text: str
    source: str


class Elsewhere(Noun, frozen=True, kw_only=True):
    """Lines of shell that deploy from any CI, with {environment}, {app} and {image}, and what each needs."""

    git: str
    git_needs: str
    image: str
    image_needs: str
    source: str
    date: str


class DeployAction(Noun, frozen=True, kw_only=True):
    """An action with its inputs. `secrets` are names of secrets by input; `kinds` the words for a push of the
    code and for an image."""

    action: str
    source: str
    date: str
    inputs: dict[str, str]
    kinds: dict[str, str]
    secrets: dict[str, str]
    registry_secrets: dict[str, str] = field(default_factory=dict)
    user: User
    elsewhere: Elsewhere


class Destination(Noun, frozen=True, kw_only=True):
    """Where a step deploys to. `app` may be an expression of the workflow; `image` is empty for a push."""

    app: str
    environment: str
    image: str = ""


@functools.cache
def _load(name: str) -> DeployAction | None:
    place = files("assets") / "catalogue" / f"{name}_workflow.toml"
    if not place.is_file():
        return None
    with as_file(place) as path:
        return decode_toml(path, DeployAction)


def deploy_action(profile: Profile) -> DeployAction | None:
    """The action of a target, None where the catalogue has none."""
    return _load(profile.name.replace("-", "_"))


def inputs(action: DeployAction, to: Destination) -> dict[str, str]:
    """The inputs of the step by name, in the order in which they are written. No value of a secret is among
    them, only the names that GitHub puts the values in for."""
    told = {
        action.inputs["kind"]: action.kinds["image" if to.image else "git"],
        action.inputs["app"]: to.app,
        action.inputs["environment"]: to.environment,
    }
    secrets = dict(action.secrets)
    if to.image:
        told[action.inputs["image"]] = to.image
        secrets |= action.registry_secrets
    return told | {name: f"${{{{ secrets.{secret} }}}}" for name, secret in secrets.items()}


def one_line(action: DeployAction, to: Destination) -> str:
    """The whole step on one line, to paste."""
    told = ", ".join(f"{name}: {_in_braces(value)}" for name, value in inputs(action, to).items())
    return f"- {{uses: {action.action}, with: {{{told}}}}}"


def _in_braces(value: str) -> str:
    plain = yaml_value(value)
    return plain if plain.startswith('"') or "{" not in plain else f'"{plain}"'


def elsewhere_line(action: DeployAction, to: Destination) -> tuple[str, str]:
    """The line of shell that deploys from another CI, and what it needs there, in words."""
    told = action.elsewhere
    shape, needs = (told.image, told.image_needs) if to.image else (told.git, told.git_needs)
    return shape.format(environment=to.environment, app=to.app, image=to.image), needs
