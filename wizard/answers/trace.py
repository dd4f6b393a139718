"""What was answered from a file, and when: kept in the session, so that nobody has to guess who decided."""

import hashlib
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


def keep_trace(session: Session, file: str, key: str, what: str) -> None:
    """Add one answer. `what` holds no secret: no answers file does."""
    known = session.load(TRACE) or Trace()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    session.save(TRACE, Trace(answers=(*known.answers, Traced(at=at, key=key, what=what, file=file))))
