"""The engine's errors in the words of a command. The engine speaks to a run, which is resumed and signs in
again; a command is run again."""

import contextlib
from collections.abc import Iterator
from typing import Final

from wizard.model.trouble import Trouble

_REMEDIES: Final = {
    "database-login": "Look at role, password, database and sslmode of its URL",
    "database-rights": "Use a role that has this right",
    "database-gone": "Look whether it runs, and can be reached from here",
    "database-full": "Give the database more disk",
    "database-refused": "Look at what is named, correct it or leave it out",
}


@contextlib.contextmanager
def in_words_of_a_command(untouched: str, again: str = "run the command again") -> Iterator[None]:
    """Errors of either database that leave the block say `untouched`, and end with `again`.

    Raises:
        Trouble: whatever the block raises.
    """
    try:
        yield
    except Trouble as trouble:
        remedy = _REMEDIES.get(trouble.code)
        if remedy is None:
            raise
        raise Trouble(
            trouble.cause,
            untouched=untouched,
            remedy=f"{remedy}, then {again}.",
            code=trouble.code,
            retry=trouble.retry,
        ) from trouble
