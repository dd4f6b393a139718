"""Settings of data services: names, defaults and choices as Heroku's recorded schemas have them
(`/postgres/v0/databases/{name}/config`, `/redis/v0/databases/{name}/config`); descriptions in own words."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from providers.sandbox.heroku.routes.gate import ApiError

Value = bool | int | str


class Setting(NamedTuple):
    """One that can be changed. `choices` are the values it may have, with what each means."""

    default: Value
    says: str
    choices: Mapping[str, str] | None = None


POSTGRES_SETTINGS: Final[Mapping[str, Setting]] = {
    "log_lock_waits": Setting(True, "Log waits for a lock that last a second."),
    "log_connections": Setting(True, "Log every new connection."),
    "log_min_duration_statement": Setting(2000, "Log statements that take as many milliseconds; -1: none."),
    "log_statement": Setting(
        "ddl",
        "Which statements are logged.",
        {"none": "None.", "ddl": "Those that change the schema.", "mod": "Those that change.", "all": "All."},
    ),
    "track_functions": Setting(
        "none",
        "Which functions' calls are counted.",
        {"none": "None.", "pl": "Those in procedural languages.", "all": "Those in SQL and C too."},
    ),
    "log_min_error_statement": Setting(
        "error",
        "From which severity on the statement is logged.",
        {"error": "Errors.", "log": "Messages.", "fatal": "Ended sessions.", "panic": "A stopped server."},
    ),
    "pgbouncer_max_client_conn": Setting(10_000, "Most clients of the pool."),
    "pgbouncer_max_db_connections": Setting(75, "Most connections of the pool to the database."),
    "pgbouncer_default_pool_size": Setting(75, "Connections of a role and a database."),
    "pgbouncer_server_idle_timeout": Setting(300, "Seconds after which an idle connection is closed."),
    "pgbouncer_min_pool_size": Setting(0, "Connections that are kept."),
    "data_connector_details_logs": Setting(False, "Log what a data connector does."),
    "auto_explain": Setting(False, "Log the plans of slow statements."),
    "auto_explain.log_format": Setting(
        "text",
        "In which form plans are logged.",
        {"text": "Text.", "xml": "XML.", "json": "JSON.", "yaml": "YAML."},
    ),
    "auto_explain.log_min_duration": Setting(-1, "Milliseconds from which on a plan is logged; -1: none."),
    "auto_explain.log_analyze": Setting(False, "Log the real times of a plan's steps."),
    "auto_explain.log_triggers": Setting(False, "Log what triggers took."),
    "auto_explain.log_buffers": Setting(False, "Log which buffers were used."),
    "auto_explain.log_verbose": Setting(False, "Log plans with all details."),
    "auto_explain.log_nested_statements": Setting(False, "Log statements within functions."),
}

KEY_VALUE_SETTINGS: Final[Mapping[str, Setting]] = {
    "maxmemory_policy": Setting(
        "noeviction",
        "What happens when the memory is full.",
        {
            "noeviction": "Writes are refused.",
            "allkeys-lru": "Keys go that were not used for longest.",
            "volatile-lru": "The same, among keys that expire.",
            "allkeys-random": "Any keys go.",
            "volatile-random": "Any keys go that expire.",
            "volatile-ttl": "Keys go that expire soonest.",
            "allkeys-lfu": "Keys go that are used least.",
            "volatile-lfu": "The same, among keys that expire.",
        },
    ),
    "notify_keyspace_events": Setting("", "Which changes of keys are told."),
    "timeout": Setting(300, "Seconds after which an idle connection is closed; 0: never."),
    "standby_segv_workaround": Setting(False, "Keep a standby from reading a broken file."),
}


def shown_settings(table: Mapping[str, Setting], values: Mapping[str, Value]) -> dict[str, Any]:
    """All settings with their values, their defaults and what they say."""
    shown: dict[str, Any] = {}
    for name, one in table.items():
        row = {"value": values.get(name, one.default), "desc": one.says, "default": one.default}
        shown[name] = row if one.choices is None else {**row, "values": dict(one.choices)}
    return shown


def change_settings(
    table: Mapping[str, Setting], values: dict[str, Value], changes: Mapping[str, Any]
) -> None:
    """Take `changes` over into `values`, all or, by an ApiError, none."""
    for name, value in changes.items():
        one = table.get(name)
        good = one is not None and type(value) is type(one.default)
        if not good or (one is not None and one.choices is not None and value not in one.choices):
            raise ApiError(422, "invalid_params", f"Invalid value for {name[:60]}.")
    values.update(changes)
