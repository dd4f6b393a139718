"""Everything that is known of one object, in sections, as a person reads it: plain data, drawn by whoever
shows it. What Heroku did not tell is said in its place, and is never the same as "none"."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from wizard.model.noun import Noun

Mark = Literal["", "look", "untold"]
"""`look`: a person should look at it. `untold`: Heroku did not tell, so it says nothing."""


class Fact(Noun, frozen=True, kw_only=True):
    """One line: a name and what is said of it; `detail` is a second, longer one. `key` is that of the
    component that the line is about (see `wizard.document.component`), "" when it is no component of its
    own; `copy` what a person may need elsewhere besides its name, "" when there is nothing."""

    name: str
    text: str = ""
    detail: str = ""
    mark: Mark = ""
    key: str = ""
    copy: str = ""


class Section(Noun, frozen=True, kw_only=True):
    """Lines of one kind. `untold` says why Heroku did not tell them, `none` what stands there when there are
    none; a section with neither and without facts is not shown. `counts` says that its facts are things that
    one counts."""

    title: str
    facts: tuple[Fact, ...] = ()
    untold: str = ""
    none: str = ""
    counts: bool = True

    @property
    def heading(self) -> str:
        """The title with the number of things, or a question mark where they were not told."""
        if self.untold and not self.facts:
            return f"{self.title} ?"
        return f"{self.title} {len(self.facts)}" if self.counts and self.facts else self.title


class Page(Noun, frozen=True, kw_only=True):
    """One object. `kind` is what it is in words ("app", "config var of migrate-backend")."""

    key: str
    title: str
    kind: str
    subtitle: str = ""
    sections: tuple[Section, ...] = ()

    def shown(self) -> tuple[Section, ...]:
        """The sections that have something to say."""
        return tuple(one for one in self.sections if one.facts or one.untold or one.none)


def only(*facts: Fact | None) -> tuple[Fact, ...]:
    """The facts that there are."""
    return tuple(fact for fact in facts if fact is not None)


def said(name: str, text: object, *, copy: str = "") -> Fact | None:
    """A fact, or None where there is nothing to say (None or "")."""
    return None if text is None or text == "" else Fact(name=name, text=str(text), copy=copy)


def yes(name: str, value: bool | None) -> Fact | None:
    """A fact that is only told when it holds."""
    return Fact(name=name, text="yes") if value else None


def joined(parts: Iterable[object], by: str = " · ") -> str:
    """The parts that are not empty, as one text."""
    return by.join(str(part) for part in parts if part not in (None, ""))


def at(moment: str | None) -> str:
    """An ISO 8601 moment as "2026-11-21 14:31 UTC"; anything else as it stands."""
    if not moment:
        return ""
    try:
        told = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 app", "3 apps"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
