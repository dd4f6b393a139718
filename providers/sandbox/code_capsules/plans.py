"""The plans of the sandbox's Code Capsules: sizes and prices off the plan screens in the documentation."""

from providers.sandbox.code_capsules.http import Json

_SIZES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "backend": ((0.07, 0.28, 0), (0.15, 0.6, 0), (0.25, 1, 0)),
    "docker": ((0.07, 0.28, 0), (0.15, 0.6, 0), (0.25, 1, 0)),
    "frontend": ((0.02, 0.08, 0), (0.04, 0.16, 0), (0.08, 0.32, 0)),
    "postgresql": ((0.07, 0.28, 1), (0.15, 0.6, 5), (0.25, 1, 10)),
    "redis": ((0.07, 0.28, 1), (0.15, 0.6, 5), (0.25, 1, 10)),
    "mysql": ((0.07, 0.28, 1), (0.15, 0.6, 5), (0.25, 1, 10)),
    "storage": ((0, 0, 1), (0, 0, 5), (0, 0, 10)),
}
"""Cores, GB of memory and GB of disk, the smallest first."""

_NAMES = ("Basic", "Standard", "Premium")


def price(cpu: float, ram: float, storage: float) -> float:
    """US dollars a month: 1 for a hundredth of a core, 12.50 for a GB of memory, 0.50 for a GB of disk."""
    return round(cpu * 100 + ram * 12.5 + storage * 0.5, 2)


def plans(clusters: list[str]) -> list[Json]:
    """All plans of all types in all clusters."""
    return [
        {
            "id": f"{cluster}-{kind}-{name.lower()}",
            "name": name,
            "cpu": cpu,
            "ram": ram,
            "storage": storage,
            "pricePerMonth": price(cpu, ram, storage),
            "sortKey": number,
            "capsuleType": kind,
            "clusterId": cluster,
        }
        for cluster in clusters
        for kind, sizes in _SIZES.items()
        for number, (name, (cpu, ram, storage)) in enumerate(zip(_NAMES, sizes, strict=True), start=1)
    ]
