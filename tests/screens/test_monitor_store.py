"""The copy and the proof of a store in the monitor."""

import pytest

from screens.monitor.line import Line
from screens.monitor.store import figures, part_lines, store_lines, whole_store
from wizard.stores.progress import PartProgress, PartProof, StoreProgress, StoreProof

COPYING = StoreProgress(
    store="redis-flat-1",
    phase="copy",
    unit="keys",
    done=8_000,
    estimated=200_000,
    bytes=4_000_000,
    rate=2_000.0,
    parts=(
        PartProgress(name="db 0", done=8_000, estimated=150_000),
        PartProgress(name="db 1", done=0, estimated=50_000),
    ),
)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


@pytest.mark.parametrize("cells", [78, 118])
def test_the_bar_and_the_figures(cells: int) -> None:
    bar, words = (text(one) for one in store_lines(COPYING, cells, moving=True, known=True))
    assert len(bar) == cells and bar.endswith("~4 %  8,000 of ~200,000 keys")
    assert words == "copying · 2,000 keys/s · 1.0 MB/s · 4.0 MB over"
    seen = text(store_lines(COPYING, cells, moving=False, known=False)[1])
    assert seen == "seen last: copying · 4.0 MB over"


def test_what_is_not_known_has_no_share() -> None:
    unknown = StoreProgress(store="s", phase="proof", unit="rows", done=12)
    assert text(store_lines(unknown, 60, moving=True, known=True)[0]).endswith("12 rows so far")
    assert figures(unknown, moving=True) == "comparing both sides"
    done = StoreProgress(store="s", phase="done", unit="rows", done=12, estimated=10)
    assert text(store_lines(done, 60, moving=True, known=True)[0]).endswith("100 %  12 rows")


def test_parts_are_listed_where_there_are_several() -> None:
    lines = [text(one) for one in part_lines(COPYING, 78, 6)]
    assert [one.split()[:2] for one in lines] == [["db", "0"], ["db", "1"]]
    assert "8,000 of ~150,000 keys" in lines[0] and all(len(one) <= 78 for one in lines)
    many = StoreProgress(
        store="s",
        phase="copy",
        unit="rows",
        parts=tuple(PartProgress(name=f"t{n}", estimated=n) for n in range(20)),
    )
    lines = [text(one) for one in part_lines(many, 78, 6)]
    assert len(lines) == 6 and lines[-1] == "… 15 more"
    assert part_lines(StoreProgress(store="s", phase="copy", unit="rows"), 78, 6) == []


def test_the_whole_list_is_the_proofs_once_there_is_one() -> None:
    proof = StoreProof(
        store="s",
        unit="keys",
        parts=(
            PartProof(name="db 0", kind="hash", source=3, target=3, equal=True),
            PartProof(name="db 0", kind="list", source=3, target=2, equal=False),
        ),
    )
    lines = [text(one) for one in whole_store(COPYING, proof, 78)]
    assert "list" in lines[0] and lines[0].endswith("✗ differs")
    assert lines[1].endswith("✓ proven") and "3 on the source, 3 here" in lines[1]
    assert len(whole_store(COPYING, None, 78)) == 2
