"""What pg_restore says while it works: how far it is, and each of its errors judged.

pg_restore ends with 1 both when a foreign event trigger was refused and when a table was lost, so its exit
code alone says nothing (measured). Each error is put down to its entry of the dump, and is either harmless,
for a known reason, or a loss; what is not known is a loss. Only the server's one-line message is kept: what
follows it quotes rows and whole functions.
"""

import re
import time
from collections.abc import Iterable
from typing import Final, Literal

from wizard.database.archive import DATA, Entry
from wizard.model.noun import Noun
from wizard.model.text import clean

Judgement = Literal["harmless", "lost", "broken"]

KEPT: Final = 500
"""Errors that are kept word by word; of more only the number is known."""

_NAMED: Final = {
    "TABLE DATA": "rows of table",
    "SEQUENCE SET": "value of sequence",
    "MATERIALIZED VIEW DATA": "rows of materialized view",
    "BLOBS": "large objects",
    "BLOB METADATA": "large object",
    "FK CONSTRAINT": "foreign key",
}

_NOBODY_MISSES: Final = {
    "EVENT TRIGGER": "event triggers are Heroku's own, or made by a superuser",
    "PUBLICATION": "replication is not taken along",
    "PUBLICATION TABLE": "replication is not taken along",
    "SUBSCRIPTION": "replication is not taken along",
    "ACL": "grants name roles of the source",
    "DEFAULT ACL": "grants name roles of the source",
    "SECURITY LABEL": "security labels are not taken along",
}

_BROKEN: Final = (
    "server closed the connection",
    "terminating connection",
    "no connection to the server",
    "connection not open",
    "could not receive data from server",
    "could not send",
    "could not connect",
    "connection to server",
    "SSL SYSCALL",
    "SSL error",
    "SSL connection has been closed",
    "Connection reset",
    "Connection timed out",
    "the database system is",
    "PQputCopyData",
    "PQputCopyEnd",
)
"""After any of these nothing more of the restore can have worked."""

_ENDED: Final = (
    "could not read from input file",
    "end of file",
    "could not uncompress",
    "could not find block",
)


class Complaint(Noun, frozen=True, kw_only=True):
    """An error of pg_restore. `what` names the object ("rows of table public.orders"), `said` is the server's
    message, `why` says for a harmless one why nobody misses it."""

    judgement: Judgement
    what: str
    said: str
    why: str = ""


class Listener:
    """Reads what pg_restore writes to its standard error under `--verbose`, line by line.

    Attributes:
        doing: what it is at ("index public.orders_doc_idx").
        done: entries that it has begun.
        in_data: whether it has come to the rows; `after_data`: to what follows them.
        errors: how many there were.
        last: the last line, as it came.
        heard: when that was, by the monotonic clock.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.doing = ""
        self.last = ""
        self.heard = time.monotonic()
        self.done = 0
        self.in_data = False
        self.after_data = False
        self.errors = 0
        self.complaints: list[Complaint] = []
        self.ignored: int | None = None
        self._entries = {entry.id: entry for entry in entries}
        self._entry: Entry | None = None
        self._initializing = False
        self._error = ""
        self._command = ""

    def line(self, text: str) -> None:
        """Take the next line, without its end."""
        self.last = text or self.last
        self.heard = time.monotonic()
        if not text.startswith("pg_restore: "):
            if self._error and not self._command and text.startswith("Command was: "):
                self._command = text.removeprefix("Command was: ")[:200]
            return
        self._judge()
        said = text.removeprefix("pg_restore: ")
        if said.startswith("error: "):
            self.errors += 1
            self._error = said.removeprefix("error: ")
        elif match := re.match(r"from TOC entry (\d{1,9});", said):
            self._entry, self._initializing = self._entries.get(int(match[1])), False
        elif said.startswith("while "):
            self._initializing = said.startswith("while INITIALIZING")
        elif match := re.fullmatch(r"warning: errors ignored on restore: (\d{1,9})", said):
            self.ignored = int(match[1])
        else:
            self._follow(said)

    def end(self) -> None:
        """There are no more lines."""
        self._judge()

    def whole(self, code: int) -> bool:
        """Whether pg_restore went through the whole list, by its exit code and its own count of errors."""
        self.end()
        if any(one.judgement == "broken" for one in self.complaints):
            return False
        return (code == 0 and not self.errors) or (code == 1 and self.ignored == self.errors)

    @property
    def cut(self) -> bool:
        """Whether the dump itself was not all there, or not to be read."""
        return any(words in one.said for one in self.complaints for words in _ENDED)

    def _follow(self, said: str) -> None:
        if match := re.match(r"(creating|processing data for table|executing|processing) (.+)", said):
            self.done += 1
            if match[1].startswith("processing"):
                self.in_data = True
            elif self.in_data and match[1] == "creating":
                self.after_data = True
            words = match[2].replace('"', "")
            self.doing = clean(f"rows of {words}" if "data" in match[1] else _lower_kind(words), limit=120)

    def _judge(self) -> None:
        if not self._error:
            return
        error, command, self._error, self._command = self._error, self._command, "", ""
        judged, why = judgement(error, command, self._entry, self._initializing)
        # How it ended must be known, however much was said before.
        if len(self.complaints) < KEPT or judged == "broken":
            self.complaints.append(
                Complaint(judgement=judged, what=_named(self._entry, command), said=_message(error), why=why)
            )


def judgement(error: str, command: str, entry: Entry | None, initializing: bool) -> tuple[Judgement, str]:
    """What an error means, and for a harmless one why."""
    if any(words in error for words in (*_BROKEN, *_ENDED)):
        return "broken", ""
    if command.startswith("SET ") and "unrecognized configuration parameter" in error:
        return "harmless", "the target does not know this setting, and needs it not"
    if initializing or entry is None:
        return "lost", ""
    if entry.kind in _NOBODY_MISSES:
        return "harmless", _NOBODY_MISSES[entry.kind]
    if entry.kind in ("SCHEMA", "EXTENSION", "PROCEDURAL LANGUAGE") and "already exists" in error:
        return "harmless", "it is there already"
    if entry.kind == "COMMENT" and entry.name.startswith(("EXTENSION ", "EVENT TRIGGER ", "SCHEMA public")):
        return "harmless", "such a comment is its owner's, and says nothing of your data"
    if "must be owner of extension" in error:
        return "harmless", "the extension is there, and belongs to the platform"
    if " OWNER TO " in command and "role " in error and "does not exist" in error:
        return "harmless", "owners are roles of the source"
    return "lost", ""


def _named(entry: Entry | None, command: str) -> str:
    if entry is None or (entry.section == DATA and command.startswith("SET ")):
        return clean(f"the command {command}", limit=120) if command else "the restore itself"
    kind = _NAMED.get(entry.kind, entry.kind.lower())
    name = f"{entry.schema}.{entry.name}" if entry.schema else entry.name
    return clean(f"{kind} {name}", limit=200)


def _message(error: str) -> str:
    """The server's words alone."""
    for before in ("could not execute query: ", "ERROR:  ", "ERROR: "):
        head, found, rest = error.partition(before)
        if found and (not head or head.startswith("COPY failed")):
            error = rest
    return clean(error.strip(), limit=300)


def _lower_kind(words: str) -> str:
    kind = re.match(r"[A-Z][A-Z ]+(?= )", words)
    if kind is None:
        return words
    return f"{_NAMED.get(kind[0], kind[0].lower())}{words[kind.end() :]}"
