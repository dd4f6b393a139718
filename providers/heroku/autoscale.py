"""Autoscaling, which the Platform API does not tell: monitors of api.metrics.heroku.com.

Undocumented: `GET /apps/{app id}/formation/web/monitors`, entries with `action_type` "scale" (heroku/cli
ps:autoscale, and the Terraform provider herokux).
"""

import urllib.parse

from providers.heroku.answers import Gone
from providers.heroku.app_reading import AppReading
from providers.heroku.client import Client
from providers.heroku.fields import number, text
from wizard.model.system import Gap

HOST = "metrics"


def may_scale(one: AppReading) -> bool:
    """Whether Heroku could be scaling this app: only web is, and only on Cedar."""
    return any(text(row, "type") == "web" and number(row, "quantity") for row in one.formation)


async def autoscale_gaps(client: Client, one: AppReading) -> list[Gap]:
    """What must be known of an app that Heroku scales by itself; nothing when it does not.

    Raises:
        Trouble: the monitors cannot be read.
    """
    mark, name = text(one.row, "id"), text(one.row, "name")
    try:
        path = f"/apps/{urllib.parse.quote(mark, safe='')}/formation/web/monitors"
        rows = await client.get(path, host=HOST)
    except Gone:
        return []
    for row in rows if isinstance(rows, list) else []:
        if text(row, "action_type") == "scale" and isinstance(row, dict) and row.get("is_active") is True:
            low, high = number(row, "min_quantity"), number(row, "max_quantity")
            between = f" between {low} and {high} dynos" if low is not None and high is not None else ""
            return [
                Gap(
                    key=f"autoscale:{mark}",
                    kind="acknowledge",
                    app_id=mark,
                    question=f"Heroku scales web of {name} by itself{between}.",
                    why="Turn autoscaling off in the dashboard before the cut-over: it may start dynos again "
                    "that Offramp has stopped. The target gets the number of dynos that run now.",
                )
            ]
    return []
