"""How a database is named on the command line: never by a secret in the list of arguments."""

import os
import re
from collections.abc import Callable
from typing import Final

from screens.headless.asking import ask_hidden
from screens.headless.db_heroku import HerokuAccess
from wizard.database.resolve import password_in, resolve
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble

_PASSWORD: Final = re.compile(r"://[^/@\s]*:(?P<password>[^/\s]*)@")


class End:
    """One side. `label` is what the person wrote, with no secret in it; `url` gives the URL of this
    moment."""

    def __init__(self, label: str, url: Callable[[], Secret]) -> None:
        self.label = label
        self.url = url


def name_end(word: str, side: str, heroku: HerokuAccess) -> End:
    """The database that `word` names.

    Args:
        side: "source" or "target", for questions and errors.

    Raises:
        Trouble: it names none (`usage`), it cannot be reached, or it holds a password.
    """
    if word == "-":
        given = ask_hidden(f"URL of the {side}", instead=f"Name the {side} with env:NAME in a script.")
        return _fixed(f"the {side} that was typed in", given, side)
    kind, _, rest = word.partition(":")
    if kind == "env":
        return _fixed(clean(word), _from_environment(rest), side)
    if kind == "heroku":
        app, _, name = rest.partition("/")
        database = heroku.find(app, name or None) if app else None
        if database is None:
            raise _no_database(word)
        return End(f"heroku:{database.app}/{database.name}", lambda: heroku.url(database))
    _want_no_password(word)
    if not re.match(r"postgres(ql)?://", word) and "=" not in word:
        raise _no_database(word)
    if password_in(word):
        raise _with_password()
    return _fixed(clean(word), Secret(word, register=False), side)


def _fixed(label: str, given: Secret, side: str) -> End:
    password_in(given.reveal())

    def ask() -> Secret:
        return ask_hidden(
            f"password of the {side}", instead="Put it into ~/.pgpass, or name a variable with env:NAME."
        )

    whole = resolve(given, ask, side=side)
    return End(label, lambda: whole)


def _from_environment(name: str) -> Secret:
    value = os.environ.get(name, "").strip()
    if not value:
        raise Trouble(
            f"The environment variable {clean(name)} is not set." if name else "env: names no variable.",
            untouched="Nothing was done.",
            remedy="Set it to the URL of the database, then run the command again.",
            code="usage",
        )
    return Secret(value, name)


def _want_no_password(word: str) -> None:
    match = _PASSWORD.search(word)
    if match and match["password"]:
        Secret(match["password"], "password")  # known from now on, so that no message repeats it
        Secret(word, "database URL")
        raise _with_password()


def _with_password() -> Trouble:
    return Trouble(
        "The command line holds a password. Every user of this machine can read it in the list of processes,"
        " and the shell keeps it in its history.",
        untouched="Nothing was connected to.",
        remedy="Put the URL into an environment variable and name that: env:NAME. Or leave the password out:"
        " it is found in ~/.pgpass, or asked for.",
        code="usage",
    )


def _no_database(word: str) -> Trouble:
    return Trouble(
        f"{clean(word, limit=80)} names no database.",
        untouched="Nothing was done.",
        remedy="Write env:NAME, heroku:APP, a URL without a password, or - to be asked.",
        code="usage",
    )
