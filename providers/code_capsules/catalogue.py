"""What Code Capsules can hold and what it costs, from assets/catalogue/code_capsules.toml, without signing
in."""

import functools
from importlib.resources import as_file, files

from wizard.model.noun import decode_toml
from wizard.ports import Profile


@functools.cache
def profile() -> Profile:
    """The figures as they stand in the file."""
    with as_file(files("assets") / "catalogue" / "code_capsules.toml") as path:
        return decode_toml(path, Profile)
