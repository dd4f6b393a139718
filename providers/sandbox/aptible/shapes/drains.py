"""Log drains and metric drains as the deploy API shows them."""

from providers.sandbox.aptible.http import Json
from providers.sandbox.aptible.records import Drain
from providers.sandbox.aptible.shapes.base import Base

_SECRET = ("drain_username", "drain_password", "url", "logging_token")


class DrainShapes(Base):
    """Everything below `/log_drains` and `/metric_drains`."""

    def drain(self, drain: Drain, *, secrets: bool) -> Json:
        return self._log(drain, secrets) if drain.collection == "log_drains" else self._metric(drain, secrets)

    def _log(self, drain: Drain, secrets: bool) -> Json:
        fields = drain.fields
        nothing = ("certificate", "docker_name", "instance_id", "host")
        return {
            **self._common(drain),
            **{f"gentlemanjerry_{name}": None for name in nothing},
            "gentlemanjerry_port_mapping": [],
            "gentlemanjerry_allocation": [],
            "drain_host": str(fields.get("drain_host") or ""),
            "drain_port": int(fields.get("drain_port") or 0),
            **{
                f"drain_{what}": bool(fields.get(f"drain_{what}", True))
                for what in ("apps", "databases", "ephemeral_sessions", "proxies")
            },
            **({name: fields.get(name) for name in _SECRET} if secrets else {}),
        }

    def _metric(self, drain: Drain, secrets: bool) -> Json:
        nothing = ("ca_certificate", "ca_private_key_blob", "host", "instance_id", "docker_name")
        return {
            **self._common(drain),
            **{f"aggregator_{name}": None for name in nothing},
            "aggregator_port_mapping": [],
            "aggregator_allocation": [],
            **({"drain_configuration": drain.fields.get("drain_configuration") or {}} if secrets else {}),
        }

    def _common(self, drain: Drain) -> Json:
        here = f"/{drain.collection}/{drain.id}"
        database = drain.fields.get("database_id")
        return {
            "id": drain.id,
            "_type": drain.collection.removesuffix("s"),
            "handle": drain.handle,
            "drain_type": drain.drain_type,
            "status": drain.status,
            "created_at": drain.created_at,
            "updated_at": drain.created_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{drain.account_id}",
                operations=f"{here}/operations",
                database=f"/databases/{database}" if database else None,
            ),
        }
