"""What a month costs by the plans that the API tells now, as figures for a GB of memory and a GB of disk.

Each plan gives a share of a CPU with each GB of memory, and the same one, so that both are one figure; what
a GB of disk costs is what a database's plan costs more than that.
"""

import datetime
import statistics
from collections.abc import Iterable

import msgspec

from providers.code_capsules.answers import ClusterAnswer, PlanAnswer, number
from providers.code_capsules.spaces import region_name
from wizard.ports import Prices

SIZED_BY_MEMORY = ("backend", "docker")
WITH_DISK = ("postgresql", "mysql", "redis")


def live_prices(
    plans: Iterable[PlanAnswer], clusters: Iterable[ClusterAnswer], known: Prices
) -> dict[str, Prices]:
    """Prices by region. `known` are the catalogue's: their split between memory and CPU is kept, and they
    stand for a region whose plans do not tell enough."""
    names = {cluster.id: region_name(cluster) for cluster in clusters}
    by_region: dict[str, list[PlanAnswer]] = {region: [] for region in names.values()}
    for plan in plans:
        if plan.cluster_id in names:
            by_region[names[plan.cluster_id]].append(plan)
    return {region: _prices(rows, known) for region, rows in by_region.items()}


def _prices(plans: list[PlanAnswer], known: Prices) -> Prices:
    # The dearest rate counts: an estimate that is too low would be a promise.
    rates = [
        number(plan.price) * 100 / number(plan.ram)
        for plan in plans
        if (plan.kind or "").lower() in SIZED_BY_MEMORY and number(plan.ram) and number(plan.price)
    ]
    if not rates:
        return known
    gigabyte = max(rates)
    per_disk = [
        (number(plan.price) * 100 - number(plan.ram) * gigabyte) / number(plan.storage)
        for plan in plans
        if (plan.kind or "").lower() in WITH_DISK and number(plan.storage) and number(plan.price)
    ]
    disk = max(0.0, statistics.median(per_disk)) if per_disk else known.disk_gb_cents
    whole = known.memory_gb_cents + known.cpu_percent_per_gb * known.cpu_percent_cents
    scale = gigabyte / whole if whole else 1.0
    return msgspec.structs.replace(
        known,
        source="the vendor's plans, as its API tells them",
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        memory_gb_cents=round(known.memory_gb_cents * scale, 4),
        cpu_percent_cents=round(known.cpu_percent_cents * scale, 4),
        disk_gb_cents=round(disk, 4),
    )
