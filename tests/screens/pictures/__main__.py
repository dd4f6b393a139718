"""Pictures of every screen: `accept` keeps those of now, `look FOLDER` draws those that are kept.

python -m tests.screens.pictures accept [PART OF A TEST'S NAME]
python -m tests.screens.pictures look FOLDER [PART OF A PICTURE'S NAME]
"""

import os
import sys
from pathlib import Path

import pytest

from tests.screens.pictures.sheets import draw
from tests.screens.pictures.studio import ACCEPT, KEPT

HERE = Path(__file__).parent


def accept(part: str) -> int:
    """Take all pictures and keep them; with `part`, those of the tests that have it in their names."""
    os.environ[ACCEPT] = "1"
    before = {file: file.read_bytes() for file in KEPT.rglob("*.txt")}
    began = {file: file.stat().st_mtime_ns for file in before}
    code = pytest.main(
        [str(HERE), "-q", "--no-header", "-n2", "-m", "slow", "-k", f"not quick{part and f' and {part}'}"]
    )
    now = {file: file.read_bytes() for file in KEPT.rglob("*.txt")}
    if code == 0 and not part:
        for file in [one for one in now if began.get(one) == one.stat().st_mtime_ns]:
            file.unlink()
            del now[file]
    for file in sorted(before.keys() | now.keys()):
        if before.get(file) != now.get(file):
            word = "new" if file not in before else "gone" if file not in now else "changed"
            print(f"{word:8} {file.relative_to(KEPT)}")
    return int(code)


def main(arguments: list[str]) -> int:
    """See the module's own words."""
    match arguments:
        case ["accept", *part]:
            return accept(part[0] if part else "")
        case ["look", folder, *part]:
            return draw(KEPT, Path(folder), part[0] if part else "")
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
