"""Texts with blanks, from assets/templates."""

import functools
import re
from importlib.resources import files

_BLANK = re.compile(r"\{\{(\w+)\}\}")


def fill(name: str, **values: str) -> str:
    """The template `name` with its blanks filled. KeyError when a blank has no value."""
    return _BLANK.sub(lambda blank: values[blank[1]], _template(name))


@functools.cache
def _template(name: str) -> str:
    return (files("assets") / "templates" / name).read_text(encoding="utf-8")
