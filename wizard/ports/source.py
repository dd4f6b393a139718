"""What Heroku offers when one is signed in: reading, and the writes of the cut-over."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.system import Account, Job, System
from wizard.ports.signing_in import FoundToken, Hosts, Log


class ReadProgress(Noun, frozen=True, kw_only=True):
    """How far an inventory is: `doing` in words ("config vars of migrate-backend"), counts so far. `slow`
    says that it goes on at the pace of the vendor's rate limit, which may take an hour."""

    doing: str
    done: int
    total: int
    calls: int
    slow: bool = False


class AppState(Noun, frozen=True, kw_only=True):
    """What of an app the cut-over touches, as it is now. `jobs` None: not to be read, or not asked for."""

    maintenance: bool
    release: int | None
    quantities: dict[str, int]
    jobs: tuple[Job, ...] | None
    running: tuple[str, ...] = ()
    """Names of dynos that run now ("web.1", "scheduler.4711")."""
    kinds: tuple[str, ...] = ()
    """Types of the dynos that run now ("web", "scheduler"), each once: a name does not tell it on Fir."""


class Source(Protocol):
    """Heroku, signed in. Everything is read-only but the four writes of the cut-over, and `pre_authorise`."""

    async def account(self) -> Account: ...

    def second_factor(self, code: Secret | None) -> None:
        """Hand in the code that the person's second factor shows now: it goes along with reads that are
        refused for want of it. Raises Trouble when it can be no code."""
        ...

    async def pre_authorise(self, app_id: str, code: Secret) -> None:
        """Open an app that wants a second factor to this token for a while. A write: ask the person first."""
        ...

    async def read(self, report: Callable[[ReadProgress], None]) -> System:
        """Read the whole inventory. What cannot be read becomes a `Gap`."""
        ...

    async def refresh(self, known: System, app_ids: Collection[str]) -> System:
        """`known` as it is now, as far as a plan of those apps depends on it, by few requests.

        Read anew are, of those apps, names, owners, pipelines, stacks, releases, formations, buildpacks,
        domains, log drains (their spaces' too), names of config vars, add-ons, attachments and versions of
        their Postgres; of all others that they are there, and what of these add-ons they use. Everything else
        is as in `known`. What cannot be read stays as it was, and is told in `gaps`, which hold nothing else;
        an app that is gone is in `unread_apps`.
        """
        ...

    async def config(self, app_id: str) -> dict[str, Secret]:
        """All config vars of an app with their values, byte for byte."""
        ...

    async def database_url(self, add_on_id: str) -> Secret:
        """The connection URL of a Postgres add-on, read anew: Heroku rotates credentials unasked. It demands
        TLS where the vendor has it, so that the password never goes out in clear."""
        ...

    async def drain_address(self, app_id: str, drain_id: str) -> Secret:
        """The whole address of a log drain, with the token in it, read anew. Raises Trouble (`drain-gone`)
        when it is not there any more."""
        ...

    async def space_drain_address(self, space_id: str) -> Secret:
        """The same of the one log drain that a Private Space has."""
        ...

    async def store_url(self, add_on_id: str, type_: str) -> Secret:
        """The connection URL of a store that is no Postgres, read anew from the config vars that its add-on
        sets; one with TLS before one without. `type_` is the kind of store ("redis", "mysql")."""
        ...

    async def clone(self, app_id: str, folder: Path, log: Log) -> str:
        """Clone an app's code into `folder`, which is new or empty; returns the commit that is checked out.
        What fails leaves nothing behind. Raises Trouble (`empty-repository`) when no code is there."""
        ...

    async def state(self, app_id: str, *, jobs: bool = True) -> AppState:
        """What the cut-over touches, as it is now. With `jobs` False the scheduler is not asked, so that its
        outage holds up nothing else."""
        ...

    async def set_maintenance(self, app_id: str, on: bool) -> None: ...

    async def scale(self, app_id: str, quantities: Mapping[str, int]) -> None: ...

    async def remove_job(self, app_id: str, job_id: str) -> None:
        """Delete a scheduler job; done already is no error."""
        ...

    async def add_job(self, app_id: str, job: Job) -> None:
        """Create a scheduler job. Never call it without having looked whether it is there."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class SourceProvider(Protocol):
    name: str
    title: str
    role: Literal["source"]
    token_page: str
    """Where a person makes a token, to be shown and copied."""

    def found_tokens(self) -> list[FoundToken]:
        """Tokens on this machine, best first: the environment, the vendor's own CLI."""
        ...

    def open(self, hosts: Hosts, token: Secret) -> Source: ...
