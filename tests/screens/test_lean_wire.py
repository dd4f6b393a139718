"""What is sent to the terminal for a change: the same picture as a full redraw, in far fewer bytes."""

from collections.abc import Sequence

import pyte
import pytest
from rich.color import ColorSystem
from rich.console import Console
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.geometry import Region, Size
from textual.screen import Screen

from screens import lean_wire
from screens.lean_wire import LeanCompositor, LeanUpdate, Shown
from screens.monitor.board import Board, changed
from screens.monitor.line import Line, Span, line
from screens.styles import sheet
from screens.themes import DARK

COLUMNS, ROWS = 60, 6


class Bare(Screen[None]):
    """A board and nothing else, on the lean compositor."""

    CSS_PATH = sheet("run")

    def __init__(self) -> None:
        super().__init__()
        self._compositor = LeanCompositor()

    def compose(self) -> ComposeResult:
        yield Board()


class BareApp(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DARK.variables

    async def on_mount(self) -> None:
        self.register_theme(DARK)
        self.theme = DARK.name
        await self.push_screen(Bare())


def terminal() -> tuple[pyte.Screen, pyte.ByteStream]:
    screen = pyte.Screen(COLUMNS, ROWS)
    return screen, pyte.ByteStream(screen)


def cells(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Every cell with its colours."""
    return [
        [(cell.data, cell.fg, cell.bg, cell.bold) for cell in (screen.buffer[y][x] for x in range(COLUMNS))]
        for y in range(ROWS)
    ]


BEFORE: list[Line] = [
    line(Span("5 of 12  ", "muted"), Span("Copy migrate-db", "strong")),
    line(Span("━━━━╸", "accent"), Span("──── ", "muted"), "61 %  23.4 of ~38.2 GB"),
    line("表テーブル 12 rows ", Span("✓ proven", "good")),
    line("unchanged"),
    line("goes away"),
]
AFTERS: list[list[Line]] = [
    [
        BEFORE[0],
        line(Span("━━━━━", "accent"), Span("──── ", "muted"), "62 %  23.9 of ~38.2 GB"),
        line("表テーブル 13 rows ", Span("✓ proven", "good")),
        BEFORE[3],
    ],
    [line(Span("✗ worker gone", "bad")), *BEFORE[1:]],
    [*BEFORE[:2], line("表テーブルズ 12 rows ", Span("✗ differs", "bad")), *BEFORE[3:], line("new")],
    [line("x" * 80)],
    [],
]


@pytest.mark.parametrize("after", AFTERS)
@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD])
async def test_a_change_looks_like_a_full_redraw(after: Sequence[Line], system: ColorSystem) -> None:
    app = BareApp()
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        console = Console(color_system=None, force_terminal=True)
        console._color_system = system
        board = app.screen.query_one(Board)
        board.show(BEFORE)
        await pilot.pause()
        compositor = app.screen._compositor
        sent, stream = terminal()
        stream.feed(compositor.render_full_update().render_segments(console).encode())

        board.show(after)
        compositor.update_widgets({board})
        update = compositor.render_partial_update()
        assert isinstance(update, LeanUpdate)
        stream.feed(update.render_segments(console).encode())

        redrawn, full = terminal()
        full.feed(compositor.render_full_update().render_segments(console).encode())
        assert cells(sent) == cells(redrawn)


async def test_what_stands_there_is_not_sent_again_and_the_picture_is_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = BareApp()
    monkeypatch.setattr(lean_wire, "FRESH", 60.0)
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        console = Console(color_system="256", force_terminal=True)
        board = app.screen.query_one(Board)
        compositor = app.screen._compositor
        shown = Shown()
        sent, stream = terminal()

        def feed(update: LayoutUpdate | ChopsUpdate | None) -> str:
            assert update is not None
            shown.begin(Size(COLUMNS, ROWS))
            what = shown.lean(update).render_segments(console)
            stream.feed(what.encode())
            return what

        for lines in (BEFORE, *AFTERS, BEFORE):
            board.show(lines)
            compositor.update_widgets({board})
            await pilot.pause()
            feed(compositor.render_full_update())
            compositor._dirty_regions.add(Region(3, 0, 30, ROWS))
            assert feed(compositor.render_partial_update()) == "", "the same words, dirty or not"
            assert feed(compositor.render_full_update()) == ""
            redrawn, full = terminal()
            full.feed(compositor.render_full_update().render_segments(console).encode())
            assert cells(sent) == cells(redrawn)

        # A part alone, where the whole line is known and where it is not.
        for forget in (False, True):
            if forget:
                shown.forget()
            board.show([line("other "), *BEFORE[1:]] if forget else [line("表 new"), *BEFORE[1:]])
            compositor.update_widgets({board})
            assert "B" not in feed(compositor.render_partial_update())
            redrawn, full = terminal()
            full.feed(compositor.render_full_update().render_segments(console).encode())
            assert cells(sent) == cells(redrawn)
        # What stood there for long may have been written over.
        shown = Shown()
        monkeypatch.setattr(lean_wire, "FRESH", -1.0)
        feed(compositor.render_full_update())
        assert feed(compositor.render_full_update()).count("H") >= ROWS


async def test_only_what_changed_is_sent() -> None:
    app = BareApp()
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        console = Console(color_system="256", force_terminal=True)
        board = app.screen.query_one(Board)
        board.show(BEFORE)
        await pilot.pause()
        while app.screen._dirty_widgets or app.screen._compositor._dirty_regions:
            # On a busy machine the first picture is not out yet, and would be sent along.
            await pilot.pause(0.05)
        board.show([BEFORE[0], line(*BEFORE[1][:2], "62 %  23.4 of ~38.2 GB"), *BEFORE[2:]])
        app.screen._compositor.update_widgets({board})
        update = app.screen._compositor.render_partial_update()
        assert update is not None
        sent = update.render_segments(console)
        assert "2" in sent
        assert "38.2" not in sent
        assert len(sent) < 60
        board.show(board.lines)
        app.screen._compositor.update_widgets({board})
        assert app.screen._compositor.render_partial_update() is None


def test_stretches_that_are_near_are_joined() -> None:
    assert changed(line("abcdef"), line("abXdef")) == [(2, 3)]
    assert changed(line("a b c d"), line("x b c y")) == [(0, 7)]
    far = "." * 20
    assert changed(line(f"a{far}b"), line(f"x{far}y")) == [(0, 1), (21, 22)]
    assert changed(line("same"), line("same")) == []
    assert changed(line("same"), line(Span("same", "bad"))) == [(0, 4)]
    assert changed(line("long line"), line("long")) == [(5, 9)]
