"""What a Dockerfile is made from, and what comes of it."""

from wizard.mapping.problem import Problem
from wizard.model.noun import Noun


class ImageWish(Noun, frozen=True, kw_only=True):
    """What the Dockerfile of an app must do.

    `command` is the CMD in exec form; `cron_stage` the stage that fetches the program for the crontab,
    empty when there is none; `config` the names of the app's config vars that are not empty, since some
    steer Heroku's build.
    """

    app: str
    port: int
    command: str
    cron_stage: str = ""
    config: tuple[str, ...] = ()


class Image(Noun, frozen=True, kw_only=True):
    """A Dockerfile, and what a person should know about it."""

    text: str
    problems: tuple[Problem, ...] = ()
