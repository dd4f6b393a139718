"""What Heroku told of one app, put together by `app_reading` and made into a noun by `assembly`."""

from dataclasses import dataclass, field
from typing import Any

from wizard.model.delivery import Build, Deploy, Image, Release
from wizard.model.network import Certificate, Domain, Drain, TelemetryDrain, Webhook
from wizard.model.people import Collaborator
from wizard.model.secret import Secret
from wizard.model.system import Autoscale, Job
from wizard.model.trouble import Trouble

Row = dict[str, Any]


@dataclass
class AppReading:
    """What was told of one app, clean but for `config`, whose values are kept in memory only.

    `unread` names the parts that were not told; `commands` are those of the current slug or image by process
    type; `jobs` is None when there is a scheduler that does not tell them.
    """

    row: Row
    formation: list[Row] = field(default_factory=list)
    add_ons: list[Row] = field(default_factory=list)
    attachments: list[Row] = field(default_factory=list)
    config: dict[str, Secret] = field(default_factory=dict)
    release: Row = field(default_factory=dict)
    releases: tuple[Release, ...] = ()
    image: Image | None = None
    commands: dict[str, str] = field(default_factory=dict)
    builds: tuple[Build, ...] = ()
    deploy: Deploy = field(default_factory=Deploy)
    domains: tuple[Domain, ...] = ()
    drains: tuple[Drain, ...] = ()
    telemetry: tuple[TelemetryDrain, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    collaborators: tuple[Collaborator, ...] = ()
    features: tuple[str, ...] = ()
    buildpacks: tuple[str, ...] = ()
    autoscale: Autoscale | None = None
    jobs: tuple[Job, ...] | None = ()
    unread: list[str] = field(default_factory=list)


class AppLostError(Exception):
    """The app cannot be read at all; `why` says so in words, `trouble` is what Heroku said."""

    def __init__(self, why: str, trouble: Trouble) -> None:
        super().__init__(why)
        self.why = why
        self.trouble = trouble
