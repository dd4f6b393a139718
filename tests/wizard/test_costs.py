"""What Heroku bills a month."""

import pytest
from msgspec.structs import replace

from tests.screens.example_system import BACKEND, EMAILER, FRONTEND, example_system
from wizard.document.costs import Cost, monthly_cost
from wizard.document.summary import monthly_bill
from wizard.model.network import Space
from wizard.model.people import Invoice
from wizard.model.system import App, Autoscale, Process, System, UnreadApp


def _processes(system: System, app_id: str, *processes: Process, **more: object) -> System:
    return replace(
        system,
        apps=tuple(
            replace(app, processes=processes, **more) if app.id == app_id else app for app in system.apps
        ),
    )


def _process(type_: str, quantity: int, size: str, cents: int | None = None, **more: object) -> Process:
    return Process(type=type_, command="x", quantity=quantity, size=size, monthly_cents=cents, **more)  # type: ignore[arg-type]


def _line(cost: Cost, name: str) -> int | None:
    (line,) = (line for line in cost.lines if line.name == name)
    return line.cents


def test_the_example_system() -> None:
    cost = monthly_cost(example_system())
    assert cost.cents == cost.least_cents == cost.most_cents == 2 * 2500 + 700 + 900
    assert {app_id: one.cents for app_id, one in cost.by_app.items()} == {
        BACKEND: 5900,
        FRONTEND: 700,
        EMAILER: 0,
    }
    assert cost.unknown == ()
    assert cost.usage == (
        "the release phase of 1 app, at every release",
        "1 job of Heroku Scheduler, while it runs",
        "one-off dynos (heroku run), while they run",
    )


def test_eco_is_paid_by_the_account_not_by_the_dyno() -> None:
    system = _processes(
        example_system(), BACKEND, _process("web", 1, "Eco", 500), _process("worker", 2, "eco")
    )
    system = _processes(system, FRONTEND, _process("web", 1, "Eco"), owner="bob@acme.example")
    cost = monthly_cost(system)
    assert [(line.cents, line.text, line.payer) for line in cost.lines if line.kind == "eco"] == [
        (500, "3 Eco dynos, 1,000 hours shared", ""),
        (500, "1 Eco dyno, 1,000 hours shared", "bob@acme.example"),
    ]
    assert _line(cost, "migrate-backend web") == 0
    assert cost.cents == 900 + 500 + 500
    assert any("2,190 hours" in note for note in cost.notes)
    # An app's own bill has no part of it.
    assert cost.by_app[FRONTEND].cents == 0
    assert monthly_bill(system).cents == cost.cents
    asleep = _processes(example_system(), BACKEND, _process("web", 0, "Eco"))
    assert not [line for line in monthly_cost(asleep).lines if line.kind == "eco"]


def test_autoscaling_is_a_range() -> None:
    scale = Autoscale(least=1, most=6, p95_ms=500)
    web = _process("web", 2, "Performance-M", 25_000, autoscale=scale)
    cost = monthly_cost(_processes(example_system(), FRONTEND, web))
    one = cost.by_app[FRONTEND]
    assert (one.least_cents, one.cents, one.most_cents) == (25_000, 50_000, 150_000)
    assert cost.most_cents - cost.cents == 100_000
    off = replace(web, autoscale=replace(scale, active=False))
    assert monthly_cost(_processes(example_system(), FRONTEND, off)).most_cents == 5900 + 50_000


def test_what_is_unknown_is_named() -> None:
    system = _processes(
        example_system(),
        BACKEND,
        _process("web", 2, "Giant-M"),
        _process("release", 1, "Giant-M"),
        _process("worker", 1, "Standard-2X"),
    )
    database = replace(system.add_ons[0], monthly_cents=None, contract=True)
    foreign = replace(
        system.add_ons[1], id="x", name="redis-far", app_id="far", app_name="far-app", foreign=True
    )
    system = replace(
        system,
        apps=tuple(replace(app, unread=("add-ons",)) if app.id == FRONTEND else app for app in system.apps),
        add_ons=(database, *system.add_ons[1:], foreign),
        spaces=(Space(id="s", name="acme-space", team="acme"),),
        unread_apps=(UnreadApp(id="u", name="hidden", why="locked"),),
    )
    cost = monthly_cost(system)
    assert cost.unknown == (
        "migrate-backend web (Giant-M)",
        "postgresql-cubed-12345 (essential-1)",
        "acme-space (Private Space)",
        "migrate-frontend: its add-ons were not read",
        "hidden: the app was not read",
    )
    # What Heroku did not tell but its price list does is used, and said.
    assert _line(cost, "migrate-backend worker") == 5000
    assert any("Standard-2X" in note for note in cost.notes)
    assert cost.elsewhere == ("redis-far (standard) is billed to far-app",)
    assert {line.name: line.why for line in cost.lines}[
        "postgresql-cubed-12345"
    ] == "the price is by contract"


@pytest.mark.parametrize(
    ("size", "shield", "cents", "why"),
    [
        ("Private-S", False, 22_500, "Heroku's list price"),
        ("Private-S", True, 27_000, "Heroku's list price of Shield-S, as which a Shield space bills it"),
        ("Shield-M", True, 54_000, "Heroku's list price"),
        ("dyno-2c-8gb", False, 16_000, "Heroku's list price"),
        ("dyno-16c-128gb", True, 150_000, "Heroku's list price"),
    ],
)
def test_sizes_whose_price_heroku_never_tells(size: str, shield: bool, cents: int, why: str) -> None:
    system = _processes(example_system(), FRONTEND, _process("web", 1, size), space="acme-space")
    system = replace(system, spaces=(Space(id="s", name="acme-space", team="acme", shield=shield),))
    cost = monthly_cost(system)
    (line,) = (line for line in cost.lines if line.name == "migrate-frontend web")
    assert (line.cents, line.why, line.listed) == (cents, why, True)
    assert size in cost.notes[0] and "list prices" in cost.notes[0]
    assert cost.by_app[FRONTEND].cents == cents
    assert monthly_bill(system).cents == cost.cents
    # A price that Heroku tells goes before its list.
    told = _processes(system, FRONTEND, _process("web", 1, size, 100))
    assert monthly_cost(told).notes == ()


def test_the_latest_invoice_stands_beside_what_is_computed() -> None:
    system = example_system()
    who = system.account.email
    system = replace(
        system,
        apps=tuple(replace(app, owner=who, team=None) for app in system.apps[:1]),
        add_ons=(),
        invoices=(
            Invoice(id="2", number=2, starts_on="2026-10-01", ends_on="2026-11-01", total_cents=None),
            Invoice(id="1", number=1, starts_on="2026-09-01", ends_on="2026-10-01", total_cents=191_250),
        ),
    )
    cost = monthly_cost(system)
    (note,) = cost.notes
    assert f"to {who} (2026-09-01 to 2026-10-01) was $1,912.50." in note
    assert f"here makes ${cost.cents / 100:,.2f} a month" in note and cost.cents > 0
    assert monthly_cost(replace(system, invoices=None)).notes == ()


def test_sums_by_pipeline_and_payer_are_the_whole() -> None:
    system = example_system()

    def dressed(app: App) -> App:
        return (
            replace(app, team="acme", pipeline="shop")
            if app.id == BACKEND
            else replace(app, owner="ada@x.example")
        )

    system = replace(system, apps=tuple(map(dressed, system.apps)))
    cost = monthly_cost(system)
    assert {name: one.cents for name, one in cost.by_pipeline.items()} == {"": 700, "shop": 5900}
    assert {name: one.cents for name, one in cost.by_payer.items()} == {
        "ada@x.example": 700,
        "team acme": 5900,
    }
    assert sum(one.cents for one in cost.by_payer.values()) == cost.cents
    assert sum(line.cents or 0 for line in cost.lines) == cost.cents
