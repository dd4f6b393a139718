"""The figures of several rounds, as a table for people. Runs that went wrong are named, and not counted."""

import statistics
from collections.abc import Callable

from tests.benchmarks.postgres.measure import OFF_THE_PATH, Measure
from tests.benchmarks.postgres.side_by_side import Rounds
from tests.benchmarks.postgres.ways import BARE, GUIDES, OFFRAMP, WORDS
from wizard.model.noun import Noun

_MEGA = 1_000_000


class Ratio(Noun, frozen=True, kw_only=True):
    """A way's wall time to the guides'. `of_medians`: of the medians over all rounds; `paired`: round by
    round, in order; `median_paired` of those."""

    of_medians: float
    paired: list[float]
    median_paired: float


class Summary(Noun, frozen=True, kw_only=True):
    """One way over all rounds; medians, and least and most of the wall time. `counted` runs went well, of
    `runs`. `critical` and its ratio leave out what is done in preflight; None where nothing is."""

    way: str
    runs: int
    counted: int
    wall: float
    least: float
    most: float
    ratio: Ratio | None
    critical: float | None
    critical_ratio: Ratio | None
    cpu_tool: float
    cpu_source: float
    cpu_target: float
    cpu_ssh: float
    tunnel_mb: float
    memory_mb: float
    disk_mb: float
    steps: dict[str, float]


def summaries(rounds: Rounds) -> list[Summary]:
    """One for each way that went well at least once, in the order of the first round."""
    names = [measure.way for measure in rounds.rounds[0]]
    found = [_summary(rounds, name) for name in names]
    return [summary for summary in found if summary is not None]


def proof_share(rounds: Rounds) -> list[float]:
    """What Offramp's proof beside the copy costs, round by round, as a share of the copy's own time."""
    whole, bare = _runs(rounds, OFFRAMP), _runs(rounds, BARE)
    return [run.critical / bare[number].critical - 1 for number, run in whole.items() if number in bare]


def _runs(rounds: Rounds, way: str) -> dict[int, Measure]:
    """The good runs of a way by the number of their round."""
    return {
        number: measure
        for number, some in enumerate(rounds.rounds)
        for measure in some
        if measure.way == way and not measure.wrong
    }


def _summary(rounds: Rounds, way: str) -> Summary | None:
    runs, guides = _runs(rounds, way), _runs(rounds, GUIDES)
    if not runs:
        return None

    def median(figure: Callable[[Measure], float]) -> float:
        return statistics.median(figure(run) for run in runs.values())

    def ratio(figure: Callable[[Measure], float]) -> Ratio | None:
        pairs = [figure(run) / guides[number].wall for number, run in runs.items() if number in guides]
        if not pairs:
            return None
        whole = median(figure) / statistics.median(run.wall for run in guides.values())
        return Ratio(of_medians=whole, paired=pairs, median_paired=statistics.median(pairs))

    off_the_path = any(OFF_THE_PATH in run.steps for run in runs.values())
    walls = [run.wall for run in runs.values()]
    return Summary(
        way=way,
        runs=len(rounds.rounds),
        counted=len(runs),
        wall=statistics.median(walls),
        least=min(walls),
        most=max(walls),
        ratio=ratio(lambda run: run.wall),
        critical=median(lambda run: run.critical) if off_the_path else None,
        critical_ratio=ratio(lambda run: run.critical) if off_the_path else None,
        cpu_tool=median(lambda run: run.cpu_tool),
        cpu_source=median(lambda run: run.cpu_source),
        cpu_target=median(lambda run: run.cpu_target),
        cpu_ssh=median(lambda run: run.cpu_ssh),
        tunnel_mb=median(lambda run: run.tunnel) / _MEGA,
        memory_mb=max(run.memory for run in runs.values()) / _MEGA,
        disk_mb=max(run.disk for run in runs.values()) / _MEGA,
        steps={
            step: median(lambda run, step=step: run.steps.get(step, 0.0))  # type: ignore[misc]
            for step in next(iter(runs.values())).steps
        },
    )


def table(rounds: Rounds) -> str:
    """The whole table of one setting."""
    trips = " and ".join(f"{trip:.1f} ms to the {side}" for side, trip in rounds.round_trips.items())
    lines = [
        "",
        f"{rounds.setting.words}: medians of {len(rounds.rounds)} rounds; select 1 takes {trips}",
        f"{'':<22}{'wall s':>8}{'least':>8}{'most':>8}{'ratio':>7}{'paired':>8}"
        f"{'tool':>8}{'source':>8}{'target':>8}{'ssh':>7}{'tunnel MB':>11}{'peak MB':>9}{'disk MB':>9}",
    ]
    for one in summaries(rounds):
        lines.append(
            f"{one.way:<22}{one.wall:>8.1f}{one.least:>8.1f}{one.most:>8.1f}{_both(one.ratio)}"
            f"{one.cpu_tool:>8.1f}{one.cpu_source:>8.1f}{one.cpu_target:>8.1f}{one.cpu_ssh:>7.1f}"
            f"{one.tunnel_mb:>11.1f}{one.memory_mb:>9.1f}{one.disk_mb:>9.1f}"
        )
        if one.critical is not None:
            off = f"  without {OFF_THE_PATH}"
            lines.append(f"{off:<22}{one.critical:>8.1f}{'':>16}{_both(one.critical_ratio)}")
    lines.append(
        "ratio: of the medians to the guides' way; paired: median of the ratios round by round. Tool,\n"
        "source, target, ssh: CPU seconds. Peak: all processes of the tool at once (PSS), most of all rounds."
    )
    for one in summaries(rounds):
        paired = _by_round(one.ratio)
        if one.critical_ratio is not None:
            paired += f" (without {OFF_THE_PATH} {_by_round(one.critical_ratio)})"
        steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in one.steps.items())
        lines.append(f"  {one.way}: {WORDS[one.way]}. Ratios by round {paired}. Seconds: {steps}.")
        if one.counted < one.runs:
            lines.append(f"    ONLY {one.counted} of {one.runs} runs went well.")
    if shares := proof_share(rounds):
        each = ", ".join(f"{share:.2f}" for share in shares)
        median = f"{statistics.median(shares):.2f} of the copy's time"
        lines.append(f"  The proof beside the copy costs {median} (by round {each}).")
    for number, some in enumerate(rounds.rounds):
        for run in some:
            for words in run.wrong[:5]:
                lines.append(f"  WRONG in round {number + 1}, {run.way}: {words}")
    return "\n".join(lines)


def _by_round(ratio: Ratio | None) -> str:
    return ", ".join(f"{one:.2f}" for one in ratio.paired) if ratio else "none"


def _both(ratio: Ratio | None) -> str:
    if ratio is None:
        return f"{'-':>7}{'-':>8}"
    return f"{ratio.of_medians:>7.2f}{ratio.median_paired:>8.2f}"
