"""How soon a connection notices that the other side is gone."""

KEEP_ALIVE = {
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""libpq's parameters, in seconds. No user timeout: on Linux it also ends a connection whose server takes no
row for so long, being busy."""

FOR_QUESTIONS = KEEP_ALIVE | {"tcp_user_timeout": 30_000}
"""The same for one that sends little; milliseconds for the last."""
