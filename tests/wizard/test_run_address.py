"""The new address in the old one's place, however the old one was written."""

import pytest

from wizard.run.address import moved_address

OLD = "https://back-1f2e.herokuapp.com/"
NEW = "https://app-12.on-aptible.com"


@pytest.mark.parametrize(
    ("value", "moved"),
    [
        ("https://back-1f2e.herokuapp.com", "https://app-12.on-aptible.com"),
        ("https://back-1f2e.herokuapp.com/api/?a=b", "https://app-12.on-aptible.com/api/?a=b"),
        ("http://back-1f2e.herokuapp.com/x", "https://app-12.on-aptible.com/x"),
        ("wss://back-1f2e.herokuapp.com/cable", "wss://app-12.on-aptible.com/cable"),
        ("ws://back-1f2e.herokuapp.com/cable", "wss://app-12.on-aptible.com/cable"),
        ("back-1f2e.herokuapp.com", "app-12.on-aptible.com"),
        ("localhost,back-1f2e.herokuapp.com,.acme.example", "localhost,app-12.on-aptible.com,.acme.example"),
        ("HTTPS://Back-1F2E.HerokuApp.com:443/p", "https://app-12.on-aptible.com/p"),
        ('["https://back-1f2e.herokuapp.com"]', '["https://app-12.on-aptible.com"]'),
        ("//back-1f2e.herokuapp.com/x", "//app-12.on-aptible.com/x"),
        (
            "https://id.example/?to=https%3A%2F%2Fback-1f2e.herokuapp.com%2Fcb",
            "https://id.example/?to=https%3A%2F%2Fapp-12.on-aptible.com%2Fcb",
        ),
        ("user@back-1f2e.herokuapp.com", "user@app-12.on-aptible.com"),
    ],
)
def test_each_mention_is_replaced(value: str, moved: str) -> None:
    assert moved_address(value, OLD, NEW) == moved


@pytest.mark.parametrize(
    "value",
    [
        "",
        "https://other-back-1f2e.herokuapp.com",
        "https://my.back-1f2e.herokuapp.com",
        "https://back-1f2e.herokuapp.com.evil.example",
        "https://back-1f2e.herokuapp.com:8443",
        "back-1f2e.herokuapp.community",
    ],
)
def test_another_host_is_left_alone(value: str) -> None:
    assert moved_address(value, OLD, NEW) == value


def test_a_plain_address_with_a_port() -> None:
    assert moved_address("http://127.0.0.1:31/x", "http://127.0.0.1:31/", "http://127.0.0.1:40") == (
        "http://127.0.0.1:40/x"
    )
    assert moved_address("http://127.0.0.1:310/", "http://127.0.0.1:31/", "http://127.0.0.1:40") == (
        "http://127.0.0.1:310/"
    )
