"""Checks what a person moved by hand, as far as that can be counted."""

import time
from collections.abc import Callable

from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.stores.guided.counts import COUNTS
from wizard.stores.guided.guide import Guide
from wizard.stores.guided.guides import guide_of
from wizard.stores.progress import PartProof, StoreDifference, StoreProof

SAMPLES = 10


class GuidedStore:
    """A store that a person moves.

    Args:
        type_: the target's word for its type ("elasticsearch").
        source, target: give the URL, the target's through a tunnel; may raise Trouble. They are only asked
            where `can_check`.

    Raises:
        Trouble: no way to move this type is known.
    """

    def __init__(
        self, name: str, type_: str, source: Callable[[], Secret], target: Callable[[], Secret]
    ) -> None:
        self.guide: Guide = guide_of(type_)
        self._name = clean(name)
        self._source = source
        self._target = target

    @property
    def can_check(self) -> bool:
        """Whether `prove` counts something; else there is only the person's word for `guide.confirm`."""
        return self.guide.type in COUNTS

    def prove(self) -> StoreProof:
        """Count on both sides. Blocks. Where nothing can be counted, the proof has no parts.

        Raises:
            Trouble: a side cannot be asked.
        """
        began = time.monotonic()
        if not self.can_check:
            return StoreProof(store=self._name, unit="documents", counted=True)
        count = COUNTS[self.guide.type]
        there, here = count(self._source()), count(self._target())
        # What waits in queues is not moved: only that they are there is compared.
        queues = self.guide.moves == "definitions"
        waiting = sum(there.values()) if queues else 0
        return StoreProof(
            store=self._name,
            unit="messages" if queues else "documents",
            parts=tuple(
                PartProof(
                    name=clean(name, limit=80),
                    kind="queue" if queues else "index",
                    source=there.get(name, 0),
                    target=here.get(name, 0),
                    equal=name in there and name in here and (queues or there[name] == here[name]),
                )
                for name in sorted({*there, *here})
            ),
            differences=_differences(there, here, counts=not queues),
            left_out=(f"{waiting:,} messages wait on the source and are not moved",) if waiting else (),
            counted=True,
            seconds=time.monotonic() - began,
        )


def _differences(there: dict[str, int], here: dict[str, int], *, counts: bool) -> tuple[StoreDifference, ...]:
    found = {
        "missing": ("only on the source", sorted(there.keys() - here.keys())),
        "more": ("only here", sorted(here.keys() - there.keys())),
        "rows": (
            "with another count",
            sorted(name for name in there.keys() & here.keys() if counts and there[name] != here[name]),
        ),
    }
    return tuple(
        StoreDifference(
            kind=kind,
            words=f"{len(names)} {words}",
            count=len(names),
            samples=tuple(clean(name, limit=80) for name in names[:SAMPLES]),
        )
        for kind, (words, names) in found.items()
        if names
    )
