"""Code Capsules beside other targets: honest about what is not there."""

import re

from providers.code_capsules import PROVIDER
from wizard.choose.compare import compare
from wizard.choose.price import estimate
from wizard.model.network import Domain
from wizard.model.system import Account, App, Process, System
from wizard.ports import TargetProvider


def one_app(**changes: object) -> System:
    app = App(id="a", name="shop", region="eu", stack="heroku-24", web_url="https://shop.example/", **changes)
    return System(taken_at="", account=Account(id="1", email="a@b.example"), apps=(app,), add_ons=())


def test_it_is_a_target_that_can_be_moved_to_or_says_what_is_missing() -> None:
    assert isinstance(PROVIDER, TargetProvider)
    profile = PROVIDER.profile()
    assert profile.name == PROVIDER.name == "code-capsules"
    assert profile.capabilities.works or profile.capabilities.missing
    assert profile.capabilities.layout == "capsules" and profile.capabilities.ways == ("linked",)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", profile.prices.date)
    assert profile.prices.source


def test_its_limits_are_told_for_what_does_not_fit() -> None:
    system = one_app(
        processes=(Process(type="web", command="x", quantity=4, size="Performance-L"),),
        domains=(Domain(hostname="*.acme.example", kind="custom"),),
    )
    column = compare(system, [PROVIDER.profile()]).column("code-capsules")
    said = " ".join(str(point) for point in column.fit.of("blocker"))
    assert "14336 MB" in said
    assert "4 times" in said
    assert "wildcard" in said


def test_its_prices_follow_its_formula() -> None:
    system = one_app(processes=(Process(type="web", command="x", quantity=2, size="Standard-2X"),))
    # The plan Premium: 1 GB and 25 % of a CPU for $37.50.
    assert estimate(system, PROVIDER.profile()).cents == 2 * 3750
