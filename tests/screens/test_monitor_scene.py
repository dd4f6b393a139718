"""The monitor as lines, without a terminal: it fits every size, and rows stay where they are."""

from collections.abc import Callable

import msgspec
import pytest

from screens.monitor.copy import arrange, ranked, sparks, table_line, whole
from screens.monitor.line import Span, crop, fit, line, pad, spread, text, texts, width, wrap
from screens.monitor.scene import Kept, Seen, scene
from screens.monitor.status import _undone_by, status
from screens.monitor.steps import tunnel_lines
from screens.monitor.whole_lists import lines_of
from tests.screens.a_run import COPY, DEPLOY, ARun, progress
from tests.screens.conftest import Begun
from wizard.database.progress import CopyProgress, TableProgress, TunnelHealth
from wizard.model.trouble import Trouble
from wizard.run.view import view

LONG = Trouble(
    "The deploy failed: " + "a long reason that goes on and on, " * 12,
    untouched="Heroku's data is as it was.",
    remedy="Look at its log (l); press r to try again.",
    code="deploy-failed",
)


def _paused(run: ARun) -> None:
    run.copying()
    run.journal.set_run("paused")


def _back(run: ARun) -> None:
    run.reach(DEPLOY)
    run.journal.end("scale-down:migrate-backend", "undone", None)
    run.journal.set_run("going-back", waiting_for="Heroku does not answer. Trying again in 4 s")


STATES: dict[str, Callable[[ARun], object]] = {
    "copying": lambda run: run.copying(),
    "paused": _paused,
    "gate": lambda run: run.gate(),
    "failed": lambda run: run.fail(DEPLOY, LONG),
    "dead": lambda run: run.copying().kill(),
    "going-back": _back,
}
SIZES = [(58, 10), (78, 19), (118, 35), (198, 60)]


def seen_of(run: ARun) -> Seen:
    now = view(run.session)
    assert now is not None
    return Seen(now, tuple(run.journal.events()), ("a line of a log",) * 50, DEPLOY, 724.0)


@pytest.mark.parametrize("state", list(STATES))
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_fits(begun: Begun, state: str, size: tuple[int, int]) -> None:
    run = ARun(begun.chosen()).start()
    STATES[state](run)
    seen = seen_of(run)
    drawn = scene(seen, *size, Kept())
    run.close()
    assert len(drawn.lines) <= size[1]
    assert text(drawn.lines[0]).strip()
    # The reason comes before anything that may be cut.
    reason = status(seen.view).why[:30].strip()
    assert reason in " ".join(texts(drawn.lines).split())
    for one in drawn.lines:
        assert width(fit(one, size[0])) <= size[0]
    for kind in ("tables", "steps", "events", "log"):
        for one in lines_of(kind, seen, size[0]):
            assert width(fit(one, size[0])) <= size[0]


def test_a_wait_that_is_a_sentence_stays_one(begun: Begun) -> None:
    run = ARun(begun.chosen()).start()
    _back(run)
    words = status(seen_of(run).view).why
    run.close()
    assert words.endswith("Waiting. Heroku does not answer. Trying again in 4 s.")


def test_a_bad_deploy_is_undone_where_the_target_does_it(begun: Begun) -> None:
    run = ARun(begun.chosen()).start()
    view = seen_of(run).view
    run.close()
    assert _undone_by(view) == "k goes back to the release before."
    first, *others = view.steps
    built = msgspec.structs.replace(first.step, kind="capsule")
    steps = (msgspec.structs.replace(first, step=built), *others)
    assert "dashboard goes back" in _undone_by(msgspec.structs.replace(view, steps=steps))


def test_every_figure_of_a_running_copy_is_measured_or_marked() -> None:
    copy = progress(0.61)
    head = texts(whole(copy, 100, moving=True, known=True))
    assert "~67 %" in head
    assert "of ~35.6 GB" in head
    assert "~24 to 31 min left" in head
    for table in copy.tables:
        words = text(table_line(table, 100, moving=True))
        assert ("~" in words) == (table.state in ("waiting", "copying"))


def test_what_is_not_watched_has_no_speed() -> None:
    words = texts(whole(progress(0.61), 100, moving=False, known=False))
    assert "seen last: copying rows" in words
    assert "MB/s" not in words
    assert "left" not in words


def test_a_finished_copy_says_whole_and_nothing_estimated() -> None:
    words = texts(
        whole(CopyProgress(database="d", phase="done", bytes=5_000_000), 80, moving=True, known=True)
    )
    assert "100 %  5.0 MB" in words
    assert "~" not in words


def test_the_words_follow_what_the_tables_are_at() -> None:
    proving = TableProgress(name="public.a", state="proving", rows=5, bytes=50)
    copy = CopyProgress(database="d", phase="data", bytes=50, estimated_bytes=60, tables=(proving,))
    assert "proving each table" in texts(whole(copy, 80, moving=True, known=True))


def test_a_proof_is_measured_by_its_parts_not_by_bytes_it_does_not_carry() -> None:
    tables = (
        TableProgress(name="public.a", state="proven", rows=70, part=4, parts=4),
        TableProgress(name="public.b", state="proving", rows=1, part=1, parts=4),
    )
    copy = CopyProgress(database="d", phase="proof", rows=71, tables=tables, tables_proven=1)
    bar, figures = (text(one) for one in whole(copy, 80, moving=True, known=False))
    assert "5 of 8 parts" in bar and "B" not in bar
    proven, proving = (text(table_line(table, 80, moving=True)) for table in tables)
    assert "1 of 4 parts" in proving and " B " not in proving + proven
    assert figures == "seen last: proving each table · 71 rows compared · 1 of 2 tables proven"


def test_a_table_without_statistics_does_not_count_as_empty() -> None:
    unknown = TableProgress(name="public.a", state="waiting", estimated_bytes=5_000_000)
    assert "rows not known" in text(table_line(unknown, 80, moving=True))
    empty = TableProgress(name="public.a", state="waiting")
    assert "0 rows" in text(table_line(empty, 80, moving=True))


def test_many_parts_fit_too() -> None:
    many = TableProgress(name="public.a", state="copying", part=157, parts=500)
    line = text(table_line(many, 80, moving=True)).rstrip()
    assert line.endswith("158/500") and width(table_line(many, 80, moving=True)) <= 80


def _table(name: str, state: str, size: int = 10) -> TableProgress:
    return TableProgress(name=name, state=state, bytes=size, estimated_bytes=size)  # type: ignore[arg-type]


def test_rows_keep_their_place_until_another_is_at_work() -> None:
    before = [_table("a", "copying", 30), _table("b", "copying", 20), _table("c", "waiting", 10)]
    rows = arrange([], before, 2)
    assert rows == ["a", "b"]
    # The larger one is done: it stays in its row until another is at work.
    proven = [_table("a", "proven", 30), _table("b", "copying", 20), _table("c", "waiting", 10)]
    assert arrange(rows, proven, 2) == ["a", "b"]
    next_ = [_table("a", "proven", 30), _table("b", "copying", 20), _table("c", "copying", 10)]
    assert arrange(rows, next_, 2) == ["c", "b"]


def test_a_table_that_differs_is_never_hidden() -> None:
    tables = [_table(name, "copying", 90 - n) for n, name in enumerate("abcd")] + [_table("z", "differs", 1)]
    rows = arrange(["a", "b"], tables, 2)
    assert "z" in rows
    assert ranked(tables)[0].name == "z"


def test_the_copy_gauge_is_named_as_its_step() -> None:
    assert COPY == "copy:acme-db"


def test_blocks_show_the_last_minute() -> None:
    assert sparks([1.0] * 5) == ""
    assert sparks([0.0] * 60) == ""
    assert len(sparks([5.0] * 60)) == 12
    assert sparks([1.0] * 5 + [8.0] * 5 + [4.0] * 5)[1] == "█"


def test_lines_are_cropped_and_wrapped_by_cells() -> None:
    assert crop("表テーブル", 5) == "表テ…"
    assert pad("ab", 4, right=True) == "  ab"
    assert text(fit(line("abc", Span("def", "bad")), 5)) == "abcd…"
    assert text(spread(line("a long left side"), line("right"), 12)) == "a lon… right"
    assert [text(one) for one in wrap("one two three", 8)] == ["one two", "three"]
    assert [text(one) for one in wrap("x" * 20, 8)] == ["x" * 8, "x" * 8, "x" * 4]


def test_the_worst_tunnels_have_a_line_and_no_other_is_forgotten(begun: Begun) -> None:
    run = ARun(begun.chosen()).start()
    run.copying()
    for name, state in (("b-db", "up"), ("c-db", "broken"), ("d-db", "connecting")):
        health = TunnelHealth(state=state, reason="connection refused")  # type: ignore[arg-type]
        run.journal.gauge(f"tunnel:{name}", health)
    now = view(run.session)
    assert now is not None
    lines = [text(one) for one in tunnel_lines(now, known=True)]
    assert "broken" in lines[0] and "connecting" in lines[1] and lines[2].strip() == "… 2 more: 2 up"
    assert text(tunnel_lines(now, known=False)[2]).strip() == "… 2 more"
    drawn = "\n".join(text(one) for one in scene(seen_of(run), 78, 19, Kept()).lines)
    assert "✗ broken: connection refused" in drawn and "… 2 more: 2 up" in drawn
    run.journal.drop_gauge("tunnel:d-db")
    run.journal.drop_gauge("tunnel:c-db")
    now = view(run.session)
    assert now is not None and len(tunnel_lines(now, known=True)) == 2
    run.close()


def test_a_tunnel_by_another_way_says_so_and_warns(begun: Begun) -> None:
    run = ARun(begun.chosen()).start()
    run.copying()
    health = TunnelHealth(
        state="up",
        way="codecaps",
        most_connections=1,
        warning="port 5433 is open on 0.0.0.0: others reach it",
    )
    run.journal.gauge("tunnel:acme-db", health)
    drawn = [text(one) for one in scene(seen_of(run), 78, 19, Kept()).lines]
    assert any("acme-db by codecaps, 1 connection" in one for one in drawn)
    assert any("⚠ port 5433 is open on 0.0.0.0" in one for one in drawn)
    run.close()
