"""The DNS records that a move asks for: they are the person's to change, and Offramp says which."""

from collections.abc import Mapping as Known

from wizard.choose.hostnames import is_apex
from wizard.model.mapping import Mapping
from wizard.model.noun import Noun
from wizard.model.system import System
from wizard.run.journal import StepRecord

Facts = Known[str, str | int | float | bool | None]


class DnsRecord(Noun, frozen=True, kw_only=True):
    """A custom domain of an app that moves. `handle` is the app's name on the target; `target` what the
    domain is to point at there, empty while the web address is not open; `today` what it points at now,
    empty where Heroku did not tell. `managed`: it has an endpoint with a certificate of its own; `done` says
    that DNS was seen to lead there."""

    hostname: str
    handle: str
    target: str
    today: str
    managed: bool = False
    done: bool = False

    @property
    def kind(self) -> str:
        """The type of the record: a CNAME may not stand at the top of a zone."""
        return "ALIAS or ANAME" if is_apex(self.hostname) else "CNAME"

    def sentence(self) -> str:
        """The record: "CNAME www.acme.example -> elb-1.example (today x.herokudns.com)"."""
        today = f" (today {self.today})" if self.today else ""
        return f"{self.kind} {self.hostname} -> {self.target or f'the web address of {self.handle}'}{today}"


def dns_records(system: System, mapping: Mapping, records: dict[str, StepRecord]) -> tuple[DnsRecord, ...]:
    """The records of all custom domains that are moved, in the order of the mapping."""
    found = []
    for domain in mapping.domains:
        choice = mapping.app(domain.app_id)
        managed = domain.action == "endpoint"
        if not (managed or domain.action == "by-hand") or choice is None or choice.action != "move":
            continue
        made = _facts(records, f"domain:{domain.hostname}")
        known = (made if managed else web_address(records, choice.handle)).get("dns_target")
        today = next(
            (d.cname for d in system.app(domain.app_id).domains if d.hostname == domain.hostname), None
        )
        found.append(
            DnsRecord(
                hostname=domain.hostname,
                handle=choice.handle,
                target=str(known) if known else "",
                today=today or "",
                managed=managed,
                done=_seen(records.get(f"traffic:{domain.hostname}")),
            )
        )
    return tuple(found)


def web_address(records: dict[str, StepRecord], handle: str) -> Facts:
    """`url` and `dns_target` of an app on the target, as far as a step has seen them: the one that opened its
    web address, else the one that looked whether it answers there, where Terraform opened it."""
    return next(
        (facts for kind in ("endpoint", "health") if "url" in (facts := _facts(records, f"{kind}:{handle}"))),
        {},
    )


def _facts(records: dict[str, StepRecord], key: str) -> Facts:
    record = records.get(key)
    return record.evidence.facts if record and record.evidence else {}


def when_its_record_comes(mapping: Mapping, hostname: str) -> str:
    """Where in a run a person reads the new record of a domain."""
    managed = any(one.hostname == hostname and one.action == "endpoint" for one in mapping.domains)
    if managed:
        return "you change its record when the new side answers, and are told how"
    return "the finish gate has its new DNS record"


def _seen(record: StepRecord | None) -> bool:
    """Whether DNS was seen to lead there, and not only let be as it was."""
    return bool(
        record and record.state == "done" and record.evidence and record.evidence.facts.get("dns_target")
    )
