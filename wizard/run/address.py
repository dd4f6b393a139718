"""A config var's value with the address of a moved app in it: the new address in the old one's place."""

import re
from urllib.parse import urlsplit

_SECURE = {"http": "https", "ws": "wss", "https": "https", "wss": "wss"}
_PLAIN = {scheme: scheme.removesuffix("s") for scheme in _SECURE}


def moved_address(value: str, old: str, new: str) -> str:
    """`value` with each mention of the address `old` (a URL) replaced by `new` (a URL).

    With a scheme before it (http, https, ws, wss) it becomes the like scheme of `new`; a bare host stays a
    bare host. A path, a port of another meaning or other hosts in a list stay as they are.
    """
    before, after = urlsplit(old), urlsplit(new)
    schemes = _SECURE if after.scheme == "https" else _PLAIN
    default = {"https": ":443", "http": ":80"}.get(before.scheme, "")
    host = re.escape(before.netloc)
    port = f"(?:{re.escape(default)})?" if default and before.port is None else ""
    pattern = re.compile(
        # Not in the middle of a longer name, nor before one; an address in a query is escaped (%2F%2F).
        rf"(?:(?P<scheme>https?|wss?)://)?(?:(?<![\w.-])|(?<=%2f)){host}{port}(?![\w-]|\.\w|:\d)",
        re.IGNORECASE,
    )

    def put(match: re.Match[str]) -> str:
        scheme = match["scheme"]
        return f"{schemes[scheme.lower()]}://{after.netloc}" if scheme else after.netloc

    return pattern.sub(put, value)
