"""DNS at the gates: what to do before the cut-over, and the new records before the move is final."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from tests.screens.example_system import example_system
from tests.screens.fake_heroku import GOOD_TOKEN, FakeSourceProvider
from tests.wizard.test_plan_steps import example_mapping, plan_of
from wizard.model.plan import Evidence
from wizard.model.secret import Secret
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.run.context import Context
from wizard.run.dns import dns_records
from wizard.run.journal import Journal
from wizard.run.kinds import gate
from wizard.run.kinds.gate import Gate
from wizard.session.store import create


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A run of the example whose steps before the last gate are done."""

    async def nothing(context: Context, step: object) -> None:
        return None

    async def as_it_was(self: Gate, context: Context, step: object, then: Evidence) -> Evidence:
        return then

    async def nobody(self: Gate, context: Context) -> list[Any]:
        return []

    monkeypatch.setattr(gate, "written_since", nothing)
    monkeypatch.setattr(Gate, "_now", as_it_was)
    monkeypatch.setattr(Gate, "_heroku_since", nobody)
    session = create("acme-shop")
    system = example_system()
    mapping = example_mapping(system)
    plan = plan_of(system, mapping)
    journal = Journal(session)
    journal.start_run(plan)
    for step in plan.steps:
        opened = {"url": "https://app-1.example", "dns_target": "elb-1.example"}
        facts = opened if step.kind == "endpoint" else {}
        journal.end(step.key, "done", Evidence(summary=f"{step.key} is there", facts=facts))
    source = FakeSourceProvider().open({}, Secret(GOOD_TOKEN))
    yield SimpleNamespace(journal=journal, plan=plan, mapping=mapping, system=system, source=source)
    session.close()


async def facts(context: Any, key: str) -> list[str]:
    return [words for _, words in await Gate().facts(cast(Context, context), context.plan.step(key))]


async def test_the_last_gate_has_the_record_that_is_to_be_made(context: Any) -> None:
    wanted = "yours to change: CNAME www.acme.example -> elb-1.example (today x.herokudns.com)"
    assert wanted in await facts(context, FINISH)
    assert wanted not in await facts(context, CUT_OVER), "it is not to be changed before"


async def test_the_cut_over_asks_to_lower_the_ttl(context: Any) -> None:
    told = await facts(context, CUT_OVER)
    assert any("www.acme.example points at Heroku: lower its TTL now" in words for words in told)


async def test_a_domain_with_an_endpoint_of_its_own_is_told_at_its_own_step(context: Any) -> None:
    own = tuple(msgspec.structs.replace(one, action="endpoint") for one in context.mapping.domains)
    context.mapping = msgspec.structs.replace(context.mapping, domains=own)
    told = await facts(context, CUT_OVER)
    assert any(words.endswith("when the new side answers, and are told how") for words in told)
    assert not any("yours to change" in words for words in await facts(context, FINISH))


def test_an_address_that_is_not_there_is_named_by_its_app(context: Any) -> None:
    (record,) = dns_records(context.system, context.mapping, {})
    assert record.sentence() == (
        "CNAME www.acme.example -> the web address of migrate-frontend (today x.herokudns.com)"
    )
