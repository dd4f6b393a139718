"""DNS records that a run waits for, told where there is no screen."""

from screens.headless.say import say
from screens.monitor.dns import COLLEAGUE, open_watch
from wizard.run.view import RunView
from wizard.run.watched import DnsWatch
from wizard.session.store import SessionInfo


def tell_records(seen: RunView, session: SessionInfo, told: set[str]) -> None:
    """Say once for each step which records it waits for; `told` are keys of steps of which that was said."""
    watch, key = open_watch(seen), seen.run.current
    if watch is not None and key is not None and key not in told:
        told.add(key)
        for sentence in sentences(watch, session):
            say(sentence)


def sentences(watch: DnsWatch, session: SessionInfo) -> list[str]:
    """Each record that is wanted and what is there now; and how to go on without."""
    lines = [f"Waiting for your DNS of {watch.hostname}. Wanted, and looked at until it is so:"]
    for record in (*watch.records, *watch.others):
        if record.state != "right":
            value = f" -> {record.value}" if record.value else ""
            lines += [f"  {record.kind} {record.name}{value}", f"    now: {record.seen}"]
    if watch.note:
        lines.append(f"  {watch.note}")
    if session.demo:
        lines.append(f"  {COLLEAGUE}")
    tell = f"offramp tell {session.id}"
    return [*lines, f"  `{tell} retry` looks at once; `{tell} accept` goes on with DNS as it is."]
