"""What a month costs: on Heroku as billed, on a target as estimated from its published prices."""

from wizard.choose.sizes import database_disk_gb, database_memory_mb, nearest_size, process_memory_mb
from wizard.choose.stores import offered, store_size, store_type
from wizard.document.summary import Bill, databases, dollars, is_postgres, monthly_bill
from wizard.model.noun import Noun
from wizard.model.system import System
from wizard.ports import Prices, Profile


class PriceLine(Noun, frozen=True, kw_only=True):
    """A part of an estimate: what it is for, and US cents a month."""

    what: str
    cents: int


class Estimate(Noun, frozen=True, kw_only=True):
    """An estimated month at a target, in US cents, with where the prices come from and from when."""

    target: str
    cents: int
    lines: tuple[PriceLine, ...]
    source: str
    date: str

    def text(self) -> str:
        """The estimate as it is shown: "about $131 (2026-11)". An estimate has no cents."""
        return f"about {dollars(round(self.cents / 100) * 100)} ({self.date[:7]})"


def heroku_today(system: System) -> Bill:
    """What Heroku bills a month now."""
    return monthly_bill(system)


def estimate(system: System, profile: Profile) -> Estimate:
    """What the whole system would cost at the target: each process in the smallest size that holds it.

    Add-ons that the target has no counterpart of are not in it: what replaces them has a price of its own.
    Tax, traffic and backups are not in it either.
    """
    prices = profile.prices
    lines = []
    if prices.base_cents:
        lines.append(PriceLine(what="plan", cents=prices.base_cents))
    for app in system.apps:
        for process in app.processes:
            if not process.quantity or process.type == "release":
                continue
            memory = nearest_size(profile, process_memory_mb(process))
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
    for add_on in databases(system):
        memory = database_memory_mb(profile, add_on)
        disk = database_disk_gb(add_on.postgres.bytes if add_on.postgres else None)
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
    )


def _memory_cents(prices: Prices, memory_mb: int) -> float:
    gigabytes = memory_mb / 1024
    return gigabytes * (prices.memory_gb_cents + prices.cpu_percent_per_gb * prices.cpu_percent_cents)
