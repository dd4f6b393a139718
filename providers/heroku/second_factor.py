"""The code of a second factor: sent where Heroku refused a read for want of it, and nowhere else."""

import asyncio

from providers.heroku.answers import Answer
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, Trouble


class SecondFactor:
    """A code while it is good, and what it is wanted for."""

    def __init__(self) -> None:
        self._code: Secret | None = None
        self._wanted: set[str] = set()
        self.one_by_one = asyncio.Lock()
        """For trying a code: many at once would be as many wrong ones, and Heroku counts."""

    @property
    def code(self) -> str:
        """The code to try, "" when there is none."""
        return self._code.reveal().strip() if self._code is not None else ""

    def give(self, code: Secret | None) -> None:
        """Hand in a code; Trouble when it can be none."""
        if code is not None:
            checked_code(code)
        self._code = code

    def known(self, path: str) -> str:
        """The code, where what `path` is of was opened by it before: it is not refused once more first."""
        return self.code if _thing(path) in self._wanted else ""

    def judge(self, path: str, sent: str, answer: Answer, refusal: Trouble) -> None:
        """Learn from the answer to a read that was refused, and was asked again with the code `sent` if there
        is one.

        Raises:
            SecondFactorNeeded: it stays refused. A code that was not taken is forgotten: asking on with it
                would lock the account.
        """
        if not sent:
            raise refusal
        if answer.status != 403:
            self._wanted.add(_thing(path))
            return
        if self.code == sent:
            self._code = None
        raise SecondFactorNeeded(
            "heroku",
            f"Heroku does not take the code of the second factor for {answer.path} (any more).",
            remedy="Wait for the next code, and give that one.",
            resume=refusal.resume if isinstance(refusal, SecondFactorNeeded) else None,
        )


def checked_code(code: Secret) -> str:
    """The code as it is sent.

    Raises:
        Trouble: empty, or with characters that no code has.
    """
    value = code.reveal().strip()
    if not 0 < len(value) <= 100 or not (value.isascii() and value.isalnum()):
        raise Trouble(
            "That is no code of a second factor: it has letters and digits only.",
            remedy="Type the code that your authenticator shows now, or a recovery code.",
            code="otp-malformed",
        )
    return value


def _thing(path: str) -> str:
    """The app or team that a path is about: "/apps/<id>"."""
    return "/".join(path.split("/")[:3])
