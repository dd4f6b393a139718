"""What a month costs: on Heroku as billed, on a target as estimated from its published prices."""

from collections.abc import Mapping

from wizard.choose.capsule_kind import has_capsules, kind_of, memory_needed
from wizard.choose.disk import least_disk_gb, recommended_disk
from wizard.choose.sizes import database_memory_mb, nearest_size, size_at_least
from wizard.choose.stores import offered, store_size, store_type
from wizard.document.checkout import Checkout
from wizard.document.summary import Bill, databases, dollars, is_postgres, monthly_bill
from wizard.model.noun import Noun
from wizard.model.system import App, Process, System
from wizard.ports import Prices, Profile

CLOCK_MB = 256
"""Memory of a capsule that is there for the clock of jobs and nothing else."""


class PriceLine(Noun, frozen=True, kw_only=True):
    """A part of an estimate: what it is for, and US cents a month."""

    what: str
    cents: int


class Estimate(Noun, frozen=True, kw_only=True):
    """An estimated month at a target, in US cents, with where the prices come from and from when.
    `smaller` counts the process types for which the target has no memory enough: they cost more elsewhere."""

    target: str
    cents: int
    lines: tuple[PriceLine, ...]
    source: str
    date: str
    smaller: int = 0

    def text(self) -> str:
        """The estimate as it is shown: "about $131 (2026-11)". An estimate has no cents."""
        told = f"about {dollars(round(self.cents / 100) * 100)} ({self.date[:7]})"
        return f"{told}, {self.smaller} with less memory than today" if self.smaller else told


def heroku_today(system: System) -> Bill:
    """What Heroku bills a month now."""
    return monthly_bill(system)


def rates(prices: Prices) -> str:
    """What a month is reckoned by: "$12.50 a GB of memory, $1 for 1 % of a CPU (25 % with each GB) ..."."""
    told = [f"{dollars(round(prices.memory_gb_cents))} a GB of memory"]
    if prices.cpu_percent_per_gb:
        each = dollars(round(prices.cpu_percent_cents))
        told.append(f"{each} for 1 % of a CPU ({prices.cpu_percent_per_gb:g} % with each GB)")
    if prices.disk_gb_cents:
        told.append(f"{dollars(round(prices.disk_gb_cents))} a GB of disk")
    if prices.endpoint_cents:
        told.append(f"{dollars(round(prices.endpoint_cents))} a web address")
    return ", ".join(told)


def _process_mb(app: App, process: Process, profile: Profile, checkout: Checkout | None) -> tuple[int, bool]:
    """MB of one container of a process, and whether the target has as much as it needs."""
    kind = kind_of(app, process, checkout, profile).capsule if has_capsules(profile) else ""
    needed = memory_needed(process, kind, profile)
    if kind == "frontend":
        return needed, True
    return nearest_size(profile, needed), size_at_least(profile, needed) is not None


def estimate(system: System, profile: Profile, checkouts: Mapping[str, Checkout] | None = None) -> Estimate:
    """What the whole system would cost at the target: each process in the smallest size that holds it.

    Add-ons that the target has no counterpart of are not in it: what replaces them has a price of its own.
    Tax, traffic and backups are not in it either.

    Args:
        checkouts: the code of apps, by app id: it says what is nothing but files that are served.
    """
    prices = profile.prices
    lines = []
    smaller = 0
    if prices.base_cents:
        lines.append(PriceLine(what="plan", cents=prices.base_cents))
    for app in system.apps:
        for process in app.processes:
            if not process.quantity or process.type == "release":
                continue
            memory, enough = _process_mb(app, process, profile, (checkouts or {}).get(app.id))
            smaller += not enough
            lines.append(
                PriceLine(
                    what=f"{app.name} {process.type}: {process.quantity} × {memory} MB",
                    cents=round(process.quantity * _memory_cents(prices, memory)),
                )
            )
            if process.type == "web" and prices.endpoint_cents:
                lines.append(PriceLine(what=f"{app.name}: web address", cents=round(prices.endpoint_cents)))
        if app.jobs and profile.capabilities.scheduler == "cron-service":
            memory = nearest_size(profile, 512)
            lines.append(
                PriceLine(what=f"{app.name} cron: {memory} MB", cents=round(_memory_cents(prices, memory)))
            )
        if app.jobs and has_capsules(profile) and profile.capabilities.scheduler == "none":
            cents = round(_memory_cents(prices, CLOCK_MB))
            lines.append(PriceLine(what=f"{app.name} clock: {CLOCK_MB} MB", cents=cents))
    for add_on in databases(system):
        memory = database_memory_mb(profile, add_on)
        told = add_on.postgres.bytes if add_on.postgres else None
        disk = recommended_disk(told, least=least_disk_gb(profile)).gb
        lines.append(
            PriceLine(
                what=f"{add_on.name}: {memory} MB, {disk} GB disk",
                cents=round(_memory_cents(prices, memory) + disk * prices.disk_gb_cents),
            )
        )
    for add_on in system.add_ons:
        type_ = store_type(add_on)
        if is_postgres(add_on) or not offered(profile, type_):
            continue
        size = store_size(profile, add_on, type_)
        lines.append(
            PriceLine(
                what=f"{add_on.name}: {size.memory_mb} MB, {size.disk_gb} GB disk",
                cents=round(_memory_cents(prices, size.memory_mb) + size.disk_gb * prices.disk_gb_cents),
            )
        )
    return Estimate(
        target=profile.name,
        cents=sum(line.cents for line in lines),
        lines=tuple(lines),
        source=prices.source,
        date=prices.date,
        smaller=smaller,
    )


def _memory_cents(prices: Prices, memory_mb: int) -> float:
    gigabytes = memory_mb / 1024
    return gigabytes * (prices.memory_gb_cents + prices.cpu_percent_per_gb * prices.cpu_percent_cents)
