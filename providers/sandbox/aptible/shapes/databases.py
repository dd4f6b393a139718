"""Databases, their images, credentials, disks and backups as the deploy API shows them."""

from providers.sandbox.aptible.databases.images import SHOWN_PORTS
from providers.sandbox.aptible.http import Json
from providers.sandbox.aptible.records import Backup, Credential, Database, DatabaseImage
from providers.sandbox.aptible.shapes.base import MADE
from providers.sandbox.aptible.shapes.operations import OperationShapes


class DatabaseShapes(OperationShapes):
    """Everything below `/databases` and `/database_images`."""

    def database_image(self, image: DatabaseImage) -> Json:
        return {
            "id": image.id,
            "_type": "database_image",
            "type": image.type,
            "version": image.version,
            "description": f"{image.type} {image.version}",
            "docker_repo": f"quay.io/aptible/{image.type}",
            "default": image.default,
            "visible": image.visible,
            "discoverable": image.visible,
            "eol_at": image.eol_at,
            "pitr_supported": image.type == "postgresql" and image.visible,
            "created_at": MADE,
            "updated_at": MADE,
            "_links": self.links(self=f"/database_images/{image.id}"),
        }

    def database(self, database: Database, *, embedded: bool, secrets: bool) -> Json:
        here = f"/databases/{database.id}"
        related = ("operations", "database_credentials", "backups", "configurations", "dependents")
        ports = database.server.ports if database.server else {}
        shape: Json = {
            **dict.fromkeys(("current_kms_arn", "pitr_bucket", "oldest_pitr_time")),
            "id": database.id,
            "_type": "database",
            "handle": database.handle,
            "type": database.image.type,
            "provisioned": database.status == "provisioned",
            "status": database.status,
            "docker_repo": f"quay.io/aptible/{database.image.type}",
            "port_mapping": [[SHOWN_PORTS.get(kind, 0), port] for kind, port in ports.items()],
            "initial_disk_size": database.disk_gb,
            "initial_container_size": database.container_mb,
            "enable_backups": database.enable_backups,
            "enable_pitr": database.enable_pitr,
            "pitr_status": "supported" if database.image.type == "postgresql" else "unsupported",
            "created_at": database.created_at,
            "updated_at": database.created_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{database.account_id}",
                database_image=f"/database_images/{database.image.id}",
                service=f"/services/{database.service_id}",
                disk=f"/disks/{database.disk_id}",
                **{name: f"{here}/{name}" for name in related},
            ),
        }
        if secrets:
            shape["connection_url"] = database.credentials[0].url or None
            shape["passphrase"] = None
        if embedded:
            done = self._latest(("databases", database.id))
            shape["_embedded"] = {
                "database_credentials": [
                    self.credential(database, credential, secrets=secrets)
                    for credential in database.credentials
                    if credential.url
                ],
                "disk": self.disk(database),
                **({"last_operation": self.operation(done)} if done else {}),
            }
        return shape

    def credential(self, database: Database, credential: Credential, *, secrets: bool) -> Json:
        here = f"/database_credentials/{credential.id}"
        shape: Json = {
            "id": credential.id,
            "_type": "database_credential",
            "type": credential.type,
            "default": credential.default,
            "created_at": database.created_at,
            "updated_at": database.created_at,
            "_links": self.links(
                self=here, database=f"/databases/{database.id}", operations=f"{here}/operations"
            ),
        }
        if secrets:
            shape["connection_url"] = credential.url
        return shape

    def database_service(self, database: Database) -> Json:
        """The one service of a database; what an endpoint of a database hangs on."""
        here = f"/services/{database.service_id}"
        return {
            **dict.fromkeys(("docker_repo", "docker_ref", "stop_timeout")),
            "id": database.service_id,
            "_type": "service",
            "handle": database.handle,
            "process_type": database.image.type,
            "command": "",
            "container_count": 1,
            "container_memory_limit_mb": database.container_mb,
            "instance_class": f"{database.profile}5",
            "force_zero_downtime": False,
            "naive_health_check": False,
            "restart_free_scaling": False,
            "created_at": database.created_at,
            "updated_at": database.created_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{database.account_id}",
                database=f"/databases/{database.id}",
                vhosts=f"{here}/vhosts",
                operations=f"{here}/operations",
            ),
        }

    def disk(self, database: Database) -> Json:
        stack = self._world.accounts[database.account_id].stack
        return {
            **dict.fromkeys(("host", "device", "ec2_instance_id", "current_kms_arn")),
            "id": database.disk_id,
            "_type": "disk",
            "handle": database.handle,
            "ebs_volume_id": f"vol-{database.disk_id:017x}",
            "ebs_volume_type": database.volume_type,
            "filesystem": "ext4",
            "key_bytes": 32,
            "size": database.disk_gb,
            "provisioned_iops": database.iops,
            "baseline_iops": 3000,
            "availability_zone": f"{stack.region}a",
            "attached": database.status == "provisioned",
            "created_at": database.created_at,
            "updated_at": database.created_at,
            "_links": self.links(
                self=f"/disks/{database.disk_id}",
                account=f"/accounts/{database.account_id}",
                database=f"/databases/{database.id}",
            ),
        }

    def backup(self, backup: Backup, *, embedded: bool = False) -> Json:
        here = f"/backups/{backup.id}"
        there = backup.database_id in self._world.databases
        shape: Json = {
            "id": backup.id,
            "_type": "backup",
            "aws_snapshot_id": f"snap-{backup.id:017x}",
            "aws_region": backup.region,
            "database_handle": backup.database_handle,
            "kms_arn": None,
            "size": backup.size_gb,
            "manual": backup.manual,
            "created_at": backup.created_at,
            "updated_at": backup.created_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{backup.account_id}",
                database=f"/databases/{backup.database_id}" if there else None,
                database_image=f"/database_images/{backup.image.id}",
                copies=f"{here}/copies",
                operations=f"{here}/operations",
            ),
        }
        if embedded:
            shape["_embedded"] = {}
        return shape
