"""What a report says where every process became a capsule of its own."""

from collections.abc import Iterator

from wizard.document.answers import when
from wizard.mapping.names import capsule_names
from wizard.mapping.spaces import used_spaces
from wizard.model.mapping import Mapping, ProcessChoice
from wizard.model.plan import Plan
from wizard.model.system import App, System
from wizard.report.network import gone_on_without
from wizard.run.journal import StepRecord
from wizard.run.watched import ACCEPTED
from wizard.session.parts import Prepared, PreparedApp


def process_became(choice: ProcessChoice) -> str:
    """What a process became, in words; "" where targets of every layout have the same ones."""
    if choice.action == "before-start":
        return "a command before each start of web"
    if choice.action != "service" or not choice.capsule:
        return ""
    if choice.joined:
        return f"in the capsule of {choice.joined}"
    return f"{choice.capsule} capsule {choice.service}, {choice.count} x {choice.memory_mb} MB"


def in_space(mapping: Mapping, space: str) -> str:
    """Which of several environments something went into, behind its name; "" where there is one only."""
    return f", in the Space {space}" if len(used_spaces(mapping)) > 1 else ""


def jobs_became(app: App, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """The ids of an app's scheduler jobs that a clock starts or somebody else, and what that is."""
    for choice in mapping.jobs:
        if choice.app_id != app.id:
            continue
        if choice.action == "in-process":
            where = choice.process or "a capsule of its own"
            yield choice.job_id, f"a clock in {where} starts it, in UTC"
        elif choice.action == "outside":
            yield choice.job_id, "a call from outside"


def files_became(app: App, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """The files that an app writes, and the store that they go to."""
    for choice in mapping.storages:
        if choice.app_id == app.id and choice.action == "mount":
            yield f"{app.name} files", f"{choice.handle}, a store of files of {choice.disk_gb} GB"


def files_left(system: System, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Files that are lost at each restart, and why that was said to be right."""
    names = {app.id: app.name for app in system.apps}
    for choice in mapping.storages:
        if choice.action == "leave" and choice.app_id in names:
            yield f"{names[choice.app_id]} files", choice.reason


def calls_to_set_up(system: System, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Jobs that a cron service of somebody else is to start: what to do, and how."""
    moved = {choice.app_id for choice in mapping.moved_apps()}
    apps = {app.id: app for app in system.apps if app.id in moved}
    for choice in mapping.jobs:
        app = apps.get(choice.app_id)
        job = next((one for one in (app.jobs if app else None) or () if one.id == choice.job_id), None)
        if app is None or job is None or choice.action != "outside":
            continue
        yield (
            f"Have a cron service call {app.name} for `{job.command}`",
            f"{when(job)}; {choice.reason}. Until then nothing starts it.",
        )


def branches_to_merge(mapping: Mapping, prepared: Prepared, plan: Plan) -> Iterator[tuple[str, str]]:
    """Branches that capsules are built from: what to do with each, and how. Apps of one repository have one
    branch together."""
    built: dict[tuple[str, str], list[PreparedApp]] = {}
    for code in prepared.apps:
        choice = mapping.app(code.app_id)
        if code.branch and choice is not None and choice.action == "move" and choice.way == "linked":
            built.setdefault((code.checkout, code.branch), []).append(code)
    for (checkout, branch), codes in built.items():
        handles = [choice.handle for code in codes if (choice := mapping.app(code.app_id)) is not None]
        files = ", ".join(dict.fromkeys(file for code in codes for file in code.files))
        yield (
            f"Merge {branch} into the branch that {', '.join(handles)} {_are(handles)} deployed from",
            f"In {checkout}: the capsules are built from it, at commit {codes[0].commit[:10]}. "
            f"Turn off automatic deploys on {plan.source} first, or a merge is built there, too. Once it is "
            "merged, set the branch of each capsule to that one in the dashboard. A deploy without what is "
            "on it" + (f" ({files})" if files else "") + " would undo that.",
        )


def _are(handles: list[str]) -> str:
    return "are" if len(handles) > 1 else "is"


def pushes_that_deploy(mapping: Mapping, plan: Plan) -> Iterator[tuple[str, str]]:
    """Capsules that a push builds and starts again, which nothing asks about then."""
    linked = [choice for choice in mapping.moved_apps() if choice.way == "linked"]
    names = [name for choice in linked for name in capsule_names(mapping, choice.handle).values()]
    if names:
        yield (
            "Decide whether a push deploys",
            f"A push to the branch of a capsule builds and starts it again by itself: {plan.target} turns "
            f"that on for new ones. Turn it off in the dashboard if you like: {', '.join(names)}.",
        )


def pushes_after_the_way_back(
    mapping: Mapping, plan: Plan, records: dict[str, StepRecord]
) -> Iterator[tuple[str, str]]:
    """Capsules that are stopped, and that a push might start beside the source."""
    built = any(
        step.kind == "build" and (record := records.get(step.key)) is not None and record.state != "pending"
        for step in plan.steps
    )
    linked = [choice for choice in mapping.moved_apps() if choice.way == "linked"]
    names = [name for choice in linked for name in capsule_names(mapping, choice.handle).values()]
    if names and built:
        yield (
            "Turn automatic deploys of the capsules off, or push nothing to their branch",
            f"A push to it has {plan.target} build them again, and what it builds it may start, beside "
            f"{plan.source}; its API has no switch for that. In the dashboard, for each: {', '.join(names)}. "
            "When this migration is run again, what runs there is stopped first.",
        )


def domains_to_finish(plan: Plan, records: dict[str, StepRecord]) -> Iterator[tuple[str, str]]:
    """Domains that the run went on without, and certificates that nobody has seen."""
    for step in plan.steps:
        record = records.get(step.key)
        evidence = record.evidence if record and record.state == "done" else None
        if evidence is None or ACCEPTED not in evidence.facts:
            continue
        hostname = str(step.args.get("hostname", ""))
        if step.kind == "capsule-domain":
            yield (
                f"Give {hostname} to the capsule {step.args['name']}",
                f"{evidence.summary}. Add it in the dashboard of {plan.target} (the capsule, its tab "
                "Domains), then set the record that it names; the certificate is made once that leads there.",
            )
        elif step.kind == "secured" and not gone_on_without(records, hostname):
            yield (
                f"Look whether https://{hostname}/ answers with its certificate",
                f"The run did not wait for it. {plan.target} makes it once DNS leads to the capsule; the "
                "dashboard tells how far it is.",
            )


def backups_to_look_at(plan: Plan, records: dict[str, StepRecord]) -> Iterator[tuple[str, str]]:
    """Backups of which nothing but a person's word is known."""
    for step in plan.steps:
        record = records.get(step.key)
        if step.key != "backups" or record is None or record.evidence is None:
            continue
        if ACCEPTED in record.evidence.facts:
            yield (
                "Look whether the first backup was made",
                f"Only a person's word says that they are on (you were to {step.args['waits']}); "
                f"{plan.target} tells Offramp nothing of it. Try once that one can be restored.",
            )
