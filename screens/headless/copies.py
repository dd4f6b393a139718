"""What copies are at, in sentences, for whoever follows a run without a screen."""

from screens.monitor.copy import PHASES
from screens.monitor.status import status
from screens.monitor.store import current_store
from screens.monitor.store import figures as store_figures
from screens.quantities import percent, rate, sizes, span
from wizard.database.progress import CopyProgress
from wizard.run.view import RunView


def copy_sentences(seen: RunView) -> list[str]:
    """A sentence about each copy that is at work."""
    lines: list[str] = []
    if not status(seen).moving:
        return lines  # what was seen last is old
    store = current_store(seen)
    if store is not None and store.phase != "done":
        waits = f", waiting for {store.waiting_for}" if store.waiting_for else ""
        lines.append(f"{store.store}: {store_figures(store, moving=True).replace(' · ', ', ')}{waits}.")
    for handle, copy in seen.copies.items():
        current = seen.current.step.args.get("handle") if seen.current is not None else None
        if copy.phase != "done" and current == handle:
            lines.append(f"{handle}: {', '.join(_figures(copy))}.")
    return lines


def _figures(copy: CopyProgress) -> list[str]:
    said = [PHASES.get(copy.phase, copy.phase)]
    if copy.bytes and copy.phase == "data":
        share = percent(copy.bytes, copy.estimated_bytes)
        said.append(f"{'' if share is None else f'{share} %, '}{sizes(copy.bytes, copy.estimated_bytes)}")
    if copy.rate > 0:
        said.append(rate(copy.rate))
    if copy.seconds_left is not None:
        said.append(f"{span(*copy.seconds_left)} left")
    if copy.tables:
        said.append(f"{copy.tables_proven:,} of {len(copy.tables):,} tables proven")
    if copy.waiting_for:
        said.append(f"waiting for {copy.waiting_for}")
    return said
