"""A certificate of the person's own: sent to the target once, and the endpoint that serves with it.

The plan says which certificate by its fingerprint. The target is asked for that; the files are read only when
it is not there, and have to hold that one still.
"""

import asyncio

from wizard.mapping.certificates import look_at, private_key
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.ports import CertificateWish, TargetCertificate, TargetService
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.late_domain import LateDomain
from wizard.run.kinds.refused_domain import went_without


class OwnCertificateKind(Kind):
    """The certificate, known to the target. It is found by its fingerprint and never sent twice."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        found = await _found(context, step)
        if found is None:
            return None
        return Evidence(
            summary=f"{context.plan.target} has your certificate for {step.args['hostname']} "
            f"({found.fingerprint[:16]}), good until {step.args['good_until']}",
            facts={"certificate": found.id, "fingerprint": found.fingerprint},
        )

    async def do(self, context: Context, step: Step) -> None:
        chain_file, key_file = str(step.args["chain_file"]), str(step.args["key_file"])
        own = await asyncio.to_thread(look_at, chain_file, key_file, str(step.args["hostname"]))
        if own.fingerprint != step.args["fingerprint"]:
            raise Trouble(
                f"{chain_file} holds another certificate than the one in the plan: it is good until "
                f"{own.good_until}.",
                untouched="Nothing was sent.",
                remedy="Choose the file once more on the map (enter at the domain), and make the plan again.",
                code="certificate-changed",
            )
        wish = CertificateWish(
            fingerprint=own.fingerprint,
            chain=own.chain,
            key=await asyncio.to_thread(private_key, key_file),
        )
        await context.target.upload_certificate(await context.environment(), wish, context.log(step))

    async def undo(self, context: Context, step: Step) -> str:
        return f"The certificate for {step.args['hostname']} stays on the target, and serves nobody there."


class OwnDomainKind(LateDomain):
    """One with the person's certificate."""

    async def look(self, context: Context, step: Step) -> Evidence | None:
        hostname, certificate = str(step.args["hostname"]), await _found(context, step)
        web = await _web(context, step)
        if certificate is None or web is None:
            return None
        found = await context.target.find_own_domain(web, hostname, certificate)
        if found is None or found.state != "provisioned" or not found.dns_target:
            return None
        if found.port != step.args["port"]:
            return None
        return Evidence(
            summary=f"{hostname} has an endpoint with your certificate; it wants {found.dns_target} for its "
            "traffic at the cut-over",
            facts={"dns_target": found.dns_target},
        )

    async def ask(self, context: Context, step: Step) -> None:
        hostname, certificate = str(step.args["hostname"]), await _found(context, step)
        if certificate is None:
            raise Trouble(
                f"The certificate for {hostname} is not at the target any more.",
                remedy="Press s to stop, then r: Offramp looks at everything anew, and sends what is gone.",
                code="certificate-missing",
            )
        web = await _web(context, step)
        if web is None:
            raise Trouble(
                f"{step.args['handle']} has no web service, so no endpoint can be made for {hostname}.",
                remedy="Press r: Offramp looks again.",
                code="service-missing",
            )
        port = int(str(step.args["port"]))
        await context.target.create_own_domain(web, hostname, certificate, port, context.log(step))

    async def undo(self, context: Context, step: Step) -> str:
        if went_without(context, step):
            return ""
        return (
            f"The endpoint of {step.args['hostname']} stays on the target, and is billed until you delete it."
        )


async def _found(context: Context, step: Step) -> TargetCertificate | None:
    fingerprint = str(step.args["fingerprint"])
    return await context.target.find_certificate(await context.environment(), fingerprint)


async def _web(context: Context, step: Step) -> TargetService | None:
    app = await context.app(str(step.args["handle"]))
    return next((one for one in await context.target.services(app) if one.type == "web"), None)
