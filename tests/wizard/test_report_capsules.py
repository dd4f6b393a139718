"""What a report says where every process became a capsule of its own."""

import msgspec
import pytest

from tests.screens.example_system import BACKEND, EMAILER, example_system
from tests.screens.fakes import fake_profile
from tests.wizard.stages.capsule_target import pods_of
from wizard.mapping import edit_capsules
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping, StorageChoice
from wizard.report.capsules import (
    calls_to_set_up,
    files_became,
    files_left,
    jobs_became,
    process_became,
)
from wizard.report.report import _processes


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
