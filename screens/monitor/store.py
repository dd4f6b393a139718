"""The copy or the proof of a store that is no Postgres, as lines: the whole, and its parts."""

from typing import Final

from screens.monitor.bar import bar
from screens.monitor.line import Line, Span, Tone, line, pad
from screens.quantities import ESTIMATE, number, percent, rate, size
from wizard.run.view import RunView
from wizard.stores.progress import PartProgress, StoreProgress, StoreProof

PHASES: Final = {
    "look": "looking at both sides",
    "copy": "copying",
    "refresh": "copying again what changed",
    "proof": "comparing both sides",
    "done": "done",
}

KINDS: Final = ("store-copy", "store-refresh", "store-prove", "store-left")
"""Kinds of steps that tell how far they are."""


def current_store(view: RunView) -> StoreProgress | None:
    """The store that the current step is about, None when it is about something else or it is over."""
    current = view.current
    if current is None or view.run.state in ("done", "taken-back", "going-back"):
        return None
    if current.step.kind not in KINDS:
        return None
    return view.stores.get(str(current.step.args.get("handle", "")))


def store_lines(store: StoreProgress, cells: int, *, moving: bool, known: bool) -> list[Line]:
    """The bar and the figures, two lines. `known` is False for what was seen last."""
    return [_bar(store, cells), line(figures(store, moving=moving, known=known))]


def figures(store: StoreProgress, *, moving: bool, known: bool = True) -> str:
    """What happens now, in words: "copying · 2,000 keys/s · 12 MB over"."""
    doing = PHASES.get(store.phase, store.phase)
    parts = [doing if known else f"seen last: {doing}"]
    if moving and store.phase != "done" and store.rate > 0:
        parts.append(f"{number(round(store.rate))} {store.unit}/s")
        if store.bytes:
            seconds = store.done / store.rate
            parts.append(rate(store.bytes / seconds) if seconds > 0 else size(store.bytes))
    if store.bytes:
        parts.append(f"{size(store.bytes)} over")
    return " · ".join(parts)


def part_lines(store: StoreProgress, cells: int, room: int) -> list[Line]:
    """The parts, those with most to do first; the last line says how many more there are."""
    if len(store.parts) < 2 or room < 2:
        return []
    parts = sorted(store.parts, key=lambda part: (part.done - part.estimated, part.name))
    shown = parts if len(parts) <= room else parts[: room - 1]
    lines = [_part(part, store.unit, cells) for part in shown]
    if len(shown) < len(parts):
        lines.append(line(Span(f"… {len(parts) - len(shown):,} more", "muted")))
    return lines


def whole_store(store: StoreProgress, proof: StoreProof | None, cells: int) -> list[Line]:
    """All parts: as they were compared once there is a proof, before that as far as they are."""
    if proof is None or not proof.parts:
        return [_part(part, store.unit, cells) for part in store.parts]
    lines = []
    name = min(44, max(16, cells - 50))
    for part in sorted(proof.parts, key=lambda one: (one.equal, one.name, one.kind)):
        words = f"{number(part.source)} on the source, {number(part.target)} here"
        lines.append(
            line(
                Span(pad(f"{part.name} {part.kind}".strip(), name), "muted" if part.equal else "plain"),
                " ",
                Span(pad(words, 36, right=True), "muted" if part.equal else "plain"),
                "  ",
                Span("✓ counted" if proof.counted else "✓ proven", "good")
                if part.equal
                else Span("✗ differs", "bad"),
            )
        )
    return lines


def _part(part: PartProgress, unit: str, cells: int) -> Line:
    over = part.estimated > 0 and part.done >= part.estimated
    tone: Tone = "muted" if over or not part.done else "plain"
    name = min(44, max(16, cells - 40))
    words = f"{number(part.done)} of {ESTIMATE}{number(part.estimated)} {unit}"
    return line(Span(pad(part.name, name), tone), " ", Span(pad(words, 36, right=True), tone))


def _bar(store: StoreProgress, cells: int) -> Line:
    if store.phase == "done":
        return bar(1.0, f"100 %  {number(store.done)} {store.unit}", cells)
    share = percent(store.done, store.estimated)
    if share is None:
        right = f"{number(store.done)} {store.unit} so far"
        room = max(8, cells - max(24, len(right)) - 2)
        return line(Span("─" * room, "muted"), " ", Span(right, "strong"))
    right = f"{ESTIMATE}{share} %  {number(store.done)} of {ESTIMATE}{number(store.estimated)} {store.unit}"
    return bar(min(1.0, share / 100), right, cells)
