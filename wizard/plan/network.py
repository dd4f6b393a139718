"""Steps for custom domains and log drains, put where they belong among the others of a plan.

A domain's endpoint hangs on the web service, and a service is there after the first deploy only. Deploying
the code early would run its release command on a database that is half copied. So the service is made by a
deploy of its own, before the cut-over, of an image that holds nothing, with no container. The certificate is
waited for once the data is copied, and traffic moves to an address that has one. A certificate of the
person's own is sent first of all, and its endpoint needs no record before the cut-over.

Where the code gets there by another way than git that is not possible, and where the target refuses such a
deploy, a person says so on the map. Domain and certificate come after the first deploy then, within the
cut-over.
"""

from collections.abc import Iterable, Sequence

import msgspec

from wizard.mapping.drains import is_wanted
from wizard.model.mapping import AppChoice, DomainChoice, Mapping
from wizard.model.plan import GateText, Step
from wizard.model.system import App, System
from wizard.plan.gates import CUT_OVER, FINISH
from wizard.ports import Profile

KEPT = (
    "nothing on Heroku was touched; it stays on the target if you go back, since making it anew counts "
    "against Let's Encrypt's weekly limits"
)
OWN_KEPT = "nothing on Heroku was touched; it stays on the target, and you can delete it in its dashboard"
SPACE = "space:"
"""What stands before the id of a Private Space where the id of an app is expected."""

DRAIN_KEPT = "nothing on Heroku was touched; delete it on the target if it is not wanted"


def with_network(
    steps: Sequence[Step], system: System, mapping: Mapping, profile: Profile
) -> tuple[Step, ...]:
    """The steps with those for domains and drains among them: drains first of all, so that no log is lost;
    certificates before the gate of the cut-over; traffic before the last gate."""
    moved = {choice.app_id: choice for choice in mapping.moved_apps()}
    domains = [one for one in mapping.domains if one.action == "endpoint" and one.app_id in moved]
    early = [one for one in domains if moved[one.app_id].way == "git" and not one.late]
    late = [one for one in domains if one not in early]
    seats = [
        _seat(choice, mapping, profile)
        for choice in moved.values()
        if any(one.app_id == choice.app_id for one in early)
    ]
    endpoints = [_domain(mapping, one, profile, f"seat:{_handle(mapping, one)}") for one in early]
    prepared = [*(_own(one, mapping, profile) for one in domains if one.fingerprint), *seats, *endpoints]
    certificates = [_certificate(one, mapping, profile, "copy") for one in early if not one.fingerprint]
    ready = [*certificates, *(step for step in endpoints if step.kind == "own-domain")]
    traffic = [
        *(_domain(mapping, one, profile, f"health:{_handle(mapping, one)}", late=True) for one in late),
        *(_certificate(one, mapping, profile, "cut-over") for one in late if not one.fingerprint),
        *(_traffic(one, system, mapping, profile) for one in domains),
    ]
    found: list[Step] = []
    for step in steps:
        if step.phase != "prepare":
            found += prepared
            prepared = []
        if step.key == CUT_OVER:
            found += certificates
            found.append(_told_of_dns(_needing(step, ready), domains))
            continue
        if step.key == FINISH:
            found += traffic
            found.append(_needing(step, [one for one in traffic if one.kind == "traffic"]))
            continue
        found.append(step)
        if step.key == "environment":
            found += _drains(system, mapping, profile)
    return tuple(found)


def _drains(system: System, mapping: Mapping, profile: Profile) -> Iterable[Step]:
    by_handle: dict[str, list[str]] = {}
    databases: dict[str, bool] = {}
    for choice in mapping.drains:
        if choice.action == "move" and is_wanted(system, mapping, choice):
            owner = f"{SPACE}{choice.space_id}" if choice.space_id else choice.app_id
            by_handle.setdefault(choice.handle, []).append(f"{owner} {choice.drain_id}")
            databases[choice.handle] = choice.databases
    for handle, drains in by_handle.items():
        word = profile.words.get("environment", "environment")
        yield Step(
            key=f"drain:{handle}",
            kind="drain",
            title=f"Create the log drain {handle} for all apps of the {word}",
            phase="prepare",
            writes="target",
            needs=("environment",),
            args={"handle": handle, "drains": tuple(drains), "databases": databases[handle]},
            seconds=(5, 120),
            way_back=DRAIN_KEPT,
        )


def _seat(choice: AppChoice, mapping: Mapping, profile: Profile) -> Step:
    word = profile.words.get("service", "service")
    return Step(
        key=f"seat:{choice.handle}",
        kind="seat",
        title=f"Make the web {word} of {choice.handle}, with nothing in it and no container",
        phase="prepare",
        writes="target",
        needs=(f"app:{choice.handle}",),
        args={"app": choice.app_id, "handle": choice.handle, "port": mapping.port},
        seconds=(20, 300),
        way_back="nothing runs in it; the deploy of the cut-over takes its place",
    )


def _domain(mapping: Mapping, one: DomainChoice, profile: Profile, needs: str, *, late: bool = False) -> Step:
    word = profile.words.get("endpoint", "endpoint")
    own = {"fingerprint": one.fingerprint} if one.fingerprint else {}
    return Step(
        key=f"domain:{one.hostname}",
        kind="own-domain" if own else "domain",
        title=f"Create the {word} of {one.hostname}" + (", with your certificate" if own else ""),
        phase="cut-over" if late else "prepare",
        writes="target",
        needs=(needs, f"certificate:{one.hostname}") if own else (needs,),
        args={**_about(one, mapping), "port": mapping.port, **own},
        seconds=(30, 300),
        way_back=OWN_KEPT if own else KEPT,
    )


def _own(one: DomainChoice, mapping: Mapping, profile: Profile) -> Step:
    """The certificate that the person has. Which one is said by its fingerprint, not by what a file holds."""
    return Step(
        key=f"certificate:{one.hostname}",
        kind="own-certificate",
        title=f"Send your certificate for {one.hostname} to {profile.title}",
        phase="prepare",
        writes="target",
        needs=("environment",),
        args={
            **_about(one, mapping),
            "chain_file": one.chain_file,
            "key_file": one.key_file,
            "fingerprint": one.fingerprint,
            "good_until": one.good_until,
        },
        seconds=(1, 20),
        way_back=OWN_KEPT,
    )


def _certificate(one: DomainChoice, mapping: Mapping, profile: Profile, phase: str) -> Step:
    return Step(
        key=f"certificate:{one.hostname}",
        kind="certificate",
        title=f"You set a DNS record for the certificate of {one.hostname}; Offramp has it made",
        phase="copy" if phase == "copy" else "cut-over",
        writes="target",
        needs=(f"domain:{one.hostname}",),
        args=_about(one, mapping),
        seconds=(60, 3600),
        way_back=KEPT,
    )


def _traffic(one: DomainChoice, system: System, mapping: Mapping, profile: Profile) -> Step:
    today = _today(system.app(one.app_id), one.hostname)
    back = (
        f"you point {one.hostname} back at {today}"
        if today
        else f"you put the old record of {one.hostname} back"
    )
    return Step(
        key=f"traffic:{one.hostname}",
        kind="traffic",
        title=f"You point {one.hostname} at {profile.title}; Offramp watches, and goes on by itself",
        phase="cut-over",
        by="person",
        needs=(
            f"domain:{one.hostname}" if one.fingerprint else f"certificate:{one.hostname}",
            f"health:{_handle(mapping, one)}",
        ),
        args={**_about(one, mapping), "today": today},
        seconds=(60, 3600),
        way_back=back,
    )


def _told_of_dns(gate: Step, domains: list[DomainChoice]) -> Step:
    """The gate with what the person's own DNS means for the time in which nobody is served."""
    if not domains or gate.gate is None:
        return gate
    names = ", ".join(one.hostname for one in domains[:3]) + (" …" if len(domains) > 3 else "")
    words = f"Then you change the DNS of {names}; until then it leads to Heroku's maintenance page"
    text = msgspec.structs.replace(gate.gate, will_happen=(*gate.gate.will_happen, words))
    return msgspec.structs.replace(gate, gate=_longer(text))


def _longer(text: GateText) -> GateText:
    words = f"{text.duration}, and for custom domains until you have changed their DNS"
    return msgspec.structs.replace(text, duration=words)


def _needing(step: Step, more: Iterable[Step]) -> Step:
    return msgspec.structs.replace(step, needs=(*step.needs, *(one.key for one in more)))


def _about(one: DomainChoice, mapping: Mapping) -> dict[str, str | int | bool | tuple[str, ...]]:
    return {"app": one.app_id, "handle": _handle(mapping, one), "hostname": one.hostname}


def _handle(mapping: Mapping, one: DomainChoice) -> str:
    app = mapping.app(one.app_id)
    return app.handle if app is not None else ""


def _today(app: App, hostname: str) -> str:
    return next((one.cname or "" for one in app.domains if one.hostname == hostname), "")
