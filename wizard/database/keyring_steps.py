"""How a person opens a keyring where no desktop does: a vendor's own program keeps its login in one (the
Secret Service), and in nothing else.

The same steps as in the container of Code Capsules' guide to moving from Heroku. The run is stopped first: a
worker goes on with the message bus that it was started with, or with none.
"""

_FIRST = (
    "On a machine without a desktop: install libsecret-1-0, dbus and gnome-keyring (Debian's names; in a "
    "container also run `dbus-uuidgen --ensure`), stop the run with s (what is done is kept)"
)
_LAST = "sign in there, and start `offramp` in the same shell."
_BUS = "dbus-run-session -- bash"
_UNLOCK = "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets"

KEYRING_LINES = (f"{_FIRST}, open a keyring as below, {_LAST}", f"$ {_BUS}", f"$ {_UNLOCK}")
"""For a guide; those after "$ " are typed as they stand."""

KEYRING_WORDS = (
    f"That program keeps its login in a keyring (the Secret Service). {_FIRST}, open a keyring with `{_BUS}` "
    f"and, in it, `{_UNLOCK}`, {_LAST}"
)
"""As sentences, for a remedy."""
