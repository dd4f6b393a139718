"""Every kind of step by its name in the plan."""

from wizard.run.kinds.build import Build
from wizard.run.kinds.by_hand import ByHand
from wizard.run.kinds.capsule import CapsuleSettings, CapsuleStep, StorageStep
from wizard.run.kinds.capsule_domain import CapsuleDomain, CapsuleTraffic, Secured
from wizard.run.kinds.data import Constraints, Copy, Prove, Quiet, Refresh, Tidy
from wizard.run.kinds.domain import Certificate, DomainKind, Traffic
from wizard.run.kinds.drain import DrainKind
from wizard.run.kinds.freeze import Maintenance, ScaleDown, Scheduler
from wizard.run.kinds.gate import Gate
from wizard.run.kinds.handed_over import DeploysBefore
from wizard.run.kinds.health import Health
from wizard.run.kinds.image import DeployImage
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.linked import LinkRepository, PushBranch
from wizard.run.kinds.own_certificate import OwnCertificateKind, OwnDomainKind
from wizard.run.kinds.provision import AppKind, DatabaseKind, EnvironmentKind
from wizard.run.kinds.push import Push
from wizard.run.kinds.seat import Seat
from wizard.run.kinds.serve import Configure, Deploy, EndpointKind, Link, Scale
from wizard.run.kinds.stop_early import StopEarly
from wizard.run.kinds.store import (
    BackUp,
    DailyBackups,
    StoreCheck,
    StoreCopy,
    StoreLeft,
    StoreProve,
    StoreRefresh,
    StoreTidy,
)
from wizard.run.kinds.terraform import ApplyTerraform
from wizard.run.kinds.workflow import DeployByWorkflow

KINDS: dict[str, type[Kind]] = {
    "environment": EnvironmentKind,
    "database": DatabaseKind,
    "app": AppKind,
    "push": Push,
    "drain": DrainKind,
    "seat": Seat,
    "domain": DomainKind,
    "certificate": Certificate,
    "own-certificate": OwnCertificateKind,
    "own-domain": OwnDomainKind,
    "traffic": Traffic,
    "copy": Copy,
    "gate": Gate,
    "maintenance": Maintenance,
    "scheduler": Scheduler,
    "scale-down": ScaleDown,
    "quiet": Quiet,
    "refresh": Refresh,
    "constraints": Constraints,
    "prove": Prove,
    "configure": Configure,
    "stop-early": StopEarly,
    "deploys-before": DeploysBefore,
    "deploy": Deploy,
    "deploy-image": DeployImage,
    "deploy-by-workflow": DeployByWorkflow,
    "apply-terraform": ApplyTerraform,
    "scale": Scale,
    "endpoint": EndpointKind,
    "link": Link,
    "health": Health,
    "tidy": Tidy,
    "store-copy": StoreCopy,
    "store-refresh": StoreRefresh,
    "store-prove": StoreProve,
    "store-check": StoreCheck,
    "store-left": StoreLeft,
    "store-tidy": StoreTidy,
    "daily-backups": DailyBackups,
    "back-up": BackUp,
    "link-repository": LinkRepository,
    "push-branch": PushBranch,
    "capsule": CapsuleStep,
    "capsule-settings": CapsuleSettings,
    "storage": StorageStep,
    "build": Build,
    "capsule-domain": CapsuleDomain,
    "capsule-traffic": CapsuleTraffic,
    "secured": Secured,
    "by-hand": ByHand,
}
