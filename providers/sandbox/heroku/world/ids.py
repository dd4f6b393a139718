"""Ids and times in Heroku's forms."""

import random
import uuid
from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=50_000)
def _id(key: str) -> str:
    return str(uuid.UUID(int=random.Random(key).getrandbits(128), version=4))


def stable_id(*key: str) -> str:
    """A UUID that is the same for the same key at every start, so that saved sessions find their apps."""
    return _id("/".join(key))


def now() -> str:
    """The time in Heroku's form, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
