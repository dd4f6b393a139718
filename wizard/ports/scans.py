"""A target that looks at pushed code before anything of it is deployed."""

from typing import Protocol, runtime_checkable

from wizard.ports.signing_in import Log
from wizard.ports.target_things import TargetApp


@runtime_checkable
class ScansCode(Protocol):
    """What a target may have beside what it must have."""

    async def scan_code(self, app: TargetApp, ref: str, log: Log) -> dict[str, bool]:
        """Which of the files that a deploy is made from stand in the root of a pushed ref, by name. Deploys
        nothing. Raises Trouble."""
        ...
