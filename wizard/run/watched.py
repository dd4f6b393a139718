"""What a watch of DNS shows: each record that is wanted, what is seen now, what a person does about it."""

from typing import Literal

from wizard.model.noun import Noun, decode

RecordState = Literal["right", "missing", "wrong", "unknown"]

ACCEPTED = "accepted"
"""A fact of a step that watched DNS, where a person went on before it was right."""

GAUGE = "dns:"
"""Gauges of the journal that hold a `DnsWatch`, by the key of its step."""


class WatchedRecord(Noun, frozen=True, kw_only=True):
    """A record as it is to be, and as it is. `seen` is in words; `todo` empty when it is right.
    Where `value` is empty, there is nothing to be set."""

    kind: str
    name: str
    value: str
    state: RecordState
    seen: str
    todo: str = ""


class DnsWatch(Noun, frozen=True, kw_only=True):
    """The records that one step waits for. `since` is when what is seen was first seen so, `looked_at` the
    last look (UTC, ISO 8601); `ttl` how long resolvers may remember the domain's own record (s); `note`
    what else a person should know, `refused` what an authority said to the last try; `others` are what
    later steps wait for, so that all can be set at once."""

    hostname: str
    purpose: Literal["certificate", "traffic"]
    records: tuple[WatchedRecord, ...]
    since: str
    looked_at: str
    ttl: int | None = None
    note: str = ""
    refused: str = ""
    others: tuple[WatchedRecord, ...] = ()

    @property
    def right(self) -> bool:
        """Whether every record is as it is to be."""
        return all(record.state == "right" for record in self.records)

    def waits_for(self) -> str:
        """The first record that is not right, in one sentence."""
        for record in self.records:
            if record.state != "right":
                return (
                    f"{record.todo or f'{record.kind} {record.name} -> {record.value}'} Now: {record.seen}."
                )
        return self.refused


def watches(gauges: dict[str, str]) -> dict[str, DnsWatch]:
    """What was watched, by the key of its step, out of the gauges of a journal."""
    return {
        name.removeprefix(GAUGE): decode(value, DnsWatch, what="the journal")
        for name, value in gauges.items()
        if name.startswith(GAUGE)
    }


def ttl_in_words(ttl: int | None, *, before: bool = True) -> str:
    """What a TTL means at a cut-over, "" when it is not known; `before` there is time to lower it."""
    if ttl is None:
        return ""
    kept = f"{ttl} s" if ttl < 120 else f"{round(ttl / 60)} min"
    lower = "" if ttl <= 300 or not before else " Lower it to 300 now, and put it up again afterwards."
    return f"Its TTL is {ttl}: resolvers may keep the old answer for {kept}.{lower}"
