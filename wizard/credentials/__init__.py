"""Where credentials live: the system's keyring, the memory of this process, or wherever a command or a
variable of the person gets them from. Never a plain file.

Sessions and logs hold a `CredentialRef` or an `Origin`; the value is asked for at the last moment. Everything
here may block for its deadline, so the screen calls it from a worker thread, never from its event loop.
"""

from wizard.credentials.keepers import Keeper, KeyringKeeper, MemoryKeeper
from wizard.credentials.origin import Origin
from wizard.credentials.reference import SERVICE, CredentialRef, Kept
from wizard.credentials.state import StoreState, probe
from wizard.credentials.vault import MEMORY_ONLY, Vault, open_vault

__all__ = [
    "MEMORY_ONLY",
    "SERVICE",
    "CredentialRef",
    "Keeper",
    "Kept",
    "KeyringKeeper",
    "MemoryKeeper",
    "Origin",
    "StoreState",
    "Vault",
    "open_vault",
    "probe",
]
