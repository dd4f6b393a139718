"""Heroku's way of handing out long lists: `Range: id ..; max=200`, 206, `Next-Range`.

What Heroku does between rows of one value (builds of one second) no source tells. Here their ids decide, and
`Next-Range` names the last one's behind a comma, so that no row is lost where a page ends among them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.routes.gate import ApiError

Row = dict[str, Any]

_RANGE = re.compile(r"\s*(?P<by>\w+)\s+(?P<after>\]?)(?P<start>.*?)\.\.(?P<end>[^;]*)(?:;(?P<options>.*))?$")


@dataclass
class Pages:
    """How long a page is when the client does not say, and at most."""

    default: int = 200
    largest: int = 1000

    def answer(self, request: web.Request, rows: Sequence[Row], *by: str) -> web.Response:
        """Answer with the part of `rows` that the Range header names.

        Args:
            by: names of the fields it may name; the first is the order without a header.

        Raises:
            ApiError: 416, the range is not understood or names another field.
        """
        accepted = by or ("id",)
        said = request.headers.get("Range", "") or f"{accepted[0]} .."
        match = _RANGE.match(said)
        if match is None or match["by"] not in accepted:
            raise ApiError(
                416, "range_not_satisfiable", f"Invalid `Range` header, use {', '.join(accepted)}."
            )
        options = dict(
            part.strip().split("=", 1) for part in re.split("[,;]", match["options"] or "") if "=" in part
        )
        most = min(int(options["max"]) if options.get("max", "").isdigit() else self.default, self.largest)
        field, down = match["by"], options.get("order") == "desc"
        if rows and field == "id" and field not in rows[0]:
            # Some clients ask for everything by id; a list whose rows have none is whole, in its own order.
            return web.json_response(list(rows), headers={"Accept-Ranges": ", ".join(accepted)})
        inside = (row for row in rows if _inside(row, field, match))
        chosen = sorted(inside, key=lambda row: (_value(row, field), _id(row)))
        if down:
            chosen.reverse()
        page = chosen[: max(1, most)]
        headers = {"Accept-Ranges": ", ".join(accepted)}
        if page:
            headers["Content-Range"] = f"{field} {_value(page[0], field)}..{_value(page[-1], field)}"
        if len(page) == len(chosen):
            return web.json_response(page, headers=headers)
        order = "order=desc, " if down else ""
        last, following = page[-1], chosen[len(page)]
        tied = f",{_id(last)}" if _value(last, field) == _value(following, field) else ""
        headers["Next-Range"] = (
            f"{field} ]{_value(last, field)}{tied}..{match['end'].strip()}; {order}max={most}"
        )
        return web.json_response(page, status=206, headers=headers)


def _value(row: Row, field: str) -> Any:
    """Builds are ordered by `started_at`, which their schema does not show: they start when they are made."""
    return row[field] if field in row else row["created_at"]


def _id(row: Row) -> str:
    return str(row.get("id", ""))


def _inside(row: Row, field: str, match: re.Match[str]) -> bool:
    value, end = _value(row, field), match["end"].strip()
    start, _, last = match["start"].strip().partition(",")
    # In descending order the start is the upper end.
    sign = -1 if "order=desc" in (match["options"] or "") else 1
    if start and (compared := _compare(value, start) * sign) <= 0:
        beyond = bool(last) and _compare(_id(row), last) * sign > 0
        if compared < 0 or (match["after"] and not beyond):
            return False
    return not end or _compare(value, end) * sign <= 0


def _compare(value: Any, bound: str) -> int:
    if isinstance(value, int):
        number = int(bound) if bound.isdigit() else 0
        return (value > number) - (value < number)
    return (str(value) > bound) - (str(value) < bound)
