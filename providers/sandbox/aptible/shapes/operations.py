"""Operations and connections to the SSH portal as the deploy API shows them."""

from providers.sandbox.aptible.http import Json
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import PortalConnection, Resource
from providers.sandbox.aptible.shapes.base import Base

_BODY = (
    *("certificate", "command", "container_count", "container_size", "daily", "destination_region"),
    *("docker_ref", "enable_backups", "enable_pitr", "git_ref", "handle", "instance_profile", "interactive"),
    *("keep_final", "make_copy", "monthly", "mount_point", "pitr_days", "yearly"),
)
"""What of a request is shown again as it came."""


class OperationShapes(Base):
    """Everything below `/operations`."""

    def operation(self, operation: Operation, *, secrets: bool = False) -> Json:
        collection, number = operation.resource
        here = f"/operations/{operation.id}"
        body = operation.body
        scan = operation.code_scan_id
        shape = {
            **{name: body.get(name) for name in _BODY},
            "id": operation.id,
            "_type": "operation",
            "type": operation.type,
            "status": operation.status,
            "cancelled": operation.cancelled,
            "aborted": False,
            "disk_size": body.get("disk_size") or 0,
            "settings": body.get("settings") or {},
            "user_name": operation.user_email.partition("@")[0],
            "user_email": operation.user_email,
            "created_at": operation.created_at,
            "updated_at": operation.updated_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{operation.account_id}",
                resource=f"/{collection}/{number}",
                ssh_portal_connections=f"{here}/ssh_portal_connections",
                logs=f"{here}/logs",
                code_scan_result=f"/code_scan_results/{scan}" if scan else None,
            ),
        }
        if secrets:
            shape["env"] = body.get("env") or {}
            shape["sensitive_settings"] = body.get("sensitive_settings") or {}
        return shape

    def connection(self, connection: PortalConnection) -> Json:
        operation = self._world.operations[connection.operation_id]
        return {
            "id": connection.id,
            "_type": "ssh_portal_connection",
            "ssh_user": connection.user,
            "ssh_certificate_body": connection.certificate,
            "ssh_port_forward_socket": connection.socket,
            "ssh_pty": operation.type == "execute" and bool(operation.body.get("interactive")),
            "created_at": connection.created_at,
            "updated_at": connection.created_at,
            "_links": self.links(
                self=f"/ssh_portal_connections/{connection.id}",
                operation=f"/operations/{connection.operation_id}",
            ),
        }

    def _latest(self, resource: Resource, kind: str | None = None) -> Operation | None:
        """The newest operation of a resource, of one type or any."""
        fitting = [
            item
            for item in self._world.operations.values()
            if item.resource == resource and kind in {None, item.type}
        ]
        return fitting[-1] if fitting else None
