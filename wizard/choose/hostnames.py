"""Custom domains that a target takes no more of, by what it says of one app."""

from collections.abc import Sequence

from wizard.ports import Capabilities


def is_apex(hostname: str) -> bool:
    """Whether it looks like the top of a zone, as far as the name tells."""
    return hostname.count(".") < 2


def too_many(hostnames: Sequence[str], can: Capabilities) -> dict[str, str]:
    """Those of an app's host names that go beyond what the target takes, each with the reason, in words that
    follow its name. A wildcard that it does not take at all counts to none of them."""
    named = [one for one in hostnames if can.wildcard_domains or not one.startswith("*.")]
    most, most_roots = can.max_domains, can.max_root_domains
    if most_roots is None:
        return {} if most is None else dict.fromkeys(named[most:], f"an app has at most {most} domains there")
    roots = [hostname for hostname in named if is_apex(hostname)]
    others = [hostname for hostname in named if not is_apex(hostname)]
    words = f"a capsule has {most_roots} root domain there, and this is one more"
    found = dict.fromkeys(roots[most_roots:], words)
    if most is not None:
        below = most - most_roots
        found |= dict.fromkeys(others[below:], f"a capsule has at most {below} subdomains there")
    return found
