"""What a Dockerfile is made from, and what comes of it."""

from msgspec import field

from wizard.mapping.problem import Problem
from wizard.model.noun import Noun


class Beside(Noun, frozen=True, kw_only=True):
    """What is in the image beside the language: `packages` of Debian, `build_packages` for the build only,
    environment variables, and the languages that stand in it as guests."""

    packages: tuple[str, ...] = ()
    build_packages: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    node: bool = False
    java: bool = False
    scripts: tuple[str, ...] = ()
    """Programs that a buildpack put into bin/, by the name of their file here ("start-nginx")."""
    names: dict[str, str] = field(default_factory=dict)
    """More names of these programs: "start-nginx-solo" is "start-nginx"."""
    commands: tuple[str, ...] = ()
    """RUN lines as root, after the packages are there."""


class ImageWish(Noun, frozen=True, kw_only=True):
    """What the Dockerfile of an app must do.

    `command` is the CMD in exec form; `cron_stage` the stage that fetches the program for the crontab,
    empty when there is none; `config` the names of the app's config vars that are not empty, since some
    steer Heroku's build; `lines` all commands that run in the image, jobs included; `memory_mb` what a
    dyno of its web process has; `env_file` the file that holds the config vars during the build, ""
    where there is none; `copied` files of the code by their place in the image outside of
    the code ("/.aptible/Procfile": "Procfile").
    """

    app: str
    port: int
    command: str
    cron_stage: str = ""
    config: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    memory_mb: int = 512
    env_file: str = ""
    beside: Beside = Beside()
    hooks: tuple[str, ...] = ()
    """Build hooks that the code has ("bin/post_compile")."""
    copied: dict[str, str] = field(default_factory=dict)


class Image(Noun, frozen=True, kw_only=True):
    """A Dockerfile, and what a person should know about it. `files` are more files in the root of the code
    that it counts on, by name: new text, and why."""

    text: str
    problems: tuple[Problem, ...] = ()
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
