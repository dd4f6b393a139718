"""What was answered from a file, and when: kept in the session, so that nobody has to guess who decided."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from wizard.model.noun import Noun
from wizard.session.store import Part, Session


class Traced(Noun, frozen=True, kw_only=True):
    """One answer: its key, in words what it was, the file with the first digits of its SHA-256, and when
    (UTC, ISO 8601)."""

    at: str
    key: str
    what: str
    file: str


class Trace(Noun, frozen=True, kw_only=True):
    """All of them, in order."""

    answers: tuple[Traced, ...] = ()


TRACE = Part("answers-trace", Trace)


def name_of(path: str) -> str:
    """A file's name with the first digits of its digest."""
    file = Path(path).expanduser()
    return f"{file.name} ({hashlib.sha256(file.read_bytes()).hexdigest()[:12]})"


def keep_trace(session: Session, file: str, answers: Mapping[str, str]) -> None:
    """Add answers, in words by their keys; what this very file answered before is not told again. They hold
    no secret: no answers file does."""
    known = (session.load(TRACE) or Trace()).answers
    before = {(one.key, one.what, one.file) for one in known}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    fresh = [
        Traced(at=at, key=key, what=what, file=file)
        for key, what in answers.items()
        if (key, what, file) not in before
    ]
    if fresh:
        session.save(TRACE, Trace(answers=(*known, *fresh)))
