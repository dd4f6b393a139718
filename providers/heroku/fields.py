"""Reading fields of Heroku's JSON, which may be null, missing or of another shape than the schema says."""

from typing import Any

from wizard.model.trouble import Trouble


def text(value: Any, *path: str) -> str:
    """The text at `path` below `value`; "" when there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def number(value: Any, *path: str) -> int | None:
    """The whole number at `path` below `value`, also when it comes as a text; None when there is none, or one
    that is larger than anything there is to count."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        # Beyond 2**53 spreadsheets and other readers of JSON have no whole numbers.
        return int(value) if abs(value) <= 2**53 else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return None


def texts(value: Any, name: str) -> tuple[str, ...]:
    """The texts in the list `name` of `value`."""
    found = value.get(name) if isinstance(value, dict) else None
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def needed(value: Any, name: str, *, of: str) -> str:
    """The text `name` of `value`, which no use can be made of without.

    Raises:
        Trouble: it is not there; `of` says what of.
    """
    found = text(value, name)
    if not found:
        raise Trouble(
            f"Heroku names {of} without {name}.",
            remedy="Try again; if it stays so, Heroku's API has changed: tell the makers of Offramp.",
            code="not-the-api",
        )
    return found


def name_or_text(value: Any, name: str) -> str:
    """`{"name": …}` or a plain text under `name`: `generation` and `plan` come as either."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else text(found, "name")


def monthly_cents(price: Any) -> int | None:
    """US cents a month of a price or cost object; None for prices by contract and where none is given."""
    cents = number(price, "cents")
    if cents is None or (isinstance(price, dict) and price.get("contract") is True):
        return None
    # Heroku bills a month of 720 hours at most (plan prices in hours are shown so on its price pages).
    return cents * 720 if text(price, "unit") == "hour" else cents


def flag(value: Any, *path: str) -> bool:
    """Whether `true` stands at `path` below `value`, and nothing like it."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value is True


def objects(value: Any, name: str) -> list[dict[str, Any]]:
    """The objects in the list `name` of `value`."""
    found = value.get(name) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
