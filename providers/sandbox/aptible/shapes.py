"""Records as the deploy API shows them: the fields of its OpenAPI document, links by absolute address."""

from providers.sandbox.aptible.git_server import WITH_KEY
from providers.sandbox.aptible.http import Json
from providers.sandbox.aptible.portal import Portal
from providers.sandbox.aptible.world import (
    INTERNAL_DOMAIN,
    ORGANIZATION,
    Account,
    App,
    Database,
    Image,
    Operation,
    PortalConnection,
    Service,
    Stack,
    Vhost,
    World,
)

MADE = "2024-01-15T09:00:00.000Z"
PERMISSIONS = ("admin", "read", "deploy", "observability", "sensitive", "tunnel", "destroy")
DATABASE_IMAGES = {
    # What the wheel of the sandbox can really start; id, then major version.
    11: "16",
    12: "18",
}


class Shapes:
    """Makes JSON of records. `api` and `auth` are the roots that links begin with."""

    def __init__(self, world: World, portal: Portal) -> None:
        self.api = ""
        self.auth = ""
        self.git_port = 0
        self._world = world
        self._portal = portal

    def links(self, /, **related: str | None) -> Json:
        """Links below the API's root; a full address stays as it is."""
        return {
            name: {"href": path if path.startswith("http") else f"{self.api}{path}"}
            for name, path in related.items()
            if path is not None
        }

    def root(self) -> Json:
        names = ("accounts", "apps", "databases", "database_images", "stacks")
        return {"_links": self.links(**{name: f"/{name}" for name in names}, self="/")}

    def stack(self, stack: Stack) -> Json:
        keys = self._portal.public_host_keys()
        owner = f"{self.auth}/organizations/{stack.organization}" if stack.organization else None
        return {
            "id": stack.id,
            "_type": "stack",
            "name": stack.name,
            "version": "v2",
            "region": stack.region,
            "default": stack.default,
            "public": stack.organization is None,
            "created_at": MADE,
            "updated_at": MADE,
            "ssh_host_dsa_public_key": "",
            "ssh_host_rsa_public_key": keys["rsa"],
            "ssh_host_ecdsa_public_key": keys["ecdsa"],
            "ssh_portal_host": "127.0.0.1",
            "ssh_portal_port": self._portal.port,
            "outbound_ip_addresses": ["192.0.2.17", "192.0.2.18"],
            "memory_limits": True,
            "cpu_limits": True,
            "intrusion_detection": False,
            "expose_intrusion_detection_reports": False,
            "account_id": None,
            "vpc_id": "vpc-0a1b2c3d4e5f60718",
            "internal_domain": INTERNAL_DOMAIN,
            "default_domain": "on-aptible.com",
            "brickwall_enabled": False,
            "vpc_cidr": "10.20.0.0/16",
            "_links": self.links(
                self=f"/stacks/{stack.id}", accounts=f"/stacks/{stack.id}/accounts", organization=owner
            ),
        }

    def account(self, account: Account, *, embedded: bool) -> Json:
        here = f"/accounts/{account.id}"
        apps = [app for app in self._world.apps.values() if app.account_id == account.id]
        databases = [item for item in self._world.databases.values() if item.account_id == account.id]
        services = [service for app in apps for service in self._world.services_of(app.id)]
        containers = sum(service.count for service in services)
        nothing = ("syslog_host", "syslog_port", "bastion_host", "sweetness_stack_version", "ca_body")
        unused = ("gentlemanjerry_endpoint", "gentlemanjerry_certificate", "gentlemanjerry_docker_name")
        shape: Json = {
            **dict.fromkeys((*nothing, *unused, "gentlemanjerry_instance_id")),
            "id": account.id,
            "_type": "account",
            "type": account.type,
            "name": account.handle,
            "handle": account.handle,
            "onboarding_status": "completed",
            "number": str(account.id),
            "activated": True,
            "bastion_port": 1022,
            "ssh_portal_port": self._portal.port,
            "sweetness_stack": account.stack.name,
            "container_count": containers + len(databases),
            "domain_count": 0,
            "total_disk_size": sum(database.disk_gb for database in databases),
            "total_app_count": len(apps),
            "app_container_count": containers,
            "database_container_count": len(databases),
            "total_database_count": len(databases),
            "created_at": account.created_at,
            "updated_at": account.created_at,
            "_links": self.links(
                self=here,
                organization=f"{self.auth}/organizations/{ORGANIZATION}",
                stack=f"/stacks/{account.stack.id}",
                **{name: f"{here}/{name}" for name in ("apps", "databases", "operations", "permissions")},
            ),
        }
        if embedded:
            shape["_embedded"] = {"permissions": self.permissions(account), "log_drains": []}
        return shape

    def permissions(self, account: Account) -> list[Json]:
        return [
            {
                "id": account.id * 100 + index,
                "_type": "permission",
                "scope": scope,
                "_links": self.links(
                    self=f"/permissions/{account.id * 100 + index}",
                    account=f"/accounts/{account.id}",
                    role=f"{self.auth}/roles/9d2b4c1e-7a53-4f0e-9c36-0f1f5c5b7a11",
                ),
            }
            for index, scope in enumerate(PERMISSIONS)
        ]

    def database_image(self, number: int) -> Json:
        version = DATABASE_IMAGES[number]
        return {
            "id": number,
            "_type": "database_image",
            "type": "postgresql",
            "version": version,
            "description": f"PostgreSQL {version}",
            "docker_repo": "quay.io/aptible/postgresql",
            "default": version == "16",
            "visible": True,
            "discoverable": True,
            "created_at": MADE,
            "updated_at": MADE,
            "_links": self.links(self=f"/database_images/{number}"),
        }

    def database(self, database: Database, *, embedded: bool, secrets: bool) -> Json:
        here = f"/databases/{database.id}"
        related = ("operations", "database_credentials", "backups", "configurations")
        shape: Json = {
            **dict.fromkeys(("current_kms_arn", "pitr_bucket", "oldest_pitr_time")),
            "id": database.id,
            "_type": "database",
            "handle": database.handle,
            "type": "postgresql",
            "provisioned": database.status == "provisioned",
            "status": database.status,
            "docker_repo": "quay.io/aptible/postgresql",
            "port_mapping": [[5432, database.server.port]] if database.server else [],
            "initial_disk_size": database.disk_gb,
            "initial_container_size": database.container_mb,
            "enable_backups": True,
            "enable_pitr": False,
            "pitr_status": "supported",
            "created_at": database.created_at,
            "updated_at": database.created_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{database.account_id}",
                database_image=f"/database_images/{database.image_id}",
                **{name: f"{here}/{name}" for name in related},
            ),
        }
        if secrets:
            shape["connection_url"] = database.url or None
            shape["passphrase"] = None
        if embedded:
            shape["_embedded"] = {"database_credentials": [self.credential(database, secrets=secrets)]}
        return shape

    def credential(self, database: Database, *, secrets: bool) -> Json:
        here = f"/database_credentials/{database.credential_id}"
        shape: Json = {
            "id": database.credential_id,
            "_type": "database_credential",
            "type": "postgresql",
            "default": True,
            "created_at": database.created_at,
            "updated_at": database.created_at,
            "_links": self.links(
                self=here, database=f"/databases/{database.id}", operations=f"{here}/operations"
            ),
        }
        if secrets:
            shape["connection_url"] = database.url
        return shape

    def app(self, app: App, *, embedded: bool) -> Json:
        here = f"/apps/{app.id}"
        account = self._world.accounts[app.account_id]
        configuration = f"/configurations/{app.configuration_id}" if app.configuration_id else None
        shape: Json = {
            "id": app.id,
            "_type": "app",
            "handle": app.handle,
            # At Aptible git@beta.aptible.com:<environment>/<app>.git, which has no room for a port.
            "git_repo": f"ssh://{WITH_KEY}@127.0.0.1:{self.git_port}/{account.handle}/{app.handle}.git",
            "status": app.status,
            "deployment_method": "git" if app.image else None,
            "created_at": app.created_at,
            "updated_at": app.created_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{app.account_id}",
                current_configuration=configuration,
                current_image=f"/images/{app.image.id}" if app.image else None,
                **{name: f"{here}/{name}" for name in ("operations", "images", "services", "vhosts")},
            ),
        }
        if embedded:
            done = [item for item in self._world.operations.values() if item.resource == ("apps", app.id)]
            deploys = [item for item in done if item.type == "deploy"]
            shape["_embedded"] = {
                "services": [self.service(service) for service in self._world.services_of(app.id)],
                **({"last_operation": self.operation(done[-1])} if done else {}),
                **({"last_deploy_operation": self.operation(deploys[-1])} if deploys else {}),
                **({"current_image": self.image(app.image)} if app.image else {}),
            }
        return shape

    def image(self, image: Image) -> Json:
        app = self._world.apps[image.app_id]
        return {
            **dict.fromkeys(("docker_repo", "docker_ref", "dualstack_hint", "platform", "release", "scan")),
            "id": image.id,
            "_type": "image",
            "git_repo": self.app(app, embedded=False)["git_repo"],
            "git_ref": image.sha,
            "exposed_ports": image.exposed_ports,
            "created_at": image.created_at,
            "updated_at": image.created_at,
            "_links": self.links(self=f"/images/{image.id}", app=f"/apps/{image.app_id}"),
        }

    def configuration(self, number: int, app: App, *, secrets: bool) -> Json:
        return {
            "id": number,
            "_type": "configuration",
            **({"env": app.env} if secrets else {}),
            "_links": self.links(self=f"/configurations/{number}", resource=f"/apps/{app.id}"),
        }

    def service(self, service: Service) -> Json:
        app = self._world.apps[service.app_id]
        here = f"/services/{service.id}"
        return {
            "id": service.id,
            "_type": "service",
            "handle": f"{app.handle}-{service.process_type}",
            "docker_repo": None,
            "docker_ref": None,
            "process_type": service.process_type,
            "command": service.command,
            "container_count": service.count,
            "container_memory_limit_mb": service.memory_mb,
            "instance_class": "m5",
            "force_zero_downtime": False,
            "naive_health_check": False,
            "restart_free_scaling": False,
            "stop_timeout": None,
            **service.settings,
            "created_at": service.created_at,
            "updated_at": service.created_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{app.account_id}",
                app=f"/apps/{app.id}",
                operations=f"{here}/operations",
                vhosts=f"{here}/vhosts",
            ),
        }

    def vhost(self, vhost: Vhost) -> Json:
        here = f"/vhosts/{vhost.id}"
        empty = ("elastic_load_balancer_name", "application_load_balancer_arn", "network_load_balancer_arn")
        ports = ("external_http_port", "external_https_port", "internal_health_port", "host_mapped_ports")
        rest = (
            "internal_http_port",
            "internal_https_port",
            "security_group_id",
            "internal_host",
            "docker_name",
            "container_exposed_ports",
            "acme_status",
        )
        acme = ("acme_dns_challenge_host", "acme_configuration", "shared_fingerprint")
        return {
            **dict.fromkeys((*empty, *ports, *rest, *acme, "load_balancing_algorithm_type")),
            "id": vhost.id,
            "_type": "vhost",
            # At Aptible app-<id>.on-aptible.com; here the address that really answers.
            "virtual_domain": f"127.0.0.1:{vhost.router.port}" if vhost.router else "",
            "type": vhost.type,
            "platform": vhost.platform,
            "external_host": f"elb-sandbox-{vhost.id}.aptible.in" if vhost.router else None,
            "status": vhost.status,
            "default": vhost.default,
            "internal": vhost.internal,
            "acme": vhost.acme,
            "ip_whitelist": vhost.ip_whitelist,
            "user_domain": vhost.user_domain,
            "container_port": vhost.container_port,
            "container_ports": [],
            "shared": False,
            "created_at": vhost.created_at,
            "updated_at": vhost.created_at,
            "_links": self.links(
                self=here, service=f"/services/{vhost.service_id}", operations=f"{here}/operations"
            ),
        }

    def operation(self, operation: Operation) -> Json:
        collection, number = operation.resource
        here = f"/operations/{operation.id}"
        body = operation.body
        empty = ("certificate", "command", "daily", "destination_region", "docker_ref", "enable_backups")
        more = ("enable_pitr", "handle", "instance_profile", "interactive", "keep_final", "make_copy")
        rest = ("monthly", "mount_point", "pitr_days", "yearly")
        return {
            **dict.fromkeys((*empty, *more, *rest)),
            "id": operation.id,
            "_type": "operation",
            "type": operation.type,
            "status": operation.status,
            "cancelled": operation.cancelled,
            "aborted": False,
            "git_ref": body.get("git_ref"),
            "container_size": body.get("container_size"),
            "container_count": body.get("container_count"),
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
            ),
        }

    def connection(self, connection: PortalConnection) -> Json:
        return {
            "id": connection.id,
            "_type": "ssh_portal_connection",
            "ssh_user": connection.user,
            "ssh_certificate_body": connection.certificate,
            "ssh_port_forward_socket": connection.socket,
            "ssh_pty": False,
            "created_at": connection.created_at,
            "updated_at": connection.created_at,
            "_links": self.links(
                self=f"/ssh_portal_connections/{connection.id}",
                operation=f"/operations/{connection.operation_id}",
            ),
        }

    @staticmethod
    def rates() -> Json:
        """As the dashboard's default rates (aptible/app-ui), US dollars."""
        return {
            "hids_cost_per_month": 0.02,
            "vpn_tunnel_cost_per_month": 99.0,
            "stack_cost_per_month": 499.0,
            "backup_cost_gb_per_month": 0.02,
            "disk_cost_gb_per_month": 0.2,
            "disk_iops_cost_per_month": 0.01,
            "vhost_cost_per_hour": 0.06,
            "m_class_gb_per_hour": 0.08,
            "c_class_gb_per_hour": 0.1,
            "r_class_gb_per_hour": 0.05,
        }
