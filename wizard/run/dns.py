"""The DNS records that a move asks for: they are the person's to change, and Offramp says which."""

from wizard.model.mapping import Mapping
from wizard.model.noun import Noun
from wizard.model.system import System
from wizard.run.journal import StepRecord


class DnsRecord(Noun, frozen=True, kw_only=True):
    """A custom domain of an app that moves. `handle` is the app's name on the target; `target` what the
    domain is to point at there, empty while the web address is not open; `today` what it points at now,
    empty where Heroku did not tell."""

    hostname: str
    handle: str
    target: str
    today: str

    @property
    def kind(self) -> str:
        """The type of the record: a CNAME may not stand at the top of a zone."""
        return "CNAME" if self.hostname.count(".") > 1 else "ALIAS or ANAME"

    def sentence(self) -> str:
        """The record: "CNAME www.acme.example -> elb-1.example (today x.herokudns.com)"."""
        today = f" (today {self.today})" if self.today else ""
        return f"{self.kind} {self.hostname} -> {self.target or f'the web address of {self.handle}'}{today}"


def dns_records(system: System, mapping: Mapping, records: dict[str, StepRecord]) -> tuple[DnsRecord, ...]:
    """The records of all custom domains that are moved by hand, in the order of the mapping."""
    found = []
    for domain in mapping.domains:
        choice = mapping.app(domain.app_id)
        if domain.action != "by-hand" or choice is None or choice.action != "move":
            continue
        record = records.get(f"endpoint:{choice.handle}")
        known = record.evidence.facts.get("dns_target") if record and record.evidence else None
        today = next(
            (d.cname for d in system.app(domain.app_id).domains if d.hostname == domain.hostname), None
        )
        found.append(
            DnsRecord(
                hostname=domain.hostname,
                handle=choice.handle,
                target=str(known) if known else "",
                today=today or "",
            )
        )
    return tuple(found)
