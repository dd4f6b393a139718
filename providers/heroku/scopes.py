"""What a token may read: OAuth scopes, learned from refusals.

Heroku's scopes (documentation of 2024): `global` everything, `identity` the account, `read` and `write` apps
without config vars, `read-protected` and `write-protected` apps with them. Whether the data API, kolkrabbi,
particleboard and metrics take anything but `global` is not documented: that is a guess.
"""

from typing import Final, NamedTuple

_PROTECTED: Final = frozenset({"config-vars", "config"})
_UNDOCUMENTED: Final = frozenset({"data", "particleboard", "metrics", "kolkrabbi", "dataclips", "git"})


class Scope(NamedTuple):
    """The least scope that a request needs, and all that will do, for a sentence."""

    least: str
    sentence: str


def wanted_scope(verb: str, host: str, path: str) -> Scope:
    """What a token needs at least to ask `host` for `path`."""
    parts = path.partition("?")[0].strip("/").split("/")
    if host in _UNDOCUMENTED:
        return Scope("global", "global")
    if verb != "GET":
        return Scope("write-protected", "global or write-protected")
    if parts[0] == "account":
        return Scope("identity", "global or identity")
    if _PROTECTED & set(parts):
        return Scope("read-protected", "global, read-protected or write-protected")
    return Scope("read", "global, read or read-protected")
