"""What databases the sandbox's Aptible offers: kinds and versions as its documentation lists them in 2026.

Which of them are real: postgresql (the wheel's 16 and 18; another major is served by the next higher one),
redis and mysql where their programs are on this machine. An elasticsearch keeps and counts documents (see
`providers.sandbox.elasticsearch`). All others are records with a listener that echoes.
"""

from providers.sandbox.aptible.records import DatabaseImage

_VERSIONS: dict[str, tuple[tuple[str, bool, str | None], ...]] = {
    "couchdb": (("2.3", False, "2023-01-31"), ("3.3", True, None), ("3.10", True, None)),
    "elasticsearch": (
        ("6.8", False, "2022-02-10"),
        ("7.10", True, None),
        ("8.9", True, None),
        ("8.12", True, None),
    ),
    "influxdb": (
        ("1.7", False, "2023-06-30"),
        ("1.8", True, None),
        ("1.11", True, None),
        ("2.7", True, None),
    ),
    "mongodb": (
        ("4.0", False, "2023-04-30"),
        ("5.0", False, "2024-10-31"),
        ("6.0", True, "2025-07-31"),
        ("7.0", True, None),
        ("8.0", True, None),
    ),
    "mysql": (("5.7", False, "2023-10-31"), ("8.0", True, "2026-04-30"), ("8.4", True, None)),
    "postgresql": (
        ("9.6", False, "2022-11-30"),
        ("10", False, "2023-02-28"),
        ("12", False, "2025-02-28"),
        ("13", False, "2026-02-28"),
        ("8", False, "2015-01-31"),
        ("14", True, "2027-02-28"),
        ("15", True, "2028-02-29"),
        ("17", True, "2030-02-28"),
        ("16", True, "2029-02-28"),
        ("18", True, None),
    ),
    "rabbitmq": (
        ("3.9", False, "2023-07-31"),
        ("3.12", True, None),
        ("3.13", True, None),
        ("4.1", True, None),
    ),
    "redis": (
        ("6.2", True, "2027-01-31"),
        ("7.0", False, "2025-07-31"),
        ("7.2", True, None),
        ("8.0", True, None),
        ("8.2", True, None),
    ),
    "sftp": (("latest", True, None),),
}
"""By kind: version, whether it is visible, and the day of its end of life."""

_DEFAULTS = {"postgresql": "16", "redis": "7.2", "mysql": "8.0"}

IMAGES: dict[int, DatabaseImage] = {
    number: DatabaseImage(number, kind, version, visible, _DEFAULTS.get(kind) == version, eol)
    for number, (kind, version, visible, eol) in enumerate(
        ((kind, *row) for kind, rows in _VERSIONS.items() for row in rows), start=11
    )
}
"""By id, in no useful order: clients have to sort versions themselves."""

CREDENTIALS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "couchdb": (("couchdb", "https", 443),),
    "elasticsearch": (("elasticsearch", "https", 443),),
    "influxdb": (("influxdb", "https", 443),),
    "mongodb": (("mongodb", "mongodb", 27017),),
    "mysql": (("mysql", "mysql", 3306),),
    "postgresql": (("postgresql", "postgresql", 5432),),
    "rabbitmq": (("rabbitmq", "amqps", 5671), ("management", "https", 443)),
    "redis": (("redis", "redis", 6379), ("redis+ssl", "rediss", 6380)),
    "sftp": (("sftp", "sftp", 22),),
}
"""By kind: the type of each credential, the scheme of its URL, the port of the real thing. The first is the
default one. Redis has two (documentation)."""

SHOWN_PORTS = {kind: port for rows in CREDENTIALS.values() for kind, _, port in rows}
