"""What a tunnel leads to, for every kind of store that a target has."""

from wizard.database.far_end import FarEnd, NoAnswer, PostgresEnd
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.stores.probes import Probe, probe_of

POSTGRES = "postgresql"


def end_of(type_: str) -> FarEnd:
    """The end for the target's word for a type of store ("postgresql", "redis", "mysql", "mongodb")."""
    return PostgresEnd() if type_ == POSTGRES else _StoreEnd(probe_of(type_))


class _StoreEnd:
    def __init__(self, probe: Probe) -> None:
        self._probe = probe

    def local_url(self, store: Secret, port: int) -> Secret:
        return self._probe.local_url(store, port)

    def open(self, url: Secret) -> "_StorePing":
        return _StorePing(self._probe, url)


class _StorePing:
    """Each question is a connection of its own: that is what these probes can do."""

    def __init__(self, probe: Probe, url: Secret) -> None:
        self._probe = probe
        self._url = url

    def ask(self) -> None:
        try:
            self._probe.ping(self._url)
        except Trouble as trouble:
            raise NoAnswer(trouble.cause) from trouble
        except OSError as error:
            raise NoAnswer(clean(error.strerror or str(error) or type(error).__name__)) from error

    def close(self) -> None:
        """Nothing is kept open."""
