"""Which official images there are, and which packages of Debian do what Heroku's stack image did."""

import functools
from importlib.resources import as_file, files
from typing import Literal

from msgspec import field

from wizard.model.noun import Noun, decode_toml


class Versions(Noun, frozen=True, kw_only=True):
    """The versions of a language that have an image, oldest first, and what Heroku takes by itself."""

    default: str
    versions: tuple[str, ...]


class RubySeries(Noun, frozen=True, kw_only=True):
    """The first patch of a Ruby that has an image on each Debian; None where none has."""

    series: str
    bullseye: int | None = None
    bookworm: int | None = None


class Images(Noun, frozen=True, kw_only=True):
    date: str
    python: Versions
    node: Versions
    ruby: Versions
    go: Versions
    java: Versions
    php: Versions
    dotnet: Versions
    ruby_series: tuple[RubySeries, ...]


class SystemPackage(Noun, frozen=True, kw_only=True):
    """What makes an app need packages: a library of its language, or a command that it starts."""

    names: tuple[str, ...]
    language: Literal["", "ruby", "python", "nodejs"] = ""
    library: str = ""
    command: str = ""


class KnownBuildpack(Noun, frozen=True, kw_only=True):
    """A buildpack that is no language. `name` is a regular expression, `does` continues "which ...", `needs`
    says what is left to a person, `script` the file of ours that stands for its program, which may have more
    `names`."""

    name: str
    does: str
    packages: tuple[str, ...] = ()
    build_packages: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    needs: str = ""
    script: str = ""
    names: tuple[str, ...] = ()


class _Packages(Noun, frozen=True, kw_only=True):
    package: tuple[SystemPackage, ...]


class _Buildpacks(Noun, frozen=True, kw_only=True):
    buildpack: tuple[KnownBuildpack, ...]


@functools.cache
def images() -> Images:
    """Versions of official images."""
    with as_file(files("assets") / "catalogue" / "images.toml") as path:
        return decode_toml(path, Images)


@functools.cache
def system_packages() -> tuple[SystemPackage, ...]:
    """Packages of Debian by what needs them."""
    with as_file(files("assets") / "catalogue" / "system_packages.toml") as path:
        return decode_toml(path, _Packages).package


@functools.cache
def buildpacks() -> tuple[KnownBuildpack, ...]:
    """Buildpacks beside the languages."""
    with as_file(files("assets") / "catalogue" / "buildpacks.toml") as path:
        return decode_toml(path, _Buildpacks).buildpack
