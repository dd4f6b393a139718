"""Stacks, environments (the API's accounts), permissions and prices as the deploy API shows them."""

from providers.sandbox.aptible.http import Json
from providers.sandbox.aptible.people import ORGANIZATION, ROLES
from providers.sandbox.aptible.shapes.base import MADE, Base
from providers.sandbox.aptible.world import INTERNAL_DOMAIN, Account, Stack

PLANS = {
    1: ("starter", 0, 3072, 20, 1),
    2: ("development", 0, 61440, 2560, 100),
    3: ("production", 49900, 245760, 16384, 1000),
}
"""By id: name, cents a month, and the limits of container memory (MB), disk (GB) and endpoints."""

ACTIVE_PLAN = 3


class EnvironmentShapes(Base):
    """The root, stacks, accounts, permissions, plans, rates."""

    def root(self) -> Json:
        names = ("accounts", "apps", "databases", "database_images", "stacks")
        return {"_links": self.links(**{name: f"/{name}" for name in names}, self="/")}

    def stack(self, stack: Stack) -> Json:
        keys = self._portal.told_host_keys()
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
            "outbound_ip_addresses": list(stack.outbound_ips),
            "memory_limits": True,
            "cpu_limits": True,
            "intrusion_detection": stack.organization is not None,
            "expose_intrusion_detection_reports": False,
            "account_id": None,
            "vpc_id": "vpc-0a1b2c3d4e5f60718",
            "internal_domain": INTERNAL_DOMAIN,
            "default_domain": "on-aptible.com",
            "brickwall_enabled": False,
            "vpc_cidr": "10.20.0.0/16",
            **{f"allow_{profile}_instance_profile": profile in stack.profiles for profile in "cmrt"},
            "allow_granular_container_sizes": False,
            "vertical_autoscaling": stack.organization is not None,
            "horizontal_autoscaling": True,
            "self_hosted": False,
            "aws_account_id": "123456789012",
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
        unused = ("gentlemanjerry_endpoint", "gentlemanjerry_certificate", "gentlemanjerry_docker_name")
        nothing = ("syslog_host", "syslog_port", "bastion_host", "sweetness_stack_version")
        lists = ("apps", "databases", "operations", "permissions", "services", "vhosts", "certificates")
        more = ("backups", "disks", "log_drains", "metric_drains")
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
            "ca_body": self.ca_body or None,
            "created_at": account.created_at,
            "updated_at": account.created_at,
            "_links": self.links(
                self=here,
                organization=f"{self.auth}/organizations/{ORGANIZATION}",
                stack=f"/stacks/{account.stack.id}",
                **{name: f"{here}/{name}" for name in (*lists, *more)},
            ),
        }
        if embedded:
            shape["_embedded"] = {"permissions": self.permissions(account), "log_drains": []}
        return shape

    def permissions(self, account: Account) -> list[Json]:
        """What each role may do here, one scope a line."""
        granted = [(role, scope) for role in ROLES for scope in sorted(role.scopes)]
        return [
            {
                "id": account.id * 100 + index,
                "_type": "permission",
                "scope": scope,
                "_links": self.links(
                    self=f"/permissions/{account.id * 100 + index}",
                    account=f"/accounts/{account.id}",
                    role=f"{self.auth}/roles/{role.id}",
                ),
            }
            for index, (role, scope) in enumerate(granted)
        ]

    def retention(self, account: Account) -> Json:
        return {
            "id": account.id,
            "_type": "backup_retention_policy",
            "created_at": account.created_at,
            **account.retention,
            "_links": self.links(
                self=f"/backup_retention_policies/{account.id}", account=f"/accounts/{account.id}"
            ),
        }

    def plan(self, number: int) -> Json:
        """Fields of the OpenAPI document, and those that app-ui reads beside them."""
        name, cents, memory, disk, vhosts = PLANS[number]
        return {
            "id": number,
            "_type": "plan",
            "name": name,
            "container_memory_limit_mb": memory,
            "container_memory_limit": memory,
            "cpu_allowed_profiles": ["m", "c", "r"] if name == "production" else ["m"],
            "disk_limit_gb": disk,
            "disk_limit": disk,
            "ephemeral_session_limit": 10,
            "environment_limit": 1 if name == "starter" else 100,
            "vhost_limit": vhosts,
            "cost_cents": cents,
            "included_container_mb": 0,
            "included_disk_gb": 0,
            "included_vhosts": 0,
            "automated_backup_limit_per_db": 90,
            "manual_backup_limit_per_db": 20,
            "compliance_dashboard_access": name == "production",
            "horizontal_autoscaling": name == "production",
            "vertical_autoscaling": name == "production",
            "created_at": MADE,
            "updated_at": MADE,
            "_links": self.links(self=f"/plans/{number}"),
        }

    def active_plan(self) -> Json:
        return {
            **{key: value for key, value in self.plan(ACTIVE_PLAN).items() if key != "name"},
            "id": 77,
            "_type": "active_plan",
            "available_plans": [name for name, *_ in PLANS.values()],
            "organization_id": ORGANIZATION,
            "_links": self.links(
                self="/active_plans/77",
                plan=f"/plans/{ACTIVE_PLAN}",
                organization=f"{self.auth}/organizations/{ORGANIZATION}",
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
