"""Which version of a language the image takes: what the app pins, as far as there is an image of it."""

import re

from wizard.document.checkout import Checkout
from wizard.document.repository.code_nouns import Pin, Runtime
from wizard.document.repository.runtimes import runtimes
from wizard.mapping.problem import Problem
from wizard.prepare.image.catalogue import Versions

TITLES = {
    "dotnet": ".NET",
    "go": "Go",
    "java": "Java",
    "node": "Node.js",
    "php": "PHP",
    "python": "Python",
    "ruby": "Ruby",
}


def runtime_of(checkout: Checkout, *buildpacks: str) -> Runtime | None:
    """What the code says to the first of these buildpacks; from the root alone where only that was read."""
    found = checkout.runtimes or runtimes(list(checkout.names), checkout.files)
    return next((one for name in buildpacks for one in found if one.buildpack == name), None)


def pins_of(runtime: Runtime | None, what: str) -> list[Pin]:
    """The places that name a version of `what`, best first: those that Heroku reads, then the others."""
    if runtime is None:
        return []
    named = [pin for pin in runtime.pins if pin.what == what]
    # ">=3.9" says what a library takes, not what runs.
    loose = [pin for pin in named if not pin.read and not re.search(r"[<>]", pin.version)]
    return [pin for pin in named if pin.read] + loose


def numbers(text: str, parts: int = 2) -> tuple[int, ...]:
    """The first version in a text, as numbers, at most `parts` of them; empty when there is none."""
    match = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part[:6]) for part in match[0].split(".")[:parts]) if match else ()


def written(version: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in version)


def choose(
    code: str, app: str, known: Versions, wanted: tuple[int, ...], problems: list[Problem], *, strict: bool
) -> str:
    """The version of the image, and what is to be said of it.

    Args:
        code: the language, as in the catalogue ("python").
        wanted: what the app pins; empty when nothing says it.
        strict: whether an older version than any image must not be replaced by a newer one.
    """
    title = TITLES[code]
    if not wanted:
        problems.append(_not_pinned(code, app, title, known.default))
        return known.default
    listed = [numbers(version) for version in known.versions]
    if wanted in listed or wanted > listed[-1]:
        # Newer than this catalogue: the images of a new release come with it.
        return written(wanted)
    later = next(version for version in listed if version > wanted)
    if later == listed[0] and strict:
        problems.append(
            Problem(
                code=f"{code}-too-old",
                component=app,
                text=f"is pinned to {title} {written(wanted)}, for which there is no image",
                remedy=f"Pin {title} {written(later)} or newer and commit it, keep the slug of Heroku as a "
                "stop-gap, or write a Dockerfile of your own.",
                blocks=True,
            )
        )
        return written(later)
    problems.append(
        Problem(
            code=f"{code}-no-image",
            component=app,
            text=f"is pinned to {title} {written(wanted)}, for which there is no image; "
            f"the Dockerfile takes {written(later)}",
            remedy="Look that it runs with it, or write a Dockerfile of your own.",
        )
    )
    return written(later)


def unread(code: str, app: str, pin: Pin, problems: list[Problem]) -> None:
    """Say that the version comes from a file that Heroku does not look at."""
    if not pin.read:
        problems.append(
            Problem(
                code=f"{code}-unread-pin",
                component=app,
                text=f"{pin.file} pins {TITLES[code]} {pin.version}, which Heroku does not read; the "
                "Dockerfile takes it, Heroku may run another",
                remedy="Look at the build log on Heroku for the version that runs now.",
            )
        )


def _not_pinned(code: str, app: str, title: str, default: str) -> Problem:
    return Problem(
        code=f"{code}-not-pinned",
        component=app,
        text=f"pins no {title}; the Dockerfile takes {default}, Heroku may still run an older one",
        remedy="Look at the build log on Heroku, and pin the version that it names.",
    )
