"""What the way of an app's code still lacks."""

from collections.abc import Iterator

from wizard.mapping.problem import Problem
from wizard.mapping.way_words import IN_WORDS
from wizard.model.image_reference import ImageReference, parse
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.system import App, System
from wizard.ports import Profile

HEROKU_REGISTRY = "registry.heroku.com"


def way_of(app_name: str) -> str:
    """The name under which problems of a way stand."""
    return f"{app_name} deployed by"


def way_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """The problems of every app that moves."""
    apps = {app.id: app for app in system.apps}
    for choice in mapping.moved_apps():
        app = apps.get(choice.app_id)
        if app is None:
            continue
        if choice.way not in profile.capabilities.ways:
            yield _problem(
                "way",
                app,
                f"{profile.title} is not deployed to by {IN_WORDS[choice.way]}",
                "Choose another way.",
                blocks=True,
            )
            continue
        if choice.way == "image" or (choice.image and choice.way != "git"):
            yield from _image_problems(app, choice)
        if choice.way == "workflow":
            yield from _workflow_problems(system, app)


def _image_problems(app: App, choice: AppChoice) -> Iterator[Problem]:
    found = parse(choice.image)
    if not isinstance(found, ImageReference):
        named = (
            f"`{choice.image}` names no image: {found}"
            if choice.image
            else "an image is to run, but none is named"
        )
        yield _problem("image", app, named, "Name one: ghcr.io/acme/shop:v42.", blocks=True)
    elif found.registry == HEROKU_REGISTRY:
        yield _problem(
            "image-on-heroku",
            app,
            "the image is in Heroku's own registry, which ends with the app there",
            "Push it to another registry, and name it there.",
            blocks=True,
        )
    elif found.moves:
        yield _problem(
            "image-moves",
            app,
            f"{choice.image} may stand for another image tomorrow",
            "Name one tag that stays, so that a way back has something to go back to.",
        )


def _workflow_problems(system: System, app: App) -> Iterator[Problem]:
    pipelines = {one.id: one for one in system.pipelines} | {one.name: one for one in system.pipelines}
    pipeline = pipelines.get(app.pipeline or "")
    if app.deploy.github is None and not (pipeline and pipeline.repository):
        yield _problem(
            "no-github",
            app,
            "Heroku knows no GitHub repository of it",
            "Make sure that the folder with its code is a clone from GitHub: the workflow runs there.",
        )


def _problem(code: str, app: App, text: str, remedy: str, *, blocks: bool = False) -> Problem:
    return Problem(code=code, component=way_of(app.name), text=text, remedy=remedy, blocks=blocks)
