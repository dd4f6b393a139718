"""Where the code of an app lies for a target that builds a folder of a linked repository.

There is one branch for a whole repository: a folder of it needs neither a repository nor a branch of its own,
as it does where a push sends the whole to one app.
"""

from pathlib import Path

import msgspec

from wizard.document.checkout import Checkout, Remark
from wizard.document.git import GitFailed, git_line
from wizard.document.repository.code_place import CodePlace, place_in
from wizard.model.mapping import Mapping
from wizard.model.system import App
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import Profile

_SETTLED = frozenset({"not-root", "sub-folder"})
"""Remarks about a folder of a repository that say what a push to a single app would mean."""


def code_place(app: App, mapping: Mapping, profile: Profile) -> CodePlace:
    """The part of the repository that is the app: as it was chosen on the map, else as Heroku builds it. Runs
    git."""
    told = place_in(app)
    choice = mapping.app(app.id)
    if profile.capabilities.layout != "capsules" or choice is None:
        return told
    folder = choice.folder.strip("/")
    if folder and folder != told.folder:
        return CodePlace(folder)
    # A folder inside the repository says it, too.
    return whole_repository(choice.checkout, told)[1] if choice.checkout else told


def whole_repository(path: str | Path, place: CodePlace) -> tuple[Path, CodePlace]:
    """The root of the repository that `path` lies in, and `place` as meant from there; both as they are where
    it lies in none."""
    folder = Path(path).expanduser()
    try:
        top = Path(git_line(folder, "rev-parse", "--show-toplevel")).resolve()
        here = folder.resolve()
    except (GitFailed, Trouble, OSError, RuntimeError):
        return folder, place
    if here == top or not here.is_relative_to(top):
        return folder, place
    inside = here.relative_to(top).as_posix()
    if place.folder == inside or place.folder.startswith(f"{inside}/"):
        return top, place
    return top, CodePlace(f"{inside}/{place.folder}" if place.folder else inside, place.procfile)


def with_missing_folder(checkout: Checkout, place: CodePlace) -> Checkout:
    """The checkout, with a remark that stops where the folder that was named is not in the repository: its
    root would be taken for the app."""
    if not place.folder or checkout.folder == place.folder or not checkout.is_git:
        return checkout
    remark = Remark(
        kind="no-folder",
        text=f"There is no folder {clean(place.folder)} in {Path(checkout.path).name}.",
        remedy="Name the folder of this app on the map, or the clone that has it.",
        blocks=True,
    )
    kept = tuple(one for one in checkout.remarks if one.kind != "sub-folder")
    return msgspec.structs.replace(checkout, remarks=(remark, *kept))


def as_a_part(checkout: Checkout) -> Checkout:
    """The checkout without what only matters where a push sends the whole repository."""
    kept = tuple(one for one in checkout.remarks if one.kind not in _SETTLED or not one.blocks)
    return msgspec.structs.replace(checkout, remarks=kept)
