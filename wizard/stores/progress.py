"""What the move of a store tells: what is there, how far it is, and what its proof found."""

from typing import Literal

from wizard.model.noun import Noun


class PartProgress(Noun, frozen=True, kw_only=True):
    """A part of a store: a logical database of Redis ("db 0"), a table of MySQL. `estimated` is what the
    source's own statistics say, `done` is measured; both in the store's unit."""

    name: str
    done: int = 0
    estimated: int = 0


class StoreProgress(Noun, frozen=True, kw_only=True):
    """A store at one moment. `phase`: look, copy, refresh, proof, done. `unit` is what is counted ("keys",
    "rows"), `rate` units a second since the phase began; `bytes` went over to the target. `waiting_for` says
    why nothing moves, empty when it moves."""

    store: str
    phase: str
    unit: str
    done: int = 0
    estimated: int = 0
    bytes: int = 0
    rate: float = 0.0
    parts: tuple[PartProgress, ...] = ()
    waiting_for: str = ""


class StoreFinding(Noun, frozen=True, kw_only=True):
    """Something a person should know before a store is copied. `words` is a whole sentence, `remedy` what to
    do about it (may be empty). `stops`: the copy will refuse to begin while it is so."""

    words: str
    remedy: str = ""
    stops: bool = False


class Waiting(Noun, frozen=True, kw_only=True):
    """Jobs, sessions or cached values that were recognised by the names of their keys. `what` names the
    library ("Sidekiq"), `queue` the queue ("" for none), `count` is at least so many; `jobs` says whether
    work is lost when the store starts empty."""

    what: str
    queue: str
    count: int
    jobs: bool


class StoreInspection(Noun, frozen=True, kw_only=True):
    """Both sides before the copy. Engines in words ("Redis 7.0.15"), `bytes` is what the source uses, None
    where it does not tell; `parts` its databases or tables with their estimated counts."""

    store: str
    unit: str
    source: str
    target: str
    bytes: int | None
    parts: tuple[PartProgress, ...]
    target_state: Literal["empty", "ours", "foreign"]
    target_holds: tuple[str, ...] = ()
    findings: tuple[StoreFinding, ...] = ()
    waiting: tuple[Waiting, ...] = ()

    @property
    def stoppers(self) -> tuple[StoreFinding, ...]:
        """The findings for which the copy would refuse to begin."""
        return tuple(one for one in self.findings if one.stops)


class StoreChanges(Noun, frozen=True, kw_only=True):
    """What a refresh did, in the store's unit (tables for MySQL). `names` are samples, clean."""

    copied_again: int = 0
    removed: int = 0
    names: tuple[str, ...] = ()


class PartProof(Noun, frozen=True, kw_only=True):
    """Counts of one part on both sides: a type of a logical database ("db 0", "hash"), or a table."""

    name: str
    kind: str
    source: int
    target: int
    equal: bool


class StoreDifference(Noun, frozen=True, kw_only=True):
    """All differences of one kind. `kind`: missing, more, value, expiry, rows, definition. `count` is exact,
    `samples` are at most 10 clean names."""

    kind: str
    words: str
    count: int
    samples: tuple[str, ...] = ()


class StoreProof(Noun, frozen=True, kw_only=True):
    """The proof of a whole store. `left_out` is what is not there on purpose, or cannot be, as it was said
    when the copy was made; it does not make the proof fail. `counted`: what a person moved was counted on
    both sides, and not compared."""

    store: str
    unit: str
    parts: tuple[PartProof, ...] = ()
    differences: tuple[StoreDifference, ...] = ()
    left_out: tuple[str, ...] = ()
    counted: bool = False
    seconds: float = 0.0

    @property
    def equal(self) -> bool:
        """Whether nothing differs that nobody decided."""
        return not self.differences and all(part.equal for part in self.parts)

    @property
    def compared(self) -> int:
        """How many keys or rows of the source were compared."""
        return sum(part.source for part in self.parts)
