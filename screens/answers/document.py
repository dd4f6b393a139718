"""What an answers file tells of what no API tells."""

from collections.abc import Callable

import msgspec

from screens.plain.desk import Desk
from screens.plain.reading import read_everything
from wizard.answers.nouns import AppTold, DocumentGiven
from wizard.document.answers import acknowledge, set_deploy, set_jobs, set_note, typed_job, with_job
from wizard.model.system import App, Gap, Job, System
from wizard.session.parts import ANSWERS

Told = Callable[[str, str], None]
"""Takes the key of an answer and, in words, what it is."""


def answer_document(desk: Desk, given: DocumentGiven, told: Told) -> list[str]:
    """Read what stands on Heroku, if nothing was read yet, and answer what no API tells; the keys of what is
    still open.

    Raises:
        Trouble: it cannot be read, or a code folder cannot.
    """
    system = desk.system() or read_everything(desk)
    names = {app.name: app for app in system.apps}
    for name, one in given.apps.items():
        if name in names:
            _answer_app(desk, names[name], one, told)
    for gap in system.gaps:
        if gap.kind == "acknowledge" and _known(given, gap):
            desk.save(ANSWERS, acknowledge(desk.answers(), gap.key))
            told("document.known", gap.question)
    for key, note in given.notes.items():
        before = desk.answers()
        after = set_note(before, key, note.text, note.owner)
        if after != before:
            desk.save(ANSWERS, after, keeps_plan=True)
            told(f"document.notes.{key}", note.text or note.owner)
    left = desk.system()
    return [_key(gap, left) for gap in left.gaps] if left else []


def _known(given: DocumentGiven, gap: Gap) -> bool:
    return given.known is True or (isinstance(given.known, tuple) and gap.key in given.known)


def _answer_app(desk: Desk, app: App, given: AppTold, told: Told) -> None:
    key, before = f"document.apps.{app.name}", desk.answers()
    if given.code is not None and before.checkouts.get(app.id) != given.code:
        app_id, path = desk.wait(f"Reading the code of {app.name}", desk.code.read_one(app.id, given.code))
        if before.checkouts.get(app.id) != path:
            desk.keep_code_folder(app_id, path)
            told(f"{key}.code", path)
    after = desk.answers()
    if given.deployed_by is not None:
        after = set_deploy(after, app.id, given.deployed_by, given.deployed_words)
    if given.jobs is not None:
        jobs: tuple[Job, ...] = ()
        for one in given.jobs:
            jobs = with_job(jobs, typed_job(app.id, one.command, one.every, one.at))
        after = set_jobs(after, app.id, jobs, complete=True)
    if after == desk.answers():
        return
    deploys_before, jobs_before = before.deploys.get(app.id), before.jobs.get(app.id)
    desk.save(ANSWERS, msgspec.structs.replace(after))
    if after.deploys.get(app.id) != deploys_before:
        told(f"{key}.deployed_by", str(given.deployed_by))
    if after.jobs.get(app.id) != jobs_before:
        told(f"{key}.jobs", f"{len(given.jobs or ())} typed in")


def _key(gap: Gap, system: System) -> str:
    app = next((one.name for one in system.apps if one.id == gap.app_id), "")
    if gap.kind == "jobs" and app:
        return f"document.apps.{app}.jobs: {gap.question}"
    if gap.kind == "deploy" and app:
        return f"document.apps.{app}.deployed_by: {gap.question}"
    return f'document.known: "{gap.key}" or true: {gap.question}'
