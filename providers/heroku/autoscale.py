"""Autoscaling, which the Platform API does not tell: monitors of api.metrics.heroku.com.

Undocumented: `GET /apps/{app id}/formation/web/monitors`, entries with `action_type` "scale" (heroku/cli
ps:autoscale, and the Terraform provider herokux).
"""

import urllib.parse
from collections.abc import Iterable
from typing import Any, Final

from providers.heroku.answers import Gone
from providers.heroku.client import Client
from providers.heroku.fields import flag, number, text
from wizard.model.system import Autoscale

HOST: Final = "metrics"


def may_scale(formation: Iterable[Any]) -> bool:
    """Whether Heroku could be scaling an app of Cedar: it scales web only, and not from zero."""
    return any(text(row, "type") == "web" and number(row, "quantity") for row in formation)


async def read_autoscale(client: Client, app_id: str) -> Autoscale | None:
    """The autoscaling of web that is on; None when there is none. Raises Trouble, `no-address` where it
    is not known who tells it beside another API than Heroku's own."""
    try:
        path = f"/apps/{urllib.parse.quote(app_id, safe='')}/formation/web/monitors"
        rows = await client.get(path, host=HOST)
    except Gone:
        return None
    for row in rows if isinstance(rows, list) else []:
        if text(row, "action_type") == "scale" and flag(row, "is_active"):
            return Autoscale(
                least=number(row, "min_quantity") or 0,
                most=number(row, "max_quantity") or 0,
                p95_ms=number(row, "value"),
            )
    return None
