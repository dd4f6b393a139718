"""What Offramp keeps of a sign-in to Code Capsules: e-mail and password, as one opaque text.

The vendor has no token for other programs (pulumi-codecapsules calls its `apiKey` a placeholder), and its
refresh tokens are good for one use, so that two programs of one person would put each other out. Its own
client logs in anew each time, and so does Offramp.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

PREFIX = "offramp-code-capsules-1."


@dataclass(frozen=True)
class Login:
    """Who signs in. `email` is as it was typed, without blanks around it."""

    email: str
    password: Secret


def sealed(login: Login) -> Secret:
    """The opaque text of a login: not encrypted, a `Secret` like the password itself."""
    text = json.dumps([login.email, login.password.reveal()])
    return Secret(PREFIX + base64.urlsafe_b64encode(text.encode()).decode(), "Code Capsules sign-in")


def opened(secret: Secret) -> Login:
    """The login in such a text.

    Raises:
        Trouble: it is none.
    """
    text = secret.reveal().strip()
    try:
        if not text.startswith(PREFIX):
            raise ValueError
        email, password = json.loads(base64.urlsafe_b64decode(text.removeprefix(PREFIX)))
        if not isinstance(email, str) or not isinstance(password, str):
            raise TypeError
    except (ValueError, TypeError, binascii.Error) as error:
        raise Trouble(
            "Code Capsules has no tokens that could be pasted.",
            untouched="Nothing was sent.",
            remedy="Sign in with e-mail and password.",
            code="no-tokens",
        ) from error
    return Login(email, Secret(password, "Code Capsules password"))
