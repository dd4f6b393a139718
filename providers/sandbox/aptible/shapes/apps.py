"""Apps, their images, configurations, settings and deployments as the deploy API shows them."""

from providers.sandbox.aptible.git_server import WITH_KEY
from providers.sandbox.aptible.http import Json
from providers.sandbox.aptible.records import App, CodeScan, Configuration, Deployment, Image, Setting
from providers.sandbox.aptible.shapes.services import ServiceShapes


class AppShapes(ServiceShapes):
    """Everything below `/apps` but services."""

    def app(self, app: App, *, embedded: bool) -> Json:
        here = f"/apps/{app.id}"
        account = self._world.accounts[app.account_id]
        lists = ("operations", "images", "services", "vhosts", "configurations", "settings", "deployments")
        shape: Json = {
            "id": app.id,
            "_type": "app",
            "handle": app.handle,
            # At Aptible git@beta.aptible.com:<environment>/<app>.git, which has no room for a port.
            "git_repo": f"ssh://{WITH_KEY}@127.0.0.1:{self.git_port}/{account.handle}/{app.handle}.git",
            "status": app.status,
            "deployment_method": app.source,
            "created_at": app.created_at,
            "updated_at": app.created_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{app.account_id}",
                current_configuration=_linked("configurations", app.configuration_id),
                current_setting=_linked("settings", app.setting_id),
                current_deployment=_linked("deployments", app.deployment_id),
                current_image=_linked("images", app.image.id if app.image else None),
                code_scan_results=f"{here}/code_scan_results",
                **{name: f"{here}/{name}" for name in lists},
            ),
        }
        if embedded:
            resource = ("apps", app.id)
            done, deploy = self._latest(resource), self._latest(resource, "deploy")
            shape["_embedded"] = {
                "services": [self.service(service) for service in self._world.services_of(app.id)],
                **({"last_operation": self.operation(done)} if done else {}),
                **({"last_deploy_operation": self.operation(deploy)} if deploy else {}),
                **({"current_image": self.image(app.image)} if app.image else {}),
            }
        return shape

    def image(self, image: Image) -> Json:
        app = self._world.apps[image.app_id]
        return {
            **dict.fromkeys(("dualstack_hint", "platform", "release", "scan")),
            "id": image.id,
            "_type": "image",
            "git_repo": self.app(app, embedded=False)["git_repo"] if image.sha else None,
            "git_ref": image.sha or None,
            "docker_repo": image.docker_repo,
            "docker_ref": image.docker_ref,
            "exposed_ports": image.exposed_ports,
            "created_at": image.created_at,
            "updated_at": image.created_at,
            "_links": self.links(
                self=f"/images/{image.id}",
                app=f"/apps/{image.app_id}",
                operations=f"/images/{image.id}/operations",
            ),
        }

    def configuration(self, configuration: Configuration, *, secrets: bool) -> Json:
        collection, number = configuration.resource
        return {
            "id": configuration.id,
            "_type": "configuration",
            **({"env": configuration.env} if secrets else {}),
            "_links": self.links(
                self=f"/configurations/{configuration.id}", resource=f"/{collection}/{number}"
            ),
        }

    def setting(self, setting: Setting, *, secrets: bool) -> Json:
        collection, number = setting.resource
        return {
            "id": setting.id,
            "_type": "setting",
            "settings": setting.settings,
            **({"sensitive_settings": setting.sensitive} if secrets else {}),
            "_links": self.links(self=f"/settings/{setting.id}", resource=f"/{collection}/{number}"),
        }

    def deployment(self, deployment: Deployment) -> Json:
        app = self._world.apps[deployment.app_id]
        by_git = deployment.git_sha is not None
        return {
            **dict.fromkeys(("source_id", "git_commit_timestamp", "git_commit_url", "git_commit_message")),
            "deleted_at": None,
            "docker_repository_url": None,
            "id": deployment.id,
            "_type": "deployment",
            "status": deployment.status,
            "operation_id": deployment.operation_id,
            "app_id": deployment.app_id,
            "configuration_id": deployment.configuration_id,
            "setting_id": deployment.setting_id,
            "image_id": deployment.image_id,
            "docker_image": deployment.docker_image,
            "git_repository_url": self.app(app, embedded=False)["git_repo"] if by_git else None,
            "git_ref": deployment.git_ref,
            "git_commit_sha": deployment.git_sha,
            "created_at": deployment.created_at,
            "updated_at": deployment.created_at,
            "_links": self.links(
                self=f"/deployments/{deployment.id}",
                app=f"/apps/{deployment.app_id}",
                configuration=_linked("configurations", deployment.configuration_id),
                setting=_linked("settings", deployment.setting_id),
                image=_linked("images", deployment.image_id),
            ),
        }

    def code_scan(self, scan: CodeScan) -> Json:
        """Fields of the OpenAPI document, and the texts and languages that app-ui reads beside them."""
        return {
            "id": scan.id,
            "_type": "code_scan_result",
            "dockerfile_present": scan.dockerfile is not None,
            "procfile_present": scan.procfile is not None,
            "aptible_yml_present": scan.aptible_yml is not None,
            "dockerfile_data": scan.dockerfile,
            "procfile_data": scan.procfile,
            "aptible_yml_data": scan.aptible_yml,
            "languages_detected": scan.languages,
            "created_at": scan.created_at,
            "updated_at": scan.created_at,
            "_links": self.links(
                self=f"/code_scan_results/{scan.id}",
                app=f"/apps/{scan.app_id}",
                operation=f"/operations/{scan.operation_id}",
            ),
        }


def _linked(collection: str, number: int | None) -> str | None:
    return f"/{collection}/{number}" if number else None
