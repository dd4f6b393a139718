"""Are the certificates that a person named at the target already, or still there, the same, and good?"""

import asyncio
from datetime import UTC, datetime

from wizard.mapping.certificates import look_at
from wizard.model.mapping import DomainChoice, Mapping
from wizard.model.plan import Finding
from wizard.model.trouble import Trouble, joined, tag
from wizard.ports import Environment, Target


async def certificate_findings(
    target: Target, environment: Environment | None, mapping: Mapping
) -> list[Finding]:
    """One or more for each domain with such a certificate. Reads their files where the target does not have
    it (`environment` is None where it is made by the run); keeps nothing of them."""
    moved = {choice.app_id for choice in mapping.moved_apps()}
    findings: list[Finding] = []
    for domain in mapping.domains:
        if domain.action != "endpoint" or not domain.fingerprint or domain.app_id not in moved:
            continue
        if environment is not None and await target.find_certificate(environment, domain.fingerprint):
            findings.append(_there(domain))
        else:
            findings += await asyncio.to_thread(_files, domain)
    return findings


def _there(domain: DomainChoice) -> Finding:
    what = f"The target has your certificate for {domain.hostname}, good until {domain.good_until}"
    if domain.good_until > datetime.now(UTC).date().isoformat():
        return Finding(state="good", what=what)
    return Finding(
        state="blocks",
        what=f"{what}: that is over",
        remedy="Name a new one on the map (enter at the domain), and make the plan again.",
    )


def _files(domain: DomainChoice) -> list[Finding]:
    try:
        found = look_at(domain.chain_file, domain.key_file, domain.hostname)
    except Trouble as trouble:
        blocked = Finding(
            state="blocks",
            what=f"The certificate for {domain.hostname}: {trouble.cause}",
            detail=trouble.untouched,
            remedy=joined(trouble.remedy, tag(trouble.code)),
        )
        return [blocked]
    if found.fingerprint != domain.fingerprint:
        blocked = Finding(
            state="blocks",
            what=f"The certificate for {domain.hostname} is another one than on the map",
            detail=f"{domain.chain_file} was changed since; it is good until {found.good_until}",
            remedy="Choose the file once more on the map (enter at the domain), and make the plan again.",
        )
        return [blocked]
    good = f"{domain.hostname}: your {found.in_words()}, fits its key and covers the name"
    return [
        Finding(state="good", what=good),
        *(
            Finding(
                state="look",
                what=f"The certificate for {domain.hostname}: {caution}",
                remedy="Name another one on the map, if that is not meant.",
            )
            for caution in found.cautions
        ),
    ]
