"""What the application uses: the keyring when there is one, this process's memory when not."""

from wizard.credentials.fetch import fetch
from wizard.credentials.keepers import Keeper, KeyringKeeper, MemoryKeeper
from wizard.credentials.origin import Origin
from wizard.credentials.reference import CredentialRef, Kept
from wizard.credentials.state import StoreState, probe
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble

MEMORY_ONLY = "It is held in the memory of this process only, and is gone when that ends."


class Vault:
    """What the application uses: the keyring when there is one, this process's memory when not.

    `keeper` None means memory only. Never raises for a missing keyring; says in words where things are.
    `fetches` False: a person's command is not run when a value is asked for (the worker does that by itself,
    where it may wait).
    """

    def __init__(
        self, keeper: Keeper | None = None, state: StoreState | None = None, *, fetches: bool = True
    ) -> None:
        self._keeper = keeper
        self._memory = MemoryKeeper()
        self._fetches = fetches
        self.state = state

    def put(self, ref: CredentialRef, secret: Secret) -> Kept:
        """Keep `secret` for good if that can be done, else for now; the answer says which and why."""
        reason = self.state.sentence if self.state and not self.state.ready else ""
        if self._keeper is not None:
            try:
                self._keeper.set(ref, secret)
            except Trouble as trouble:
                reason = trouble.cause
            else:
                self._memory.delete(ref)
                where = f"Kept in {self._keeper.describe()} as {ref.service}, {clean(ref.username)}."
                return Kept(place="keyring", sentence=where)
        self.hold(ref, secret)
        return Kept(place="memory", sentence=f"{reason} {MEMORY_ONLY}".strip())

    def hold(self, ref: CredentialRef, secret: Secret) -> None:
        """Keep `secret` in memory only, though there may be a keyring."""
        self._memory.set(ref, secret)

    def get(self, ref: CredentialRef, origin: Origin | None = None) -> Secret | None:
        """The value, or None when it must be asked for. What is held in memory goes first, then `origin`,
        where there is one, in place of the keyring. Blocks: a command has half a minute.

        Raises:
            Trouble: the keyring was there and now fails, or the command of `origin` does.
        """
        held = self._memory.get(ref)
        if held is not None:
            return held
        if origin is not None:
            if not self._fetches:
                return None
            fetched = fetch(origin, f"{ref.vendor} {ref.kind}")
            if fetched is not None:
                self._memory.set(ref, fetched)
            return fetched
        return None if self._keeper is None else self._keeper.get(ref)

    def at_hand(self, ref: CredentialRef, origin: Origin | None = None) -> bool:
        """Whether `get` may give a value. No command is run for it: one that is named counts as at hand.

        Raises:
            Trouble: the keyring was there and now fails.
        """
        if origin is not None and origin.command:
            return True
        return self.get(ref, origin) is not None

    def forget(self, ref: CredentialRef, *, kept: bool | None = None) -> None:
        """Remove the value everywhere.

        Args:
            kept: whether it was put into the keyring; None: nobody knows.

        Raises:
            Trouble: the keyring did not remove it, or cannot be asked; the remedy says how to do it by hand.
        """
        self._memory.delete(ref)
        by_hand = f"Remove the entry {ref.service}, {ref.username} in the keyring's own program."
        if self._keeper is None:
            if self._may_hold(kept):
                assert self.state is not None
                raise Trouble(
                    self.state.sentence,
                    untouched="The entry may still be there.",
                    remedy=f"Unlock the keyring, or log in where it is, and do the same again. Or: {by_hand}",
                    code="not-forgotten",
                )
            return
        try:
            self._keeper.delete(ref)
        except Trouble as trouble:
            raise Trouble(
                trouble.cause, untouched=trouble.untouched, remedy=by_hand, code="not-forgotten"
            ) from trouble

    def _may_hold(self, kept: bool | None) -> bool:
        """Whether a keyring that cannot be used here and now may hold a value that was `kept` there."""
        if self.state is None or self.state.ready:
            return False
        return self.state.state in ("locked", "timed-out") if kept is None else kept

    def take_over(self, before: "Vault") -> None:
        """Hold what the vault before this one held in memory: the keyring was only looked at again."""
        self._memory.take_over(before._memory)

    def describe(self) -> str:
        """Where credentials go, as a sentence for the screen."""
        if self._keeper is not None:
            return f"Credentials are kept in {self._keeper.describe()}."
        reason = self.state.sentence if self.state else "No keyring is used."
        return f"{reason} Credentials are held in the memory of this process only."


def open_vault(deadline: float = 3.0) -> Vault:
    """Probe the keyring and return the vault over it, or over memory alone. Blocks up to `deadline` s."""
    state = probe(deadline)
    return Vault(KeyringKeeper(state) if state.ready else None, state)
