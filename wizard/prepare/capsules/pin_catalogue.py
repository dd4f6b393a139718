"""Versions that are written into code: assets/catalogue/capsule_pins.toml."""

import functools
from importlib.resources import as_file, files

from wizard.model.noun import Noun, decode_toml


class NodeCron(Noun, frozen=True, kw_only=True):
    """A release of node-cron as a lock file of npm names it; `node` is the range of Node.js that it wants."""

    version: str
    integrity: str
    license: str
    node: str


class Library(Noun, frozen=True, kw_only=True):
    version: str


class Queue(Noun, frozen=True, kw_only=True):
    """A queue that runs in a capsule of its own; `services` are Heroku's add-ons for it."""

    services: tuple[str, ...]
    title: str
    folder: str
    image: str
    port: int


class Pins(Noun, frozen=True, kw_only=True):
    """`node` is an exact release by its line ("24": "v24.18.0")."""

    date: str
    node: dict[str, str]
    node_cron: NodeCron
    apscheduler: Library
    queue: tuple[Queue, ...]


@functools.cache
def pins() -> Pins:
    """All of them."""
    with as_file(files("assets") / "catalogue" / "capsule_pins.toml") as path:
        return decode_toml(path, Pins)
