"""What a month on Heroku costs, as Heroku bills it: line by line, with what no API tells named.

Sources. Prices come from Heroku's own answers (dyno sizes, billed price or plan price of an add-on). Where
it gave none for a dyno size, the list price that its command line carries counts, and the line says so
(`heroku ps:type` of CLI 11.10, which also bills a Private dyno in a Shield space as the Shield dyno of its
size). Eco: 5 dollars a month for each account that subscribes, for 1,000 hours
that all its Eco dynos share, also when others work on its apps; when they are used up, all of them sleep
until the next month (Heroku's help article Q8OBM85C; price list of 2026-05 as others copied it). Dynos of
the release phase, one-off dynos and those of the scheduler are billed by the second while they run (usage
by wall-clock time, Heroku's documentation): said, never guessed.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from wizard.model.noun import Noun
from wizard.model.system import AddOn, App, Process, System

ECO_CENTS: Final = 500
ECO_HOURS: Final = 1_000
HOURS: Final = 730
"""Hours of an average month."""

_LIST_DOLLARS: Final = {
    "": {"basic": 7, "standard-1x": 25, "standard-2x": 50},
    "performance-": {"m": 250, "l": 500, "l-ram": 500, "xl": 750, "2xl": 1500},
    "private-": {"s": 225, "m": 450, "l": 900, "l-ram": 500, "xl": 750, "2xl": 1500},
    "private-memory-": {"l": 500, "xl": 750, "2xl": 1500},
    "shield-": {"s": 270, "m": 540, "l": 1080, "l-ram": 600, "xl": 900, "2xl": 1800},
    "shield-memory-": {"l": 600, "xl": 900, "2xl": 1800},
    "dyno-1c-": {"0.5gb": 25, "4gb": 80, "8gb": 100},
    "dyno-2c-": {"1gb": 50, "4gb": 150, "8gb": 160, "16gb": 250},
    "dyno-4c-": {"8gb": 300, "16gb": 320, "32gb": 500},
    "dyno-8c-": {"16gb": 600, "32gb": 640, "64gb": 750},
    "dyno-16c-": {"32gb": 1200, "64gb": 1000, "128gb": 1500},
    "dyno-32c-": {"64gb": 2400},
}

LIST_CENTS: Final = {
    family + size: 100 * dollars for family, sizes in _LIST_DOLLARS.items() for size, dollars in sizes.items()
}
"""US cents a month by size in lower case, for when Heroku did not tell: it tells no price for private, shield
and Fir sizes."""


class CostLine(Noun, frozen=True, kw_only=True):
    """One line of the bill. `cents` is None where no price is known, and `why` says why.

    kind: `dyno` (one process type), `eco` (the flat price of an account's Eco dynos), `add-on`, `space`.
    `component` is the key of what it is for ("process:<app id>:web", "add-on:<id>"); `payer` who gets the
    bill ("team acme", or the email address of an app's owner). `least_cents` and `most_cents` span what
    autoscaling may make of it; `listed` says that the price is from Heroku's list, not from its answer.
    """

    kind: Literal["dyno", "eco", "add-on", "space"]
    name: str
    text: str
    cents: int | None
    component: str = ""
    app_id: str | None = None
    payer: str = ""
    least_cents: int | None = None
    most_cents: int | None = None
    listed: bool = False
    why: str = ""


class Sum(Noun, frozen=True, kw_only=True):
    """US cents a month for a part of the system; `unknown` names what is not in them."""

    title: str
    cents: int
    least_cents: int
    most_cents: int
    unknown: tuple[str, ...] = ()


class Cost(Noun, frozen=True, kw_only=True):
    """The whole bill of a month, in US cents without tax, at today's numbers of dynos.

    `unknown` names what has no known price and is not in `cents`; `usage` says what is billed by the second
    besides; `elsewhere` what the apps use and somebody outside this inventory pays for; `notes` what a
    reader should know (list prices, Eco hours). Keys of `by_app` are app ids, those of `by_pipeline` names
    ("" for apps of none), those of `by_payer` are `CostLine.payer`.
    """

    lines: tuple[CostLine, ...]
    cents: int
    least_cents: int
    most_cents: int
    unknown: tuple[str, ...] = ()
    usage: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    by_app: dict[str, Sum]
    by_pipeline: dict[str, Sum]
    by_payer: dict[str, Sum]


def monthly_cost(system: System) -> Cost:
    """The bill of the whole system."""
    owned = _owned(system.add_ons)
    shields = _shields(system)
    by_app = {app.id: tuple(_app_lines(app, owned.get(app.id, ()), shields)) for app in system.apps}
    lines = [line for app in system.apps for line in by_app[app.id]]
    eco, notes = _eco(system)
    lines += [*eco, *_spaces(system)]
    pipelines: dict[str, list[CostLine]] = {}
    for app in system.apps:
        pipelines.setdefault(app.pipeline or "", []).extend(by_app[app.id])
    payers: dict[str, list[CostLine]] = {}
    for line in lines:
        payers.setdefault(line.payer, []).append(line)
    whole = _sum("", lines)
    names = {app.id: app.name for app in system.apps}
    return Cost(
        lines=tuple(lines),
        cents=whole.cents,
        least_cents=whole.least_cents,
        most_cents=whole.most_cents,
        unknown=(*whole.unknown, *_unread(system)),
        usage=tuple(_usage(system)),
        elsewhere=tuple(_elsewhere(system, names)),
        notes=(*notes, *_notes(lines), *_invoiced(system, payers)),
        by_app={app_id: _sum(names[app_id], found) for app_id, found in by_app.items()},
        by_pipeline={name: _sum(name, pipelines[name]) for name in sorted(pipelines)},
        by_payer={name: _sum(name, payers[name]) for name in sorted(payers)},
    )


def is_eco(process: Process) -> bool:
    """Whether a process runs on Eco dynos, which an account pays for as a whole."""
    return process.size.lower() == "eco"


def _owned(add_ons: Iterable[AddOn]) -> dict[str, list[AddOn]]:
    found: dict[str, list[AddOn]] = {}
    for add_on in add_ons:
        found.setdefault(add_on.app_id, []).append(add_on)
    return found


def _shields(system: System) -> frozenset[str]:
    """Names of the Shield spaces."""
    return frozenset(space.name for space in system.spaces if space.shield)


def _app_lines(app: App, add_ons: Iterable[AddOn], shields: frozenset[str]) -> Iterator[CostLine]:
    payer = _payer(app)
    for process in app.processes:
        # The release phase has a line in the formation, and a quantity that means nothing.
        if process.quantity and process.type != "release":
            yield _dyno_line(app, process, payer, shielded=app.space in shields)
    for add_on in add_ons:
        if not add_on.foreign:
            yield _add_on_line(app, add_on, payer)


def _payer(app: App) -> str:
    return f"team {app.team}" if app.team else app.owner


def _dyno_line(app: App, process: Process, payer: str, *, shielded: bool) -> CostLine:
    each, listed, why = process.monthly_cents, False, ""
    if is_eco(process):
        each, why = 0, "part of the account's Eco plan"
    elif each is None:
        size = _billed_size(process.size, shielded=shielded)
        each = LIST_CENTS.get(size.lower())
        listed = each is not None
        why = "Heroku's list price" if listed else "Heroku told no price for this dyno size"
        if listed and size != process.size:
            why += f" of {size}, as which a Shield space bills it"
    scale = process.autoscale if process.autoscale and process.autoscale.active else None
    text = f"{process.quantity} × {process.size or 'dyno of unknown size'}"
    if scale:
        text += f", autoscaled {scale.least} to {scale.most}"
    return CostLine(
        kind="dyno",
        name=f"{app.name} {process.type}",
        text=text,
        cents=None if each is None else process.quantity * each,
        component=f"process:{app.id}:{process.type}",
        app_id=app.id,
        payer=payer,
        least_cents=None if each is None or scale is None else scale.least * each,
        most_cents=None if each is None or scale is None else scale.most * each,
        listed=listed,
        why=why,
    )


def _billed_size(size: str, *, shielded: bool) -> str:
    """The size on the bill: Heroku calls a dyno of a Shield space Private-S, and bills a Shield-S."""
    if shielded and size.lower().startswith("private-"):
        return "Shield-" + size.partition("-")[2]
    return size


def _add_on_line(app: App, add_on: AddOn, payer: str) -> CostLine:
    why = ""
    if add_on.monthly_cents is None:
        why = "the price is by contract" if add_on.contract else "Heroku told no price"
    billed = add_on.billed_to
    return CostLine(
        kind="add-on",
        name=add_on.name,
        text=add_on.plan,
        cents=add_on.monthly_cents,
        component=f"add-on:{add_on.id}",
        app_id=app.id,
        payer=billed if billed.startswith("team ") else payer,
        why=why,
    )


def _eco(system: System) -> tuple[list[CostLine], list[str]]:
    """A line for every account with running Eco dynos, and what to know of its hours."""
    running: dict[str, int] = {}
    for app in system.apps:
        for process in app.processes:
            if is_eco(process) and process.quantity and process.type != "release":
                payer = _payer(app)
                running[payer] = running.get(payer, 0) + process.quantity
    lines, notes = [], []
    for payer, dynos in sorted(running.items()):
        plural = "dyno" if dynos == 1 else "dynos"
        lines.append(
            CostLine(
                kind="eco",
                name="Eco dynos plan",
                text=f"{dynos} Eco {plural}, {ECO_HOURS:,} hours shared",
                cents=ECO_CENTS,
                payer=payer,
                why="a flat price for the account",
            )
        )
        if dynos * HOURS > ECO_HOURS:
            who = f" of {payer}" if payer else ""
            notes.append(
                f"{dynos} Eco dynos{who} would need {dynos * HOURS:,} hours a month if none slept; the plan "
                f"has {ECO_HOURS:,}. When they are used up, all of them sleep until the next month."
            )
    return lines, notes


def _spaces(system: System) -> Iterator[CostLine]:
    for space in system.spaces:
        yield CostLine(
            kind="space",
            name=space.name,
            text="Shield Private Space" if space.shield else "Private Space",
            cents=None,
            component=f"space:{space.id}",
            payer=f"team {space.team}" if space.team else "",
            why="a space is priced by contract, and no API tells it",
        )


def _sum(title: str, lines: Iterable[CostLine]) -> Sum:
    cents = least = most = 0
    unknown = []
    for line in lines:
        if line.cents is None:
            unknown.append(_named(line))
            continue
        cents += line.cents
        least += line.cents if line.least_cents is None else min(line.least_cents, line.cents)
        most += line.cents if line.most_cents is None else max(line.most_cents, line.cents)
    return Sum(title=title, cents=cents, least_cents=least, most_cents=most, unknown=tuple(unknown))


def _named(line: CostLine) -> str:
    # A dyno is named with its size, an add-on with its plan, as a person would look them up.
    text = line.text.partition(" × ")[2].partition(",")[0] or line.text if line.kind == "dyno" else line.text
    return f"{line.name} ({text})"


def _unread(system: System) -> Iterator[str]:
    for app in system.apps:
        for part in ("process types", "add-ons"):
            if part in app.unread:
                yield f"{app.name}: its {part} were not read"
    for unread in system.unread_apps:
        yield f"{unread.name}: the app was not read"


def _usage(system: System) -> Iterator[str]:
    releasing = sum(
        bool(app.release_command) or any(process.type == "release" for process in app.processes)
        for app in system.apps
    )
    if releasing:
        yield f"the release phase of {_counted(releasing, 'app')}, at every release"
    jobs = sum(len(app.jobs or ()) for app in system.apps)
    if jobs:
        yield f"{_counted(jobs, 'job')} of Heroku Scheduler, while {'it runs' if jobs == 1 else 'they run'}"
    untold = sum(app.jobs is None for app in system.apps)
    if untold:
        yield f"scheduler jobs of {_counted(untold, 'app')}, which no API told"
    if system.apps:
        yield "one-off dynos (heroku run), while they run"


def _elsewhere(system: System, names: Mapping[str, str]) -> Iterator[str]:
    for add_on in system.add_ons:
        if add_on.foreign or add_on.app_id not in names:
            owner = add_on.app_name or "an app outside this inventory"
            yield f"{add_on.name} ({add_on.plan}) is billed to {owner}"


def _notes(lines: Iterable[CostLine]) -> Iterator[str]:
    listed = sorted({line.text.partition(" × ")[2].partition(",")[0] for line in lines if line.listed})
    if listed:
        yield (
            f"Heroku told no price for {', '.join(listed)}: its list prices are used. A contract may say "
            "otherwise."
        )


def _invoiced(system: System, payers: Mapping[str, Iterable[CostLine]]) -> Iterator[str]:
    """What Heroku last asked of the account for, beside what is computed for it."""
    last = next((one for one in system.invoices or () if one.total_cents is not None), None)
    if last is None or last.total_cents is None:
        return
    who = system.account.email
    own = _sum(who, payers.get(who, ())).cents
    when = f" ({last.starts_on} to {last.ends_on})" if last.starts_on and last.ends_on else ""
    yield (
        f"Heroku's latest invoice to {who}{when} was ${last.total_cents / 100:,.2f}. What is billed to that "
        f"account here makes ${own / 100:,.2f} a month, without what is billed by use; teams get invoices of "
        "their own."
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
