"""Numbers for people: units, honest precision, and ~ before every estimate and before nothing else."""

import pytest

from screens import quantities as q


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 KB"), (23_400_000_000, "23.4 GB"), (812_000_000, "812 MB")],
)
def test_sizes_have_three_digits(count: int, words: str) -> None:
    assert q.size(count) == words


def test_an_estimate_is_marked_and_a_passed_one_is_dropped() -> None:
    assert q.sizes(0, 22_900_000_000) == "~22.9 GB"
    assert q.sizes(14_100_000_000, 22_900_000_000) == "14.1 of ~22.9 GB"
    assert q.sizes(900_000_000, 22_900_000_000) == "900 MB of ~22.9 GB"
    assert q.sizes(23_000_000_000, 22_900_000_000) == "23.0 GB"
    assert q.numbers(81_200_000, 132_000_000) == "81.2 of ~132 M"
    assert q.numbers(800_000, 1_200_000) == "800,000 of ~1.2 M"
    assert q.numbers(3, 7) == "3 of ~7"
    assert q.numbers(0, 7) == "~7"
    assert q.numbers(9, 7) == "9"


def test_a_share_is_never_whole_before_the_end() -> None:
    assert q.percent(999, 1_000) == 99
    assert q.percent(5_000, 1_000) == 99
    assert q.percent(1, 0) is None


def test_durations() -> None:
    assert [q.duration(s) for s in (0, 119, 120, 3_600, 4_320, 200_000)] == [
        "0 s",
        "119 s",
        "2 min",
        "1 h",
        "1 h 12 min",
        "2 d 7 h",
    ]
    assert [q.exact(s) for s in (0.42, 48, 724, 9_000)] == ["0.4 s", "48 s", "12 min 04 s", "2 h 30 min"]


def test_expected_spans_are_estimates() -> None:
    assert q.span(1_440, 1_860) == "~24 to 31 min"
    assert q.span(40, 180) == "~40 s to 3 min"
    assert q.span(5, 5) == "~5 s"
    assert q.span(0, 1) == "up to ~1 s"
    assert q.span(60, 4_440) == "~60 s to 1 h 14 min"


def test_rates_have_two_digits() -> None:
    assert [q.rate(r) for r in (40, 4_100, 41_300_000, 123_000_000)] == [
        "40 B/s",
        "4.1 KB/s",
        "41 MB/s",
        "123 MB/s",
    ]
