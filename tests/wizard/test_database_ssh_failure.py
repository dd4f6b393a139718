"""What the end of an `ssh` child means, and where the tunnel's URL leads."""

import psycopg
import pytest

from wizard.database.far_end import PostgresEnd
from wizard.database.ssh_failure import classify
from wizard.model.secret import Secret


@pytest.mark.parametrize(
    ("let_in", "code", "said", "do", "why"),
    [
        (False, 255, "u@h: Permission denied (publickey).\r\n", "fresh", "certificate"),
        (False, 1, "Access denied: invalid ACCESS_TOKEN\n", "fresh", "token"),
        (False, 255, "@@@\nHost key verification failed.\r\n", "stop", "host key"),
        (
            False,
            255,
            "No RSA host key is known for [h]:1\nHost key verification failed.\n",
            "stop",
            "host key",
        ),
        (False, 255, "ssh: connect to host h port 1: Connection refused\r\n", "retry", "connection refused"),
        (
            False,
            255,
            "bind [127.0.0.1]:9: Address already in use\nCould not request local forwarding.\n",
            "port",
            "port",
        ),
        (False, None, "", "retry", "does not answer"),
        (False, 255, "Bad configuration option: pubkeyacceptedalgorithms\n", "stop", "too old"),
        (True, 255, "", "retry", "broke"),
        (True, 255, "Connection to h closed by remote host.\r\n", "retry", "closed by remote host"),
        (True, 124, "Tunnel timed out\n", "retry", "time was over"),
        (True, -9, "", "retry", "broke"),
    ],
)
def test_failures_are_told_apart(let_in: bool, code: int | None, said: str, do: str, why: str) -> None:
    failure = classify(let_in=let_in, code=code, said=said, host="h")
    assert failure.do == do
    assert why in failure.why
    assert (failure.trouble is not None) == (do in ("stop", "fresh"))


def test_the_url_leads_to_loopback_with_tls() -> None:
    odd = Secret("postgresql://u%40x:p%2Fw%3F1@db.internal:1/n%20m?sslmode=disable&host=elsewhere")
    parts = psycopg.conninfo.conninfo_to_dict(PostgresEnd().local_url(odd, 4711).reveal())
    assert parts == {
        "user": "u@x",
        "password": "p/w?1",
        "host": "127.0.0.1",
        "port": "4711",
        "dbname": "n m",
        "sslmode": "require",
    }
