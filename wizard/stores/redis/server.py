"""What a Redis tells of itself, as far as it may: managed services refuse some of these questions."""

from dataclasses import dataclass

from wizard.model.text import clean
from wizard.stores.redis.wire import Connection, ReplyError

MOST_DATABASES = 16
"""Asked for one by one where INFO is not allowed; the default of every Redis."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server's own facts. `engine` is "Redis", "Valkey" or what it calls itself; `release` (major, minor);
    `run` changes with each start of the process, and with it the order in which keys are scanned ("" where
    it is not told); `keys` are counts by logical database, keys that have expired but not yet gone included;
    bytes are 0 where not told, `most_memory` also where there is no limit."""

    engine: str
    version: str
    release: tuple[int, int]
    run: str
    cluster: bool
    keys: dict[int, int]
    memory: int
    most_memory: int
    eviction: str
    modules: tuple[str, ...]

    @property
    def words(self) -> str:
        """ "Valkey 8.1.3"."""
        return f"{self.engine} {self.version}".strip()


@dataclass(frozen=True, kw_only=True)
class Abilities:
    """Which newer commands a server knows: PEXPIRETIME (Redis 7.0), expiry of a hash's fields (Redis 7.4,
    Valkey 9), MEMORY USAGE (4.0, and often not allowed), SMISMEMBER (6.2), functions (7.0)."""

    expiry_time: bool
    field_expiry: bool
    memory_usage: bool
    many_members: bool
    functions: bool


def look(connection: Connection) -> Server:
    """Ask a server for its facts. Raises OSError, ReplyError."""
    told = connection.ask("INFO") or b""
    facts: dict[str, str] = {}
    modules: list[str] = []
    for line in told.decode(errors="replace").splitlines():
        name, found, value = line.partition(":")
        if name == "module":
            modules.append(clean(value.partition(",")[0].removeprefix("name="), limit=60))
        elif found:
            facts[name] = clean(value, limit=200)
    valkey = facts.get("valkey_version", "")
    version = valkey or facts.get("redis_version", "")
    engine = "Valkey" if valkey or facts.get("server_name") == "valkey" else "Redis"
    return Server(
        engine=engine,
        version=version,
        release=_release(version),
        run=facts.get("run_id", ""),
        cluster=facts.get("cluster_enabled") == "1" or facts.get("redis_mode") == "cluster",
        keys=_keyspace(facts) if told else _counted(connection),
        memory=_number(facts.get("used_memory")),
        most_memory=_number(facts.get("maxmemory")),
        eviction=facts.get("maxmemory_policy", ""),
        modules=tuple(sorted(modules)),
    )


def abilities(connection: Connection) -> Abilities:
    """Ask which commands it knows and allows, of a key that is not there. Raises OSError, ReplyError."""
    nobody = "offramp:nobody"
    answers = connection.pipe(
        [
            ("PEXPIRETIME", nobody),
            ("HPEXPIRETIME", nobody, "FIELDS", 1, "f"),
            ("MEMORY", "USAGE", nobody),
            ("SMISMEMBER", nobody, "m"),
            ("FUNCTION", "LIST"),
        ]
    )
    known = [not isinstance(answer, ReplyError) for answer in answers]
    return Abilities(
        expiry_time=known[0],
        field_expiry=known[1],
        memory_usage=known[2],
        many_members=known[3],
        functions=known[4],
    )


def milliseconds(answer: list[bytes]) -> int:
    """The answer of TIME as milliseconds since 1970."""
    return int(answer[0]) * 1000 + int(answer[1]) // 1000


def _release(version: str) -> tuple[int, int]:
    numbers = [_number(part) for part in version.split(".")[:2]]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _keyspace(facts: dict[str, str]) -> dict[int, int]:
    keys = {}
    for name, value in facts.items():
        if name.startswith("db") and name[2:].isdigit() and value.startswith("keys="):
            keys[int(name[2:])] = _number(value[5:].partition(",")[0])
    return keys


def _counted(connection: Connection) -> dict[int, int]:
    keys = {}
    for database in range(MOST_DATABASES):
        try:
            connection.select(database)
        except ReplyError:
            break
        if count := connection.call("DBSIZE"):
            keys[database] = count
    connection.select(0)
    return keys
