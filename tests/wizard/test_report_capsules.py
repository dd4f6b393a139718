"""What a report says where every process became a capsule of its own."""

import msgspec
import pytest

from tests.screens.example_system import BACKEND, EMAILER, example_system
from tests.screens.fakes import fake_profile
from tests.wizard.stages.capsule_target import pods_of
from wizard.mapping import edit_capsules
from wizard.mapping.rules import propose
from wizard.model.mapping import DomainChoice, Mapping, StorageChoice
from wizard.model.plan import Evidence, Plan, Step
from wizard.report.capsules import (
    calls_to_set_up,
    files_became,
    files_left,
    jobs_became,
    process_became,
)
from wizard.report.network import moved_network
from wizard.report.report import _all, _processes
from wizard.report.todo import Known, todos
from wizard.run.journal import StepRecord
from wizard.run.watched import ACCEPTED
from wizard.session.parts import Prepared, PreparedApp

ADDRESS = "https://github.com/acme/shop"


@pytest.fixture
def mapping() -> Mapping:
    return propose(example_system(), pods_of(fake_profile()))


def test_what_processes_and_jobs_became(mapping: Mapping) -> None:
    system = example_system()
    told = {one.what: one.became for app in system.apps for one in _processes(app, mapping)}
    assert told == {
        "migrate-backend web": "backend capsule web, 1 x 512 MB",
        "migrate-backend release": "a command before each start of web",
        "migrate-backend worker": "backend capsule worker, 1 x 512 MB",
        "migrate-frontend web": "backend capsule web, 1 x 512 MB",
        "migrate-emailer scheduler job: python send_emails.py": "a clock in a capsule of its own starts it, "
        "in UTC",
    }
    joined = edit_capsules.join(mapping, BACKEND, "worker", "web")
    assert {process_became(one) for one in joined.processes} >= {"in the capsule of web"}


def test_a_job_that_is_called_from_outside_is_yours_to_do(mapping: Mapping) -> None:
    system = example_system()
    outside = edit_capsules.move_job(mapping, EMAILER, "job-1", "outside", reason="cron-job.example calls it")
    assert list(jobs_became(system.app(EMAILER), outside)) == [("job-1", "a call from outside")]
    ((what, how),) = calls_to_set_up(system, outside)
    assert what == "Have a cron service call migrate-emailer for `python send_emails.py`"
    assert how == "every 10 minutes; cron-job.example calls it. Until then nothing starts it."
    assert list(calls_to_set_up(system, mapping)) == []


def test_files_that_go_to_a_store_and_files_that_are_lost(mapping: Mapping) -> None:
    system = example_system()
    storages = (
        StorageChoice(app_id=BACKEND, action="mount", handle="shop-files", disk_gb=2),
        StorageChoice(app_id=EMAILER, action="leave", reason="a cache"),
    )
    chosen = msgspec.structs.replace(mapping, storages=storages)
    assert list(files_became(system.app(BACKEND), chosen)) == [
        ("migrate-backend files", "shop-files, a store of files of 2 GB")
    ]
    assert list(files_left(system, chosen)) == [("migrate-emailer files", "a cache")]


def test_what_is_left_to_do_of_linked_code_and_of_backups() -> None:
    system = example_system()
    pods = propose(system, pods_of(fake_profile()))
    apps = tuple(msgspec.structs.replace(one, way="linked", repository=ADDRESS) for one in pods.apps)
    mapping = msgspec.structs.replace(pods, apps=apps)
    code = tuple(
        PreparedApp(
            app_id=app.id,
            checkout="/code/acme",
            branch="offramp/x",
            commit="c" * 40,
            files=(f"{app.name}.json",),
        )
        for app in system.apps
    )
    backups = Step(
        key="backups",
        kind="by-hand",
        title="You turn on backups",
        phase="finish",
        by="person",
        needs=(),
        args={"waits": "turn on the backups of shop-db", "lines": ()},
        seconds=(1, 60),
        way_back="",
    )
    plan = Plan(name="acme", source="Heroku", target="Code Capsules", steps=(backups,))
    said = StepRecord(key="backups", state="done", evidence=Evidence(summary="said", facts={ACCEPTED: True}))
    known = Known(
        system=system,
        accepted=(),
        mapping=mapping,
        prepared=Prepared(apps=code),
        plan=plan,
        records={"backups": said},
        state="done",
    )
    told = {one.what: one.how for one in todos(known)}
    assert "turn on the backups of shop-db" in told["Look whether the first backup was made"]
    (merge,) = [what for what in told if what.startswith("Merge")]
    assert all(one.handle in merge for one in apps), "one branch of all of them is merged once"
    assert "at commit cccccccccc" in told[merge] and "migrate-emailer.json" in told[merge]
    assert "Turn off automatic deploys on Heroku" in told[merge]
    assert "migrate-backend-worker" in told["Decide whether a push deploys"]
    assert "proven" in _all(1, {}) and "1 of them by a person's word" in _all(2, {"backups": said})
    proven = msgspec.structs.replace(said, evidence=Evidence(summary="seen"))
    again = todos(msgspec.structs.replace(known, records={"backups": proven}))
    assert not any("backup" in one.what for one in again)


def test_capsules_that_stand_there_after_the_way_back_are_named() -> None:
    made = Step(
        key="capsule:shop-worker",
        kind="capsule",
        title="Create",
        phase="prepare",
        needs=(),
        args={"name": "shop-worker", "handle": "shop"},
        seconds=(1, 60),
        way_back="",
    )
    known = Known(
        system=example_system(),
        accepted=(),
        mapping=msgspec.structs.replace(propose(example_system(), pods_of(fake_profile())), domains=()),
        prepared=Prepared(),
        plan=Plan(name="acme", source="Heroku", target="Code Capsules", steps=(made,)),
        records={made.key: StepRecord(key=made.key, state="done")},
        state="taken-back",
    )
    (todo,) = todos(known)
    assert "capsules (stopped): shop-worker" in todo.how and "web addresses" not in todo.how
    assert "config vars" not in todo.how

    def also(kind: str, **args: str) -> Step:
        return msgspec.structs.replace(made, key=f"{kind}:x", kind=kind, args={"handle": "shop", **args})

    more = (
        also("storage", name="files"),
        also("capsule-domain", name="shop", hostname="www.acme.example"),
        also("configure"),
    )
    (todo,) = todos(
        msgspec.structs.replace(
            known,
            plan=msgspec.structs.replace(known.plan, steps=(made, *more)),
            records={one.key: StepRecord(key=one.key, state="undone") for one in (made, *more)},
        )
    )
    assert "stores of files: files" in todo.how and "domains of capsules: www.acme.example" in todo.how
    assert "The capsules keep the config vars that they were given." in todo.how


def about(kind: str, key: str, **args: str) -> Step:
    return Step(key=f"{kind}:{key}", kind=kind, title=kind, phase="cut-over", args={"app": BACKEND, **args})


HOST = "www.acme.example"
DOMAIN = Step(
    key=f"domain:{HOST}",
    kind="capsule-domain",
    title="Give it",
    phase="cut-over",
    args={"app": BACKEND, "handle": "migrate-backend", "name": "shop", "hostname": HOST},
)
STEPS = (DOMAIN, *(about(kind, HOST, hostname=HOST) for kind in ("traffic", "secured")))


def after(accepted: int, state: str = "done") -> Known:
    """A run with a domain, of whose steps the last `accepted` were passed by a person's word."""
    mapping = propose(example_system(), pods_of(fake_profile()))
    choice = DomainChoice(app_id=BACKEND, hostname=HOST, action="endpoint")
    facts: list[dict[str, str | int | float | bool | None]] = [
        {ACCEPTED: True} if at >= len(STEPS) - accepted else {"dns_target": "x"} for at in range(len(STEPS))
    ]
    return Known(
        system=example_system(),
        accepted=(),
        mapping=msgspec.structs.replace(mapping, domains=(choice,)),
        prepared=Prepared(apps=()),
        plan=Plan(name="acme", source="Heroku", target="Code Capsules", steps=STEPS),
        records={
            one.key: StepRecord(
                key=one.key, state="done", evidence=Evidence(summary=f"said of {one.kind}", facts=fact)
            )
            for one, fact in zip(STEPS, facts, strict=True)
        },
        state=state,
    )


def of_the_domain(known: Known) -> dict[str, str]:
    return {one.what: one.how for one in todos(known) if HOST in one.what + one.how}


def moved(known: Known) -> tuple[str, str]:
    """What became of the domain, and its proof."""
    rows = moved_network(known.system, known.mapping, known.records)
    return next((became, proof) for what, became, proof in rows if what == HOST)


def test_a_domain_that_was_gone_on_without_is_to_be_given_to_its_capsule() -> None:
    assert of_the_domain(after(0)) == {}
    told = of_the_domain(after(3))
    assert list(told) == [f"Give {HOST} to the capsule shop"], "said once, not for each of its steps"
    assert "said of capsule-domain" in told[f"Give {HOST} to the capsule shop"]
    assert "its tab Domains" in told[f"Give {HOST} to the capsule shop"]
    assert moved(after(3))[0] == "not moved"
    assert moved(after(0))[1] == "said of traffic; said of secured"
    assert any("domains of capsules" in how for how in of_the_domain(after(0, "stopped")).values())
    assert not any("domains of capsules" in how for how in of_the_domain(after(3, "stopped")).values())


def test_a_certificate_that_nobody_waited_for_is_to_be_looked_at() -> None:
    (what,) = of_the_domain(after(1))
    assert what == f"Look whether https://{HOST}/ answers with its certificate"


def test_after_the_way_back_a_push_is_warned_of_once_something_was_built() -> None:
    build = about("build", "shop", handle="shop")
    known = after(0, "taken-back")
    linked = tuple(msgspec.structs.replace(one, way="linked") for one in known.mapping.apps)
    known = msgspec.structs.replace(
        known,
        mapping=msgspec.structs.replace(known.mapping, apps=linked),
        plan=msgspec.structs.replace(known.plan, steps=(build,)),
        records={build.key: StepRecord(key=build.key, state="undone")},
    )
    (how,) = [one.how for one in todos(known) if "automatic deploys" in one.what]
    assert "its API has no switch" in how and "migrate-backend-worker" in how and "stopped first" in how
    pending = {build.key: StepRecord(key=build.key, state="pending")}
    quiet = todos(msgspec.structs.replace(known, records=pending))
    assert not any("automatic deploys" in one.what for one in quiet)
