"""Other ways to look at the document, in lines: the bill, what follows from what, what changed, what is not
in it."""

from collections.abc import Iterable, Iterator

from screens.plain.desk import Desk
from screens.plain.run_lists import read_or_find
from screens.plain.things import index_of
from screens.quantities import clock
from wizard.document.changes import changes
from wizard.document.costs import CostLine, Sum
from wizard.document.export.contents import NOT_READ
from wizard.document.index import Index
from wizard.document.links.observations import in_groups
from wizard.document.pages.page import counted
from wizard.document.summary import dollars
from wizard.session.parts import SYSTEM, SYSTEM_BEFORE


def tell_cost(desk: Desk) -> None:
    """What a month on Heroku costs, line by line."""
    index = index_of(desk)
    if index is not None:
        read_or_find(desk, "A month on Heroku", list(_costs(index)))


def _costs(index: Index) -> Iterator[str]:
    cost = index.cost
    more = " and what has no known price" if cost.unknown else ""
    yield f"{dollars(cost.cents)} a month{more}."
    yield "As Heroku bills it, without tax, at today's numbers of dynos."
    if (cost.least_cents, cost.most_cents) != (cost.cents, cost.cents):
        yield f"Autoscaling makes it {dollars(cost.least_cents)} to {dollars(cost.most_cents)}."
    yield from cost.notes
    yield from (f"No price known: {one}" for one in cost.unknown)
    yield from (f"Billed by the second besides: {one}" for one in cost.usage)
    yield from (f"Paid by somebody else: {one}" for one in cost.elsewhere)
    yield from _sums("Pipeline", cost.by_pipeline, "none")
    yield from _sums("Paid by", cost.by_payer, "not told")
    yield from (_line(one) for one in cost.lines)


def _sums(title: str, sums: dict[str, Sum], nameless: str) -> Iterable[str]:
    if len(sums) < 2:
        return []
    most_first = sorted(sums.items(), key=lambda item: -item[1].cents)
    return [
        f"{title} {name or nameless}: {dollars(one.cents)}{' and more' if one.unknown else ''}"
        for name, one in most_first
    ]


def _line(line: CostLine) -> str:
    price = "price not known" if line.cents is None else dollars(line.cents)
    why = f" ({line.why})" if line.why else ""
    return f"{line.name}: {price}, {line.text}{why}"


def tell_what_follows(desk: Desk) -> None:
    """Circles, shared stores, wrong addresses: what to look at first."""
    index = index_of(desk)
    lines: list[str] = []
    for group in in_groups(index.connections.observations) if index is not None else ():
        mark = "Look: " if group.look else ""
        if len(group.members) > 1:
            lines.append(f"{mark}{group.title} {group.remedy}".rstrip())
            lines += [f"{one.text} {one.remedy}".rstrip() for one in group.members]
        else:
            lines += [f"{mark}{one.text} {one.remedy}".rstrip() for one in group.members]
    if lines:
        read_or_find(desk, "What follows from what points at what", lines)
    else:
        desk.console.say("Nothing points at anything in a way that needs care.")


def tell_changes(desk: Desk) -> None:
    """What is not as it was at the reading before."""
    before, system = desk.session.load(SYSTEM_BEFORE), desk.session.load(SYSTEM)
    if before is None or system is None:
        desk.console.say("It was read once. Reading it again tells what changed.")
        return
    found = changes(before, system)
    title = f"{counted(len(found), 'thing')} changed since {clock(before.taken_at)[:5]}"
    lines = [f"{one.kind}: {one.words}" for one in found]
    if lines:
        read_or_find(desk, title, lines)
    else:
        desk.console.say(f"{title}.")


def tell_limits(desk: Desk) -> None:
    """What no reading looks at."""
    desk.console.say("No reading of Offramp looks at these. Ask whoever knows.")
    for one in NOT_READ:
        desk.console.say(f"- {one}", indent="  ")
