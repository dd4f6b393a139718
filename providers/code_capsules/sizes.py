"""Sizes of capsules: MB, percent of a CPU and GB in the wizard, quantities with units at the vendor.

A request wants all four products together (official client, skill). The plans give each GB of memory a
quarter of a CPU; what is set freely has 5 to 200 % of a CPU and 0.2 to 8 GB, a frontend 3 % and 0.12 GB at
least (plan screens in the vendor's documentation).
"""

from typing import Any

from providers.code_capsules.answers import ProductsAnswer, number

PERCENT_PER_GB = 25
LEAST_PERCENT = {"frontend": 3}
LEAST_PERCENT_ELSE = 5
MOST_PERCENT = 200


def percent_for(memory_mb: int, kind: str) -> int:
    """Percent of a CPU that goes with that much memory: the whole one next to it, a half upwards, as the map
    says it."""
    least = LEAST_PERCENT.get(kind, LEAST_PERCENT_ELSE)
    return max(least, min(MOST_PERCENT, int(memory_mb / 1024 * PERCENT_PER_GB + 0.5)))


def products(*, memory_mb: int, cpu_percent: int, disk_gb: int, count: int) -> dict[str, Any]:
    """All four, in the units that the skill uses."""
    return {
        "cpu": {"qty": cpu_percent * 10, "unit": "m"},
        "memory": {"qty": round(memory_mb / 1024, 4), "unit": "G"},
        "storage": {"qty": disk_gb, "unit": "G"},
        "replicaScale": {"qty": count},
    }


def resized(
    have: ProductsAnswer | None,
    *,
    memory_mb: int | None = None,
    cpu_percent: int | None = None,
    disk_gb: int | None = None,
    count: int | None = None,
) -> dict[str, Any]:
    """All four with some of them changed; the others go back in the quantities and units that they came
    in."""
    have = have or ProductsAnswer()
    wanted = products(
        memory_mb=memory_mb or 0, cpu_percent=cpu_percent or 0, disk_gb=disk_gb or 0, count=count or 0
    )
    kept = (
        ("memory", memory_mb, have.memory),
        ("cpu", cpu_percent, have.cpu),
        ("storage", disk_gb, have.storage),
        ("replicaScale", count, have.replicas),
    )
    for name, new, old in kept:
        if new is None and old is not None:
            unit = {"unit": old.unit} if old.unit else {}
            wanted[name] = {"qty": number(old.qty), **unit}
    return wanted


def in_words(found: ProductsAnswer | None) -> str:
    """ "1 x 512 MB, 13 % of a CPU"."""
    if found is None:
        return "a size that is not told"
    words = f"{found.count} x {found.memory_mb} MB, {found.cpu_percent} % of a CPU"
    return words + (f", {found.disk_gb} GB" if found.disk_gb else "")
