"""The nouns of what points at what, and edges as they are gathered."""

from typing import Final, Literal

from wizard.document.config.references import Places
from wizard.document.config.telling_names import words_of
from wizard.model.noun import Noun
from wizard.model.system import App, ConfigVar

EdgeKind = Literal["calls", "allows", "names", "attaches", "shares", "feeds"]
"""`calls`: an app holds another's address; `allows`: it lets it in (CORS, CSRF, allowed hosts); `names`: it
knows it by its name on Heroku. `attaches`: an app's own add-on; `shares`: one that another app owns, by an
attachment or by credentials that somebody copied. `feeds`: log drains and webhooks."""


_LABELS: Final = {
    *("BUCKET", "CHANNEL", "DATABASE", "DATASET", "DB", "INDEX", "NAMESPACE", "ORG", "ORGANIZATION"),
    *("PREFIX", "PROJECT", "QUEUE", "SERVICE", "SLUG", "SPACE", "TAG", "TAGS", "TEAM", "TENANT"),
}
"""Last words of names of config vars whose value is called like an app, and is none (S3_BUCKET)."""


class Edge(Noun, frozen=True, kw_only=True):
    """A connection between components, by their keys ("app:<id>", "add-on:<id>"). `by` are what makes it:
    names of config vars, "command of web", "scheduler job", "log drain", "webhook"."""

    kind: EdgeKind
    source: str
    target: str
    by: tuple[str, ...] = ()


class Shared(Noun, frozen=True, kw_only=True):
    """An add-on that two apps or more use; the owner comes first where it is in the inventory."""

    add_on_id: str
    app_ids: tuple[str, ...]


class Circle(Noun, frozen=True, kw_only=True):
    """Apps that reach each other by addresses in config vars. `by` are "<app name> <config var>"."""

    app_ids: tuple[str, ...]
    by: tuple[str, ...]


class Observation(Noun, frozen=True, kw_only=True):
    """Something that follows from the connections. `look` says that it is likely a mistake or a trap; `kind`
    groups like ones; `components` are keys."""

    kind: str
    text: str
    remedy: str = ""
    look: bool = False
    components: tuple[str, ...] = ()


class Edges:
    """Edges as they are found, among the apps at `places`; what makes the same one is put together."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._by: dict[tuple[EdgeKind, str, str], dict[str, None]] = {}

    def add(self, kind: EdgeKind, source: str, target: str, *by: str) -> None:
        """Add one; one that leads back to itself is none."""
        if source != target:
            self._by.setdefault((kind, source, target), {}).update(dict.fromkeys(by))

    def all(self) -> tuple[Edge, ...]:
        """All that were found, in the order in which they were."""
        return tuple(
            Edge(kind=kind, source=source, target=target, by=tuple(by))
            for (kind, source, target), by in self._by.items()
        )


def reached_by(var: ConfigVar) -> tuple[str, ...]:
    """Ids of the apps whose address stands in a config var, Heroku's or their own."""
    return tuple(dict.fromkeys((*var.refers_to_apps, *var.domains_of)))


def named_by(app: App, var: ConfigVar) -> tuple[str, ...]:
    """Ids of the apps that a config var of `app` knows by their name on Heroku; none where the name is
    that of something else (a bucket), or what the app calls itself (NEW_RELIC_APP_NAME)."""
    words = words_of(var.name)
    if not words or "HEROKU" in words:
        return var.names_apps
    last = words[-2] if words[-1] == "NAME" and len(words) > 1 else words[-1]
    itself = var.names_apps == (app.id,) and (last == "APP" or words[-1] == "NAME")
    return () if last in _LABELS or itself else var.names_apps
