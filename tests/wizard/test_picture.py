"""The drawing of a system: what it shows is what is there, whatever there is, and no line is too wide."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from screens.marks import ascii_twins
from tests.screens.example_system import example_system
from wizard.document.drawing.cells import cells, fit
from wizard.document.drawing.picture import draw, process_words
from wizard.document.drawing.rails import Box, Item, drawn
from wizard.model.delivery import Pipeline
from wizard.model.system import System

EXAMPLE = """\
      no pipeline
      ┌─────────────────────────────┐
 ╭───▸│ migrate-backend             ├─┬─── postgresql-cubed-12345
 │    │ web 1 · release · worker 1  │ │      Postgres 16.4, essential-1,
 │ ╭──┤ → migrate-frontend          │ │      312 MB
 │ │  └─────────────────────────────┘ │
 │ │  ┌─────────────────────────────┐ │
 │ ╰─▸│ migrate-frontend            │ │
 │    │ web 1                       │ │
 ╰────┤ → migrate-backend           │ │
      └─────────────────────────────┘ │
      ┌─────────────────────────────┐ │
      │ migrate-emailer             ├─┼─── scheduler-round-1  standard
      │ job 0 · 1 scheduler job     ├─┼─── papertrail-flat-2  choklad
      │ uses postgresql-cubed-12345 ├─╯
      └─────────────────────────────┘

→ points at, by address, name or log drain · ┼ lines cross
uses: an add-on that another app owns"""

WAYS = {
    "│": "UD",
    "─": "LR",
    "╭": "DR",
    "╮": "DL",
    "╰": "UR",
    "╯": "UL",
    "├": "UDR",
    "┤": "UDL",
    "┬": "DLR",
    "┴": "ULR",
    "●": "UDLR",
}
STEP = {"U": (-1, 0), "D": (1, 0), "L": (0, -1), "R": (0, 1)}
BACK = {"U": "D", "D": "U", "L": "R", "R": "L"}


def test_the_example_system() -> None:
    assert "\n".join(draw(example_system(), 78)) == EXAMPLE


def follow(lines: list[str], row: int, column: int, way: str) -> set[tuple[int, int]]:
    """Where a line leads that is followed from a cell in a direction: the cells beside its other ends."""
    borders = {lines[_first(lines)].index(sign) for sign in "┌┐"}
    ends = set()
    seen = set()
    work = [(row, column, way)]
    while work:
        at = work.pop()
        if at in seen:
            continue
        seen.add(at)
        row, column, way = at
        down, right = STEP[way]
        row, column = row + down, column + right
        sign = lines[row][column]
        if column in borders:
            continue  # a box, not a line
        if sign == "┼":
            work.append((row, column, way))
        elif sign in WAYS and BACK[way] in WAYS[sign]:
            work += [(row, column, onward) for onward in WAYS[sign] if onward != BACK[way]]
        else:
            ends.add((row, column))
    return ends


def _first(lines: list[str]) -> int:
    return next(row for row, line in enumerate(lines) if "┌" in line)


@st.composite
def graphs(draw: st.DrawFn) -> list[Box]:
    count = draw(st.integers(1, 7))
    keys = [f"b{number}" for number in range(count)]
    amounts = [draw(st.integers(0, 2)) for _ in keys]
    items = [f"{key}i{number}" for key, amount in zip(keys, amounts, strict=True) for number in range(amount)]
    some = st.lists(st.sampled_from(keys), max_size=3, unique=True)
    stores = st.lists(st.sampled_from(items), max_size=2, unique=True) if items else st.just([])
    return [
        Box(
            key=key,
            title=f"name-{key}",
            texts=draw(st.sampled_from([(), ("web 1",)])),
            heading=draw(st.sampled_from(["", "one"])),
            items=tuple(Item(f"{key}i{number}", f"item-{key}i{number}") for number in range(amount)),
            reaches=tuple(draw(some)),
            uses=tuple(draw(stores)),
        )
        for key, amount in zip(keys, amounts, strict=True)
    ]


@settings(max_examples=60)
@given(graphs())
def test_every_connection_is_drawn_and_leads_where_it_says(boxes: list[Box]) -> None:
    width = 200
    lines = [line.ljust(width) for line in drawn(boxes, width)]
    titles = {row: box.key for box in boxes for row, line in enumerate(lines) if f"│ name-{box.key} " in line}
    owner, reached, used = "", {}, {}
    for row, line in enumerate(lines):
        owner = titles.get(row, owner)
        if "┤ → name-" in line:
            target = line.split("┤ → name-")[1].split()[0]
            column = line.index("┤ → ")
            arrows = {end for end in follow(lines, row, column, "L") if lines[end[0]][end[1]] == "▸"}
            assert [titles[end[0]] for end in arrows] == [target]
            reached.setdefault(owner, set()).add(target)
        if "│ uses item-" in line:
            item = line.split("uses item-")[1].split()[0]
            column = line.index("├", line.index("uses item-"))
            ends = {end[0] for end in follow(lines, row, column, "R") if lines[end[0]][end[1]] == " "}
            assert [lines[end].split("item-")[-1].split()[0] for end in ends] == [item]
            used.setdefault(owner, set()).add(item)
    mine = {box.key: {item.key for item in box.items} for box in boxes}
    assert reached == {box.key: got for box in boxes if (got := set(box.reaches) - {box.key})}
    assert used == {box.key: got for box in boxes if (got := set(box.uses) - mine[box.key])}
    for box in boxes:
        for item in box.items:
            assert any(line.rstrip().endswith(f"─ item-{item.key}") for line in lines)


@given(graphs(), st.integers(40, 130))
def test_no_line_is_too_wide_and_no_connection_is_left_out(boxes: list[Box], width: int) -> None:
    lines = drawn(boxes, width)
    assert max(map(cells, lines)) <= width
    assert sum("→ name-" in line for line in lines) == sum(len(set(box.reaches) - {box.key}) for box in boxes)


@pytest.mark.parametrize("width", [62, 74, 80, 120])
def test_what_hangs_on_a_box_is_said_whole(width: int) -> None:
    system = example_system()
    words = " ".join("\n".join(line[line.rfind("│") + 1 :] for line in draw(system, width)).split())
    for add_on in system.add_ons:
        assert add_on.plan.rpartition(":")[2] in words
    assert "Postgres 16.4, essential-1, 312 MB" in words


def test_a_long_name_of_a_pipeline_is_cut_by_a_rail_alone() -> None:
    name = "accounts-and-payments-gateway-of-the-shop · production"
    reader = Box(key="b", title="b", heading=name, uses=("i",))
    owner = Box(key="a", title="a", heading="first", items=(Item("i", "store"),))
    alone = drawn([Box(key="a", title="a", heading=name, items=(Item("i", "store"),))], 74)
    assert alone[0].endswith(name)
    crossed = drawn([owner, reader], 74)
    line = next(line for line in crossed if "accounts" in line)
    assert "… │" in line and max(map(cells, crossed)) <= 74


def many(count: int, pipelines: int) -> System:
    """`count` apps, each reaching the next and the first, spread over pipelines."""
    system = example_system()
    backend = system.apps[0]
    var = next(var for var in backend.config if var.name == "FRONTEND_URL")
    apps = tuple(
        replace(
            backend,
            id=f"a{number}",
            name=f"app-{number}",
            pipeline=f"line {number % pipelines}" if pipelines else None,
            pipeline_stage="production" if pipelines else None,
            config=(replace(var, refers_to_apps=(f"a{(number + 1) % count}", "a0")),),
            attachments=(),
        )
        for number in range(count)
    )
    lines = tuple(Pipeline(id=f"p{number}", name=f"line {number}") for number in range(pipelines))
    return replace(system, apps=apps, add_ons=(), pipelines=lines)


@pytest.mark.parametrize("width", [40, 78, 118])
@pytest.mark.parametrize(("count", "pipelines"), [(1, 0), (3, 1), (20, 2), (200, 12), (200, 0)])
def test_systems_of_every_size(count: int, pipelines: int, width: int) -> None:
    system = many(count, pipelines)
    lines = draw(system, width)
    text = "\n".join(lines)
    assert max(map(cells, lines)) <= width
    if count <= 20:
        assert all(f" app-{number} " in text for number in range(count))
    else:
        names = [f"line {number}" for number in range(pipelines)] or ["no pipeline"]
        assert all(f" {name} " in text for name in names)


def test_a_pipeline_or_an_app_by_itself_with_what_is_connected() -> None:
    system = many(200, 12)
    inside = "\n".join(draw(system, 118, "p3"))
    assert inside == "\n".join(draw(system, 118, "line 3"))
    assert all(f"│ app-{number} " in inside for number in range(3, 200, 12))
    one = "\n".join(draw(system, 118, "a7"))
    assert "│ app-7 " in one and "│ app-6 " in one and "│ app-8 " in one and "│ app-0 " in one
    assert "│ app-9 " not in one
    assert draw(system, 78, "nothing") == ("Nothing here is called nothing.",)


def test_a_picture_for_80_columns_keeps_names_costs_and_processes_whole() -> None:
    system = many(200, 12)
    apps = tuple(
        replace(app, name=f"accounts-gateway-production-{number}", pipeline=f"line {number % 12}")
        for number, app in enumerate(system.apps)
    )
    system = replace(system, apps=apps)
    pipelines = "\n".join(draw(system, 74))
    assert "17 apps · 34 dynos" in pipelines and "$850 a month" in pipelines
    assert pipelines.count("17 production") == 8
    inside = "\n".join(draw(system, 74, "line 3"))
    assert "│ accounts-gateway-production-3 " in inside and "web 1 · release · worker 1" in inside


def test_an_app_whose_processes_were_not_read_is_not_said_to_run_nothing() -> None:
    app = replace(example_system().apps[0], processes=(), jobs=(), unread=("process types",))
    assert (process_words(app), process_words(replace(app, unread=()))) == (
        "not read what runs",
        "nothing runs",
    )


def test_lines_that_cross_and_lines_that_join_differ_in_ascii_too() -> None:
    assert ascii_twins("┼") not in (ascii_twins("├"), ascii_twins("●"), ascii_twins("─"))
    assert "?" not in ascii_twins("".join(draw(many(20, 3), 78)))


def test_an_empty_system() -> None:
    assert draw(replace(example_system(), apps=(), add_ons=()), 78) == ("No app is here.",)


@pytest.mark.parametrize("width", [10, 40, 41, 79])
def test_wide_characters_take_two_columns(width: int) -> None:
    system = example_system()
    wide = tuple(replace(app, pipeline="日本語 🚀 ライン", name="店-" * 30) for app in system.apps)
    add_ons = tuple(replace(one, name="倉庫" * 20) for one in system.add_ons)
    lines = draw(replace(system, apps=wide, add_ons=add_ons), width)
    assert max(map(cells, lines)) <= width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 4, "abc…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日… "),
        ("cafe\u0301", 5, "cafe\u0301 "),
        ("x", 0, ""),
    ],
)
def test_texts_are_cut_by_columns(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown
    assert cells(shown) == width
