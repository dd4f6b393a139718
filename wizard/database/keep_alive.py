"""How soon a connection notices that the other side is gone."""

KEEP_ALIVE = {
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""libpq's parameters: seconds, and milliseconds for the last."""
