"""Which apps want a second factor before they tell anything."""

from functools import lru_cache

from wizard.document.index import Index

WORDS = "second factor"
"""In every reason that is about it."""


@lru_cache(maxsize=1)
def wanting(index: Index) -> tuple[tuple[str, str], ...]:
    """Id and name of the apps of which something, or all, was refused for want of a second factor."""
    unread = [(app.id, app.name) for app in index.system.unread_apps if WORDS in app.why]
    partly = [
        (app.id, app.name)
        for app in index.system.apps
        if any(WORDS in index.why_untold(app, part) for part in app.unread)
    ]
    return (*unread, *partly)
