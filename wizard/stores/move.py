"""The verbs that every store which is not Postgres is moved by."""

from typing import Protocol

from wizard.stores.progress import StoreChanges, StoreInspection, StoreProof


class StoreMove(Protocol):
    """One store on its way. The order is `inspect`, `copy` (the app may still write), freeze the source,
    `refresh`, `prove`, `tidy`. Each may be called again after whatever broke it, by another process too: a
    marker in the target says whose copy it is and how far it came. All of them block: call them in a thread.
    The source is only ever read.

    All raise Trouble, or Stopped when the control was told to stop.
    """

    def inspect(self) -> StoreInspection:
        """Look at both sides; writes nothing."""
        ...

    def copy(self) -> None:
        """Copy everything, or what an earlier call has not copied yet. Refuses a target that is neither
        empty nor this session's."""
        ...

    def refresh(self) -> StoreChanges:
        """Make the target as the source, which must be frozen now: copy again what differs, remove what is
        gone. Needs a copy that is whole."""
        ...

    def prove(self) -> StoreProof:
        """Compare everything on both sides; changes nothing, needs no marker."""
        ...

    def tidy(self) -> None:
        """Remove the marker from the target; done already is no error. The target counts as foreign then."""
        ...
