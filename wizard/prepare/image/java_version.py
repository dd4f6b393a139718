"""Which Java an app runs with, by system.properties."""

import re

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.catalogue import images
from wizard.prepare.image.version import choose, numbers, pins_of, runtime_of, unread

_BUILDPACKS = ("heroku/java", "heroku/gradle", "heroku/scala", "heroku/clojure")


def java_version(checkout: Checkout, app: str, problems: list[Problem]) -> str:
    """The major version: "1.8" is 8. Vendors before a dash ("zulu-21") are left out."""
    for pin in pins_of(runtime_of(checkout, *_BUILDPACKS), "java"):
        found = numbers(re.sub(r"^1\.", "", re.sub(r"^[A-Za-z][\w]*-", "", pin.version)), 1)
        if found:
            unread("java", app, pin, problems)
            return choose("java", app, images().java, found, problems, strict=False)
    return choose("java", app, images().java, (), problems, strict=False)
