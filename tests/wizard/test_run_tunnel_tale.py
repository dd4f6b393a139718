"""What a tunnel goes through is told once for each change."""

from wizard.database.progress import TunnelHealth
from wizard.run.tunnel_tale import TunnelTale


def told(*health: TunnelHealth) -> list[str]:
    sentences: list[str] = []
    tale = TunnelTale("shop-db", sentences.append)
    for now in health:
        tale.heard(now)
    return sentences


UP = TunnelHealth(state="up", round_trip_ms=3.0)


def test_signs_of_life_are_no_news() -> None:
    assert told(TunnelHealth(state="connecting"), UP, UP, UP) == ["The tunnel to shop-db is open"]


def test_a_break_and_its_end_are_told() -> None:
    said = told(
        UP,
        TunnelHealth(state="broken", reason="connection refused, trying again in 2 s"),
        TunnelHealth(state="connecting", reason="connection refused"),
        TunnelHealth(state="broken", reason="connection refused, trying again in 4 s"),
        TunnelHealth(state="broken", reason="the portal refused the access token"),
        UP,
    )
    assert said[1:3] == [
        "The tunnel to shop-db is down: connection refused",
        "The tunnel to shop-db is down: the portal refused the access token",
    ]
    assert said[3].startswith("The tunnel to shop-db is open again after ")
    assert len(said) == 4


def test_one_that_never_was_open_is_not_said_to_be_down() -> None:
    said = told(TunnelHealth(state="broken", reason="fetch failed, trying again in 2 s"), UP)
    assert said[0] == "The tunnel to shop-db does not open yet, and is tried again: fetch failed"
    assert said[1] == "The tunnel to shop-db is open"


def test_older_signatures_are_said_aloud_once() -> None:
    older = TunnelHealth(state="up", older_algorithms=True)
    said = told(older, TunnelHealth(state="broken", reason="gone"), older)
    assert sum("ssh-rsa" in sentence for sentence in said) == 1
    assert "ssh-rsa" in said[0]


def test_a_narrow_one_and_one_that_others_reach_are_said_once() -> None:
    narrow = TunnelHealth(state="up", way="codecaps", most_connections=1, warning="port 5433 is open on ::")
    said = told(narrow, TunnelHealth(state="broken", reason="gone"), narrow)
    assert said[0] == "The tunnel to shop-db is open, by codecaps"
    assert "carries 1 connection at a time" in said[1] and "open on ::" in said[2]
    assert said[4].endswith(", by codecaps") and len(said) == 5
