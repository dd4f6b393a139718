"""What Aptible can hold and what it costs, from assets/catalogue/aptible.toml, without signing in."""

from pathlib import Path
from typing import Literal

from msgspec import field

import assets
from wizard.model.noun import Noun, decode_toml
from wizard.ports import Capabilities, ImageRules, Prices, Profile, ReleaseHook

HOURS_A_MONTH = 730
"""As Aptible's dashboard counts (app-ui, src/cost/calc.ts)."""


class Sourced(Noun, frozen=True, kw_only=True):
    """Anything with where it comes from; `date` is when it was read (ISO)."""

    source: str
    date: str


class Figure(Sourced, frozen=True, kw_only=True):
    value: float


class Choice(Sourced, frozen=True, kw_only=True):
    """Numbers to choose from."""

    values: tuple[int, ...]


class Words(Sourced, frozen=True, kw_only=True):
    """Names or sentences."""

    values: tuple[str, ...]


class Pairs(Sourced, frozen=True, kw_only=True):
    """Names by names."""

    values: dict[str, str]


class Ways(Sourced, frozen=True, kw_only=True):
    """Ways that code gets there."""

    values: tuple[Literal["git", "image", "workflow", "terraform"], ...]


class Machines(Sourced, frozen=True, kw_only=True):
    """Container profiles with the least MB of each."""

    values: dict[str, int]


class Versions(Sourced, frozen=True, kw_only=True):
    """Versions by type of database, ascending."""

    values: dict[str, tuple[str, ...]]


class PriceList(Noun, frozen=True, kw_only=True):
    """US dollars."""

    base_per_month: Figure
    memory_gb_hour: Figure
    disk_gb_month: Figure
    endpoint_hour: Figure


class Catalogue(Noun, frozen=True, kw_only=True):
    prices: PriceList
    memory_sizes_mb: Choice
    max_containers: Figure
    postgres_versions: Choice
    extensions: Words
    store_versions: Versions
    regions: Words
    nearest: Pairs
    loses: Words
    by_hand: Words
    release_hook: ReleaseHook
    images: ImageRules
    ways: Ways
    machines: Machines
    grace: Figure
    words: dict[str, str] = field(default_factory=dict)


def catalogue() -> Catalogue:
    """The figures as they stand in the file."""
    return decode_toml(Path(assets.__file__ or "").parent / "catalogue" / "aptible.toml", Catalogue)


def profile() -> Profile:
    """The figures as the wizard wants them."""
    known = catalogue()
    prices = known.prices
    figures = (prices.base_per_month, prices.memory_gb_hour, prices.disk_gb_month, prices.endpoint_hour)
    return Profile(
        name="aptible",
        title="Aptible",
        words=known.words,
        capabilities=Capabilities(
            works=True,
            max_memory_mb=max(known.memory_sizes_mb.values),
            max_containers=int(known.max_containers.value),
            postgres_versions=known.postgres_versions.values,
            extensions=known.extensions.values,
            store_versions=known.store_versions.values,
            backs_up=True,
            release_hook=known.release_hook,
            managed_tls=True,
            own_certificates=True,
            environments="one",
            log_drains=("https", "syslog+tls"),
            scheduler="cron-service",
            empty_config_values=False,
            needs_dockerfile=True,
            images=known.images,
            ways=known.ways.values,
            machines=known.machines.values,
            grace=int(known.grace.value),
            regions=known.regions.values,
            nearest=known.nearest.values,
            loses=known.loses.values,
            way_in="SSH tunnel",
            by_hand=known.by_hand.values,
        ),
        prices=Prices(
            source="; ".join(dict.fromkeys(figure.source for figure in figures)),
            date=min(figure.date for figure in figures),
            base_cents=round(prices.base_per_month.value * 100),
            memory_gb_cents=prices.memory_gb_hour.value * HOURS_A_MONTH * 100,
            disk_gb_cents=prices.disk_gb_month.value * 100,
            endpoint_cents=prices.endpoint_hour.value * HOURS_A_MONTH * 100,
        ),
        memory_sizes_mb=known.memory_sizes_mb.values,
        handle_pattern=r"[0-9a-z._-]{1,64}",
    )
