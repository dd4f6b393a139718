"""What MySQL's programs say when they fail, in words."""

import re

from wizard.model.killed import killed_words
from wizard.model.secret import redact
from wizard.model.text import clean
from wizard.model.trouble import Trouble

_NUMBER = re.compile(r"\b(?:ERROR|Got error:|error:?) (\d{4})\b", re.IGNORECASE)

_TELLING = re.compile(r"^ERROR \d|^(?:\S*/)?(?:mysql|mariadb)\S*: ")

_PASSING = frozenset({1040, 1053, 1205, 1213, 1203, 2002, 2003, 2006, 2012, 2013, 2026, 2055})
"""Too many connections, a shutdown, a lock that was not had, a deadlock, a user's limit, and whatever breaks
a connection."""

_LOGIN = frozenset({1044, 1045, 1049, 1698})
_RIGHTS = frozenset({1142, 1143, 1227, 1370, 1419})
_TOO_LARGE = frozenset({1153, 2020})
_FULL = frozenset({1021, 1030, 1114, 3})


class MysqlError(Exception):
    """A program failed. `number` is the server's or the client's, 0 where none was said."""

    def __init__(self, program: str, code: int, stderr: bytes) -> None:
        lines = [line.strip() for line in stderr.decode(errors="replace").splitlines()]
        # Before it some programs repeat the statement that failed, and warn of this and that.
        telling = [line for line in lines if _TELLING.search(line) and "[Warning]" not in line]
        text = " ".join(telling or [line for line in lines if line])
        self.killed = killed_words(code)
        ended = f"{program} ended with code {code}"
        self.said = f"{ended}: {self.killed}" if self.killed else redact(clean(text, limit=400)) or ended
        found = _NUMBER.search(self.said)
        self.number = int(found[1]) if found else 0
        super().__init__(self.said)

    @property
    def passing(self) -> bool:
        """Whether waiting and connecting again may cure it."""
        return (
            bool(self.killed)
            or self.number in _PASSING
            or any(
                words in self.said for words in ("Lost connection", "server has gone away", "Can't connect")
            )
        )


def trouble(error: MysqlError, what: str) -> Trouble:
    """`error` as a Trouble. `what` names what was being done ("The table orders cannot be copied")."""
    kept = "Tables that are whole stay and are not copied again; the source was only read."
    said = f"{what}: {error.said}."
    if error.killed:
        return Trouble(said, untouched=kept, remedy="It is started again.", code="store-killed", retry=True)
    if error.number in _LOGIN:
        remedy = "Sign in again so that fresh credentials are read, then resume."
        return Trouble(said, untouched=kept, remedy=remedy, code="store-login")
    if error.number in _RIGHTS:
        remedy = "Use a user that has this right, then resume."
        return Trouble(said, untouched=kept, remedy=remedy, code="store-rights")
    if error.number in _FULL:
        remedy = "Give the database more disk, then resume."
        return Trouble(said, untouched=kept, remedy=remedy, code="store-full")
    if error.number in _TOO_LARGE:
        remedy = "Raise max_allowed_packet on the target above the size of its largest row, then resume."
        return Trouble(said, untouched=kept, remedy=remedy, code="store-refused")
    if error.passing:
        remedy = "Resume when it answers again."
        return Trouble(said, untouched=kept, remedy=remedy, code="store-gone", retry=True)
    remedy = "Look at the named object on the source, correct it, then resume."
    return Trouble(said, untouched=kept, remedy=remedy, code="store-refused")
