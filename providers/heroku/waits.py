"""How long to wait: before a read is tried again, and after a refusal, which may say anything about it."""

import email.utils
import random
from collections.abc import Mapping


def backoff(attempt: int) -> float:
    """Seconds to wait before a read is tried once more; spread, so that many do not come back together."""
    return float(min(8.0, 0.4 * 2 ** (attempt - 1)) * random.uniform(0.75, 1.25))  # noqa: S311 - no secret


def remaining(headers: Mapping[str, str]) -> int | None:
    """What an answer says is left in the account's bucket, None where it says nothing that can be."""
    left = headers.get("ratelimit-remaining", "")
    return int(left) if left.isascii() and left.isdigit() and len(left) < 10 else None


def pause_after(headers: Mapping[str, str], attempt: int) -> float:
    """Seconds to wait after a 429, as it says, or longer each time where it does not say so."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        # "0" comes from gateways, and would be asked again at once, for ever.
        return max(1.0, float(said[:9]))
    until, now = _moment(said), _moment(headers.get("date", ""))
    if until is not None and now is not None:
        return max(1.0, until - now)
    return min(60.0, 2.0**attempt)


def _moment(date: str) -> float | None:
    """An HTTP date in seconds. Both dates are the server's: this machine's clock may be wrong."""
    try:
        return email.utils.parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
