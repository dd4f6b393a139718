"""Several folders that are clones of one repository: what is pushed from them meets there."""

import re
from pathlib import Path

from wizard.document.git import git
from wizard.model.repository_address import same_repository
from wizard.model.trouble import Trouble
from wizard.session.parts import Prepared

_REMOTES = r"^remote\..*\.(url|pushurl)$"


def branches_of_clones(checkout: str | Path, prepared: Prepared) -> frozenset[str]:
    """The branches that were written to other folders with a remote of this one's: pushed from here, a branch
    of such a name would meet the other's there. Asks git in each folder."""
    own = str(checkout).rstrip("/")
    others = {one.checkout for one in prepared.apps if one.branch and one.checkout.rstrip("/") != own}
    if not others:
        return frozenset()
    here = _addresses(Path(own))
    met = {
        other
        for other in others
        if any(same_repository(one, two) for one in here for two in _addresses(Path(other)))
    }
    return frozenset(one.branch for one in prepared.apps if one.branch and one.checkout in met)


def _addresses(folder: Path) -> set[str]:
    """Where a folder's remotes are; none where git knows none, or the folder is gone."""
    try:
        said = git(folder, "config", "--get-regexp", _REMOTES).decode(errors="replace")
    except Trouble:
        return set()
    return {address for line in said.splitlines() if (address := re.sub(r"^\S+ ", "", line).strip())}
