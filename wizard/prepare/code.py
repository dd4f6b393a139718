"""Reading the code of an app for the changes: its root, what all its files say, and what images need."""

import re
from pathlib import Path

import msgspec

from wizard.document.checkout import Checkout, read_checkout
from wizard.document.repository.code import add_code
from wizard.document.repository.code_place import WHOLE, CodePlace
from wizard.document.repository.code_tree import CommitTree
from wizard.document.repository.runtimes import RUNTIME_FILES
from wizard.model.mapping import Mapping
from wizard.model.system import App
from wizard.model.trouble import Trouble
from wizard.ports import Profile
from wizard.prepare.capsules.place import (
    as_a_part,
    code_place,
    whole_repository,
    with_missing_folder,
)

FILES = (
    *(name for name in RUNTIME_FILES if "/" not in name),
    ".npmrc",
    ".profile",
    ".yarnrc.yml",
    "Rakefile",
    "composer.lock",
    "heroku-php.sh",
    "heroku-start.sh",
    "heroku-static.sh",
    "start-nginx.sh",
    "start-pgbouncer.sh",
    "static.json",
)
"""Files of the root whose text decides what is proposed, beside those that every checkout is read with."""

CAPSULE_FILES = (
    "heroku-clock.mjs",
    "heroku-clock.py",
    "heroku-clock.rb",
    "heroku-clock.sh",
    "heroku-settings.mjs",
    "heroku-together.sh",
    "package-lock.json",
    "rabbitmq/Dockerfile",
)
"""More of them, where each process becomes a capsule."""

_OF_A_SERVICE = re.compile(r"(.*/)?Dockerfile\.[^/]+|heroku-together-[^/]+\.sh")
"""Files of a single service there, whose names are made of its own."""


def code_of(app: App, mapping: Mapping, profile: Profile, path: str | Path) -> Checkout:
    """Read the code of an app, as far as it is the app's: a part of the repository, where the map or its
    buildpacks say so. Runs git; raises Trouble, as `read_for_changes` does."""
    place = code_place(app, mapping, profile)
    found = read_for_changes(path, profile, place)
    return with_missing_folder(found, place) if profile.capabilities.layout == "capsules" else found


def read_for_changes(path: str | Path, profile: Profile, place: CodePlace = WHOLE) -> Checkout:
    """Read the checkout at `path` as `propose_changes` wants it. Runs git; takes seconds for large code.

    Args:
        place: which part of the repository the app's buildpacks build.

    Raises:
        Trouble: as `read_checkout` does.
    """
    hook = profile.capabilities.release_hook
    also = (*FILES, *((hook.file,) if hook else ()))
    layout = profile.capabilities.layout
    if layout == "capsules":
        path, place = whole_repository(path, place)
        checkout = as_a_part(add_code(read_checkout(path, also=(*also, *CAPSULE_FILES), place=place)))
    else:
        checkout = add_code(read_checkout(path, also=also, place=place))
    told = checkout.heroku_yml
    wanted = {one for one in told.images.values() if one not in checkout.files} if told else set()
    of_services = layout == "capsules" and (wanted or any(map(_OF_A_SERVICE.fullmatch, checkout.names)))
    if not (wanted or of_services) or checkout.head is None:
        return checkout
    try:
        tree = CommitTree(Path(checkout.root), checkout.head)
        if of_services:
            folders = {"", *map(_folder, wanted)}
            wanted |= {
                one for one in tree.entries if _OF_A_SERVICE.fullmatch(one) and _folder(one) in folders
            }
        texts = tree.read(wanted)
    except (Trouble, OSError):
        # The root was read: what could not be is named as a missing Dockerfile.
        return checkout
    return msgspec.structs.replace(checkout, files={**checkout.files, **texts})


def _folder(path: str) -> str:
    """The folder of a file with its slash, "" for the root."""
    return path[: path.rfind("/") + 1]
