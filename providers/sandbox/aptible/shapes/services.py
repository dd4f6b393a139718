"""Services, their releases, containers and autoscaling as the deploy API shows them."""

from typing import Any

from providers.sandbox.aptible.http import Json
from providers.sandbox.aptible.records import Release, Service
from providers.sandbox.aptible.shapes.databases import DatabaseShapes

POLICY: dict[str, Any] = {
    "scaling_enabled": True,
    "default_policy": False,
    "metric_lookback_seconds": 1800,
    "percentile": 99.0,
    "post_scale_up_cooldown_seconds": 60,
    "post_scale_down_cooldown_seconds": 300,
    "post_release_cooldown_seconds": 60,
    "mem_cpu_ratio_r_threshold": 4.0,
    "mem_cpu_ratio_c_threshold": 2.0,
    "mem_scale_up_threshold": 0.9,
    "mem_scale_down_threshold": 0.75,
    "minimum_memory": 2048,
    "maximum_memory": None,
    "min_cpu_threshold": None,
    "max_cpu_threshold": None,
    "min_containers": None,
    "max_containers": None,
    "scale_up_step": 1,
    "scale_down_step": 1,
    "use_horizontal_scale": False,
}
"""The defaults of a sizing policy (aptible-cli, services.rb)."""


class ServiceShapes(DatabaseShapes):
    """Everything below `/services`."""

    def service(self, service: Service) -> Json:
        app = self._world.apps[service.app_id]
        here = f"/services/{service.id}"
        image = app.image
        return {
            "id": service.id,
            "_type": "service",
            "handle": f"{app.handle}-{service.process_type}",
            "docker_repo": image.docker_repo if image else None,
            "docker_ref": image.docker_ref if image else None,
            "process_type": service.process_type,
            "command": service.command,
            "container_count": service.count,
            "container_memory_limit_mb": service.memory_mb,
            "instance_class": f"{service.profile}5",
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
                releases=f"{here}/releases",
                current_release=f"/releases/{service.release_id}" if service.release_id else None,
            ),
        }

    def policy(self, service: Service) -> Json:
        app = self._world.apps[service.app_id]
        return {
            "_type": "service_sizing_policy",
            "created_at": service.created_at,
            "updated_at": service.created_at,
            "account_id": app.account_id,
            **POLICY,
            **(service.policy or {}),
            "_links": self.links(
                self=f"/service_sizing_policies/{(service.policy or {}).get('id')}",
                account=f"/accounts/{app.account_id}",
            ),
        }

    def release(self, release: Release) -> Json:
        return {
            "id": release.id,
            "_type": "release",
            "docker_repo": release.image.docker_repo,
            "docker_ref": release.image.docker_ref,
            "created_at": release.created_at,
            "updated_at": release.created_at,
            "_links": self.links(
                self=f"/releases/{release.id}",
                service=f"/services/{release.service_id}",
                containers=f"/releases/{release.id}/containers",
            ),
        }

    def container(self, release: Release, number: int) -> Json:
        service = self._world.services.get(release.service_id)
        runs = service is not None and service.release_id == release.id
        return {
            "id": number,
            "_type": "container",
            "host": "10.20.30.40",
            "port": 1022,
            "status": "running" if runs else "stopped",
            "docker_name": release.containers[number],
            "layer": "app",
            "aws_instance_id": "i-0a1b2c3d4e5f60718",
            "instance_class": f"{service.profile}5" if service else None,
            "memory_limit": service.memory_mb if service else 0,
            "port_mapping": [],
            "allocation": ["0"],
            "mounts": [],
            "created_at": release.created_at,
            "updated_at": release.created_at,
            "_links": self.links(self=f"/containers/{number}", release=f"/releases/{release.id}"),
        }
