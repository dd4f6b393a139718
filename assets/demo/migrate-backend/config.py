"""Configuration from the environment, checked before anything starts."""

import os
import sys


def required(*names: str) -> dict[str, str]:
    """The values of `names`; ends the process with code 1 and one clear line if one is missing."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        print(f"Configuration is missing: {', '.join(missing)}", file=sys.stderr, flush=True)
        sys.exit(1)
    return {name: os.environ[name] for name in names}
