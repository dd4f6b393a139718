"""The checks before a run: read-only looks at both sides and this machine. What blocks says why."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from wizard.choose.offer import profile_of
from wizard.credentials import Vault
from wizard.document.answers import apply_answers
from wizard.machine import Finding as MachineFinding
from wizard.machine import of_disk, of_git, of_logout, of_ssh
from wizard.mapping.spaces import part_of, space_of_data, used_spaces
from wizard.model.mapping import Mapping
from wizard.model.plan import Finding
from wizard.model.system import Account, System
from wizard.model.trouble import SignInNeeded, Trouble, joined, tag
from wizard.plan.differences import differences, differences_in_what_runs, not_compared
from wizard.plan.freeze import scheduled
from wizard.plan.preflight_capsules import capsule_findings
from wizard.plan.preflight_certificates import certificate_findings
from wizard.plan.preflight_code import code_findings
from wizard.plan.preflight_data import source_findings, target_findings
from wizard.plan.preflight_jobs import scheduler_findings
from wizard.plan.preflight_program import handles_by_tunnel, program_findings
from wizard.plan.preflight_rights import rights_findings
from wizard.plan.preflight_stores import (
    machine_findings,
    source_store_findings,
    target_store_findings,
)
from wizard.plan.preflight_tokens import token_findings
from wizard.plan.preflight_ways import way_findings
from wizard.ports import CapsuleTarget, Environment, Source, Target
from wizard.registry import open_source, open_target
from wizard.session.parts import (
    ANSWERS,
    MAPPING,
    PLAN,
    PREFLIGHT,
    PREPARED,
    SYSTEM,
    TARGET,
    Answers,
    Preflight,
    Prepared,
)
from wizard.session.store import Session


async def look(session: Session, vault: Vault, report: Callable[[str], None]) -> Preflight:
    """Look at everything the plan of `session` needs, and save what was found.

    Args:
        report: takes what is being looked at, in words.

    Raises:
        Trouble: the session has no plan yet.
        SignInNeeded: a token is missing or no longer accepted.
    """
    plan, read, mapping = session.load(PLAN), session.load(SYSTEM), session.load(MAPPING)
    choice = session.load(TARGET)
    if plan is None or read is None or mapping is None or choice is None:
        raise Trouble("There is no plan yet.", remedy="Go through the stages before it.", code="not-ready")
    system = apply_answers(read, session.load(ANSWERS) or Answers())
    findings: list[Finding] = []
    report("this machine")
    findings += await asyncio.to_thread(_machine)
    report("the prepared code")
    prepared = session.load(PREPARED) or Prepared()
    profile = profile_of(session, choice.provider)
    findings += await asyncio.to_thread(code_findings, system, mapping, profile, prepared)
    findings += await asyncio.to_thread(way_findings, mapping, profile, vault, prepared)
    findings += _domains(mapping, plan.source)
    findings += token_findings(session, plan)
    # In threads: a person's own command may have to be run for a token.
    source = await asyncio.to_thread(open_source, session, vault)
    target = await asyncio.to_thread(open_target, session, vault, choice.provider)
    try:
        findings += await _answers(f"{plan.source} answers", lambda: _source(source, system, mapping, report))
        findings += await _answers(
            f"{plan.target} answers", lambda: _target(target, session, source, mapping, report, system=system)
        )
    finally:
        await source.close()
        await target.close()
    found = Preflight(
        plan_digest=plan.digest(),
        looked_at=datetime.now(UTC).isoformat(timespec="seconds"),
        findings=tuple(findings),
    )
    session.save(PREFLIGHT, found)
    return found


def _machine() -> list[Finding]:
    return [
        Finding(state=found.state, what=f"{found.title}: {found.sentence}", detail=found.meaning)
        for found in (of_ssh(), of_git(), of_disk(), *_of_logout())
    ]


def _of_logout() -> list[MachineFinding]:
    """Only where it matters: a run that goes on is what everybody expects."""
    found = of_logout()
    return [] if found.state == "good" else [found]


def _domains(mapping: Mapping, source: str) -> list[Finding]:
    moved = {choice.app_id for choice in mapping.moved_apps()}
    return [
        Finding(
            state="look",
            what=f"{domain.hostname} points at {source}; you change its DNS record at the end",
            detail="the old address is kept for as long as its TTL says",
            remedy="Lower its TTL now, to 300 seconds.",
        )
        for domain in mapping.domains
        if domain.action == "by-hand" and domain.app_id in moved
    ]


async def _answers(what: str, look_at: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    try:
        found = await look_at()
    except SignInNeeded:
        raise
    except Trouble as trouble:
        return [
            Finding(
                state="blocks",
                what=trouble.cause,
                detail=trouble.untouched,
                remedy=joined(trouble.remedy, tag(trouble.code)),
            )
        ]
    return [Finding(state="good", what=what), *found]


async def _source(
    source: Source, system: System, mapping: Mapping, report: Callable[[str], None]
) -> list[Finding]:
    report("Heroku: apps as documented")
    moved = mapping.moved_apps()
    now = await source.refresh(system, [choice.app_id for choice in moved])
    findings = [
        *differences(system, now, mapping),
        *differences_in_what_runs(system, now, mapping),
        *not_compared(now),
    ]
    if not findings:
        findings.append(Finding(state="good", what="What the plan was made of is as it was documented"))
    there = {app.id for app in now.apps} | {add_on.id for add_on in now.add_ons}
    # What is gone has its finding, and is not asked.
    for app in (system.app(choice.app_id) for choice in moved if choice.app_id in there):
        if scheduled(system, app):
            findings += await scheduler_findings(source, app)
    for database in (one for one in mapping.moved_databases() if one.add_on_id in there):
        report(f"Heroku: the database {system.add_on(database.add_on_id).name}")
        url = await source.database_url(database.add_on_id)
        findings += await asyncio.to_thread(source_findings, url, database)
    findings += await source_store_findings(source, system, mapping, report)
    return findings


async def _places(
    target: Target, account: Account, environments: dict[str, Environment], mapping: Mapping
) -> list[Finding]:
    """Whether each environment is there or may be made, and what the account may do in it."""
    findings = []
    for space in used_spaces(mapping):
        if space.name not in environments and not space.create:
            findings.append(
                Finding(
                    state="blocks",
                    what=f"The environment {space.name} is not there",
                    detail=f"{account.email} sees: {', '.join(environments) or 'none'}",
                    remedy="Choose one of them on the map, or have it created.",
                )
            )
        there = environments.get(space.name)
        findings += await rights_findings(target, account, there, part_of(mapping, space))
    return list(dict.fromkeys(findings))


async def _target(
    target: Target,
    session: Session,
    source: Source,
    mapping: Mapping,
    report: Callable[[str], None],
    *,
    system: System,
) -> list[Finding]:
    report("the target: account and environment")
    findings = []
    account = await target.account()
    environments = {environment.handle: environment for environment in await target.environments()}
    there = environments.get(mapping.environment)
    findings += await _places(target, account, environments, mapping)
    findings += await certificate_findings(target, there, mapping)
    findings += await capsule_findings(
        target, there, mapping, session.load(PREPARED) or Prepared(), environments
    )
    offered = await target.database_versions()
    for choice in mapping.moved_databases():
        # Where a target does not let a version be chosen, it is looked up once the database is there.
        if (
            choice.version
            and choice.version not in offered
            and choice.version.partition(".")[0] not in {version.partition(".")[0] for version in offered}
        ):
            findings.append(
                Finding(
                    state="blocks",
                    what=f"PostgreSQL {choice.version} is not offered now",
                    detail=f"offered: {', '.join(offered)}",
                    remedy="Choose another version on the map.",
                )
            )
        report(f"the target: the database {choice.handle}")
        at = environments.get(space_of_data(mapping, choice.add_on_id))
        findings += await target_findings(target, session, source, at, choice)
    findings += await program_findings(target, session, handles_by_tunnel(mapping), report)
    findings += await machine_findings(target, mapping, there)
    for space in used_spaces(mapping):
        findings += await target_store_findings(
            target,
            session,
            source,
            mapping=part_of(mapping, space),
            system=system,
            environment=environments.get(space.name),
        )
    for app in mapping.moved_apps():
        if there is None or isinstance(target, CapsuleTarget):
            continue  # capsules were looked at one by one
        if known := await target.find_app(there, app.handle):
            deployed = ", and something was deployed to it" if known.git_ref else ""
            findings.append(
                Finding(
                    state="look",
                    what=f"The app {app.handle} is there already{deployed}",
                    detail="Offramp takes it over: config vars are merged, services are scaled as mapped",
                    remedy="Give it another name on the map if it is somebody else's.",
                )
            )
    return findings
