"""What is said of a copy, a proof and a restore while they run: measured, and with the reason for a wait."""

import io
import json
import time
from collections.abc import Callable

import pytest

from screens.headless import db_proof_picture
from screens.headless.db_picture import copy_watch
from screens.headless.db_proof import tell_proof
from screens.headless.db_proof_picture import ProofPace
from screens.headless.db_restore_picture import restore_watch
from screens.headless.db_voice import Voice
from wizard.database.control import Control
from wizard.database.progress import (
    CopyProgress,
    Difference,
    Proof,
    RowDifferences,
    TableProgress,
    TableProof,
)
from wizard.database.restore_errors import Listener
from wizard.database.restore_progress import Meter, RestoreProgress


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


def proof(*tables: TableProgress, waiting_for: str = "") -> CopyProgress:
    return CopyProgress(
        database="shop",
        phase="proof",
        rows=sum(table.rows for table in tables),
        tables=tables,
        tables_proven=sum(table.state == "proven" for table in tables),
        waiting_for=waiting_for,
    )


def text(lines: object) -> str:
    return "\n".join("".join(span.text for span in one) for one in lines)  # type: ignore[attr-defined]


def test_a_proof_tells_its_parts_and_rows_and_what_is_left_only_when_that_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, pace = Clock(monkeypatch), ProofPace()
    begun = proof(TableProgress(name="public.a", state="proving", rows=10, part=0, parts=100))
    assert "left" not in text(pace.lines(begun, 80, moving=True))
    clock.now += db_proof_picture.SOON + 10
    seen = proof(TableProgress(name="public.a", state="proving", rows=1_000, part=20, parts=100))
    lines = text(pace.lines(seen, 80, moving=True))
    assert "20 of 100 parts" in lines and "1,000 rows compared" in lines and "~56 s to 2 min left" in lines
    assert "left" not in text(pace.lines(seen, 80, moving=False))
    assert "0 B" not in lines and "not known" not in lines
    found = proof(TableProgress(name="public.a", state="differs", rows=5_000, part=100, parts=100))
    assert "looking for the rows that differ" in text(pace.lines(found, 80, moving=True))


def test_a_pipe_reads_of_a_proof_what_a_person_sees() -> None:
    voice = Voice()
    voice.words = io.StringIO()
    watch = copy_watch(voice, Control())
    watch.report(
        proof(
            TableProgress(name="public.a", state="proving", rows=7, part=3, parts=9),
            waiting_for="the source: connection refused",
        )
    )
    said = voice.words.getvalue()
    assert "3 of 9 parts" in said and "7 rows compared" in said and "waits for the source" in said


def restoring(paused: Callable[[], bool] = lambda: False) -> tuple[Meter, list[RestoreProgress]]:
    told: list[RestoreProgress] = []
    listener = Listener([])
    listener.in_data = True
    return Meter(listener, 4, 1000, told.append, paused=paused), told


def test_a_restore_says_for_whom_it_waits_and_no_rate_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    meter, _ = restoring()
    for _ in range(3):
        with meter.reading():
            clock.now += 1.0
        meter.had(b"x" * 100)
        meter._snapshot()
    moving = meter._snapshot()
    assert moving.rate > 0 and moving.seconds_left and not moving.waiting_for
    with meter.reading():
        clock.now += 5.0
        dry = meter._snapshot()
        voice = Voice()
        voice.words = io.StringIO()
        restore_watch(voice, lambda: "Heroku's store: no answer").report(dry)
    assert dry.waiting_for == "more of the dump, for 5 s" and dry.rate == 0 and dry.seconds_left is None
    assert "waits for more of the dump, for 5 s (Heroku's store: no answer)" in voice.words.getvalue()
    meter.had(b"x")
    clock.now += 7.0
    assert meter._snapshot().waiting_for == "the target to take more, for 7 s"
    meter.had(b"")
    over = meter._snapshot()
    assert over.ended and not over.waiting_for


def test_a_pause_of_a_restore_is_told() -> None:
    meter, _ = restoring(paused=lambda: True)
    voice = Voice()
    voice.words = io.StringIO()
    restore_watch(voice).report(meter._snapshot())
    assert voice.words.getvalue().rstrip().endswith("· paused")


def test_of_a_table_that_could_not_be_read_no_number_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    tables = tuple(
        TableProof(
            name=name,
            source_rows=300,
            target_rows=0,
            source_digest="1",
            target_digest="2",
            rows=RowDifferences(words=said_of, missing=missing, more=0),
        )
        for name, said_of, missing in (
            ("public.gone", ("it is not here",), 0),
            ("public.other", ('it cannot be read here: column "x" does not exist',), 0),
            ("public.emptied", ("id = 1 is missing",), 300),
        )
    )
    lost = Difference(
        kind="table", name="public.gone", words="table public.gone is missing", judgement="lost"
    )
    tell_proof(Voice(), Proof(database="shop", tables=tables, differences=(lost,)))
    said = capsys.readouterr().out
    assert "public.gone: it is not here" in said and "public.gone: 300 rows" not in said
    assert "public.other: it cannot" in said and "public.other: 300 rows" not in said
    assert "public.emptied: 300 rows on the source, 0 on the target" in said
    assert "1 other thing differs." in said
    tell_proof(Voice(json=True), Proof(database="shop", tables=tables))
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [table["target_rows"] for table in told["tables"]] == [None, None, 0]
