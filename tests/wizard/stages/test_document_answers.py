"""A person's answers in the inventory."""

from typing import Literal

import msgspec
import pytest

from wizard.document.answers import (
    acknowledge,
    acknowledge_all,
    apply_answers,
    gap_groups,
    open_gaps,
    set_deploy,
    set_jobs,
    set_note,
    typed_job,
    when,
    with_job,
)
from wizard.model.delivery import Deploy, GitHubLink
from wizard.model.secret import DOTS, config_value
from wizard.model.system import Gap, Job, System
from wizard.model.trouble import Trouble
from wizard.session.parts import Answers

JOBS = Gap(key="jobs:e", kind="jobs", app_id="e", question="Which jobs?", why="no API")
NO_JOBS = set_jobs(Answers(), "e", (), complete=True)
READ = Gap(key="unread:x", kind="acknowledge", app_id=None, question="A team is left out.", why="refused")


@pytest.fixture
def asking(silent_system: System) -> System:
    return msgspec.structs.replace(silent_system, gaps=(JOBS, READ))


def test_typed_jobs_stand_in_their_app_and_close_the_gap(asking: System) -> None:
    job = typed_job("e", " python send_emails.py ", 1440, 150)
    answers = acknowledge(set_jobs(Answers(), "e", (job,), complete=True), "unread:x")
    answered = apply_answers(asking, answers)
    assert answered.app("e").jobs == (job,)
    assert answered.gaps == ()
    assert job.command == "python send_emails.py"
    assert job.told_by == "person"
    assert apply_answers(answered, answers) == answered


def test_only_answered_gaps_close(asking: System) -> None:
    assert open_gaps(asking, Answers()) == (JOBS, READ)
    assert open_gaps(asking, NO_JOBS) == (READ,)
    assert apply_answers(asking, NO_JOBS).app("e").jobs == ()
    assert apply_answers(asking, Answers()).app("e").jobs is None


def test_jobs_that_the_api_told_are_not_replaced(system: System) -> None:
    answered = apply_answers(system, NO_JOBS)
    assert answered.app("e").jobs == system.app("e").jobs


def test_a_list_that_nobody_called_complete_is_no_answer(asking: System) -> None:
    job = typed_job("e", "rake x", 60, 5)
    begun = set_jobs(Answers(), "e", (job,), complete=False)
    assert open_gaps(asking, begun) == (JOBS, READ)
    assert apply_answers(asking, begun).app("e").jobs is None
    assert begun.jobs == {"e": (job,)}, "but it is kept"
    assert set_jobs(begun, "e", (job,), complete=False).unfinished == ("e",)
    done = set_jobs(begun, "e", begun.jobs["e"], complete=True)
    assert open_gaps(asking, done) == (READ,)
    assert open_gaps(asking, set_jobs(done, "e", (), complete=False)) == (JOBS, READ)


def test_the_same_job_typed_twice_is_one() -> None:
    first, other = typed_job("e", "rake x", 60, 5), typed_job("e", "rake y", 10)
    jobs = with_job(with_job(with_job((), first), other), typed_job("e", "rake x", 60, 5, "Basic"))
    assert [(one.command, one.dyno_size) for one in jobs] == [("rake x", "Basic"), ("rake y", "")]


@pytest.mark.parametrize(
    ("command", "every", "at", "code"),
    [
        ("  ", 10, 0, "job-without-command"),
        ("x", 15, 0, "job-interval"),
        ("x", 60, 60, "job-time"),
        ("x", 1440, -1, "job-time"),
    ],
)
def test_what_scheduler_cannot_be_is_refused(command: str, every: int, at: int, code: str) -> None:
    with pytest.raises(Trouble) as caught:
        typed_job("e", command, every, at)
    assert caught.value.code == code


def test_escape_sequences_in_a_command_are_made_visible() -> None:
    assert typed_job("e", "x\x1b[31m", 10).command == "x␛[31m"


def test_times_in_words() -> None:
    assert when(Job(id="1", command="x", every=1440, at=150)) == "every day at 02:30 UTC"
    assert when(Job(id="1", command="x", every=60, at=7)) == "every hour at :07"
    assert when(Job(id="1", command="x", every=10)) == "every 10 minutes"


def test_a_secret_that_is_typed_into_a_job_is_not_kept() -> None:
    config_value("canary-90aa71c3e5", "API_TOKEN")
    (job,) = with_job((), typed_job("e", "curl -H canary-90aa71c3e5 https://x.example", 10, 0))
    assert job.command == f"curl -H {DOTS} https://x.example"


def _gap(key: str, group: str = "", kind: Literal["jobs", "deploy", "acknowledge"] = "acknowledge") -> Gap:
    return Gap(key=key, kind=kind, app_id="b", question=key, why="", group=group)


def test_gaps_are_grouped_and_read_at_once() -> None:
    gaps = (_gap("1", "webhooks"), _gap("2", "fir"), _gap("3", "webhooks"), _gap("4", kind="jobs"))
    groups = gap_groups(gaps)
    assert [(group.name, len(group.gaps), len(group.at_once)) for group in groups] == [
        ("webhooks", 2, 2),
        ("apps of the Fir generation", 1, 1),
        ("scheduler jobs", 1, 0),
    ]
    answers = acknowledge_all(Answers(acknowledged=("1",)), gaps)
    assert answers.acknowledged == ("1", "2", "3")
    assert acknowledge_all(answers, gaps) is answers


def test_a_deploy_path_told_by_a_person_goes_first(system: System) -> None:
    link = GitHubLink(repository="acme/b", branch="main")
    told = Deploy(kind="github", evidence="a link", github=link, last_by="ada@example.com")
    app = msgspec.structs.replace(system.apps[0], deploy=told)
    whole = msgspec.structs.replace(
        system, apps=(app, *system.apps[1:]), gaps=(_gap("deploy:b", kind="deploy"),)
    )
    answers = set_deploy(Answers(), app.id, "git", "  from Ada's machine ")
    answered = apply_answers(whole, answers)
    deploy = answered.app(app.id).deploy
    assert (deploy.kind, deploy.evidence, deploy.told_by) == ("git", "from Ada's machine", "person")
    assert deploy.github is None and deploy.last_by == "ada@example.com"
    assert answered.gaps == ()
    kept = apply_answers(whole, set_deploy(Answers(), app.id, "github")).app(app.id).deploy
    assert kept.github == link and kept.evidence == "a link" and kept.told_by == "person"


def test_a_note_is_cleaned_and_taken_away_when_empty() -> None:
    secret = config_value("hunter2-hunter2-hunter2", "PASSWORD")
    answers = set_note(Answers(), "app:b", f" see \x1b[2J {secret.reveal()} ", "Ada ")
    note = answers.notes["app:b"]
    assert note.owner == "Ada" and "\x1b" not in note.text and "hunter2" not in note.text
    assert set_note(answers, "app:b", " ", "").notes == {}
