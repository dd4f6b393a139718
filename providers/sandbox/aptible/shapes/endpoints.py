"""Endpoints (the API's vhosts) and certificates as the deploy API shows them."""

from providers.sandbox.aptible.http import Json
from providers.sandbox.aptible.records import Certificate, Vhost
from providers.sandbox.aptible.shapes.base import Base


class EndpointShapes(Base):
    """Everything below `/vhosts` and `/certificates`."""

    def vhost(self, vhost: Vhost) -> Json:
        here = f"/vhosts/{vhost.id}"
        empty = ("elastic_load_balancer_name", "application_load_balancer_arn", "network_load_balancer_arn")
        ports = ("external_http_port", "external_https_port", "internal_health_port", "host_mapped_ports")
        inside = ("internal_http_port", "internal_https_port", "security_group_id", "internal_host")
        rest = ("docker_name", "container_exposed_ports", "shared_fingerprint")
        certificate = f"/certificates/{vhost.certificate_id}" if vhost.certificate_id else None
        return {
            **dict.fromkeys((*empty, *ports, *inside, *rest)),
            "id": vhost.id,
            "_type": "vhost",
            "virtual_domain": self._domain(vhost),
            "type": vhost.type,
            "platform": vhost.platform,
            "external_host": vhost.external_host,
            "status": vhost.status,
            "default": vhost.default,
            "internal": vhost.internal,
            "acme": vhost.acme,
            "acme_status": vhost.acme_status,
            "acme_dns_challenge_host": vhost.challenge[1] if vhost.challenge else None,
            "acme_configuration": acme_configuration(vhost),
            "ip_whitelist": vhost.ip_whitelist,
            "user_domain": vhost.user_domain,
            "container_port": vhost.container_port,
            "container_ports": vhost.container_ports,
            "shared": vhost.shared,
            "load_balancing_algorithm_type": vhost.balancing,
            "created_at": vhost.created_at,
            "updated_at": vhost.created_at,
            "_links": self.links(
                self=here,
                service=f"/services/{vhost.service_id}",
                operations=f"{here}/operations",
                settings=f"{here}/settings",
                current_setting=f"/settings/{vhost.setting_id}" if vhost.setting_id else None,
                certificate=certificate,
            ),
        }

    def certificate(self, certificate: Certificate, *, secrets: bool) -> Json:
        here = f"/certificates/{certificate.id}"
        return {
            "id": certificate.id,
            "_type": "certificate",
            "certificate_body": certificate.body,
            "acme": certificate.acme,
            **certificate.shown,
            **({"private_key": certificate.private_key} if secrets else {}),
            "created_at": certificate.created_at,
            "updated_at": certificate.created_at,
            "_links": self.links(
                self=here,
                account=f"/accounts/{certificate.account_id}",
                vhosts=f"{here}/vhosts",
                apps=f"{here}/apps",
            ),
        }

    def _domain(self, vhost: Vhost) -> str:
        if vhost.user_domain and not vhost.default:
            return vhost.user_domain
        certificate = None if vhost.default else self._world.certificates.get(vhost.certificate_id or 0)
        if certificate is not None:
            # The name that the certificate is of (aptible/terraform-provider-aptible, docs/resources).
            return str(certificate.shown["common_name"])
        # At Aptible app-<id>.on-aptible.com; here the address that really answers.
        return f"127.0.0.1:{vhost.router.port}" if vhost.router else ""


def acme_configuration(vhost: Vhost) -> Json | None:
    """The CNAMEs that Let's Encrypt's two kinds of challenge need, as app-ui shows them. http-01 is only for
    endpoints that everybody reaches, and not for wildcards (documentation, managed TLS)."""
    if vhost.challenge is None:
        return None
    domain, host = str(vhost.user_domain), str(vhost.external_host)
    name, to = vhost.challenge
    by_dns = {"method": "dns01", "from": {"name": name}, "to": [{"name": to, "legacy": False}]}
    by_http = {"method": "http01", "from": {"name": domain}, "to": [{"name": host, "legacy": False}]}
    open_to_all = not (vhost.internal or vhost.ip_whitelist or domain.startswith("*."))
    return {"names": [domain], "challenges": [*([by_http] if open_to_all else []), by_dns]}
