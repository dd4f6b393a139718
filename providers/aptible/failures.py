"""How Aptible's APIs fail, told apart by what a caller does next."""

from providers.aptible.answers import ApiError
from wizard.model.trouble import Trouble, Unreachable


class AnswerLost(Unreachable):
    """A POST was sent, and what became of it is not known. Look before doing anything else."""


class Missing(Trouble):
    """404: it is not there, or this account may not see it."""


class Refused(Trouble):
    """4xx: understood and not done. `error` is the API's own slug, `context` its exception_context."""

    def __init__(self, cause: str, answer: ApiError, status: int) -> None:
        super().__init__(cause, remedy="Correct what it says, then try again.", code="refused")
        self.error = answer.error or ""
        self.status = status
        self.context = answer.exception_context or {}


class NotTheApi(Unreachable):
    def __init__(self, host: str, status: int) -> None:
        super().__init__(
            f"{host} answers with a web page or a redirect (status {status}), not with Aptible's API.",
            remedy="Look for a proxy or a sign-in page of your network in between, then try again.",
            code="not-the-api",
        )


class Later(Unreachable):
    def __init__(self, what: str, seconds: float | None) -> None:
        super().__init__(
            f"Aptible asks to go slower at: {what}.",
            remedy="Wait a minute, then try again.",
            code="rate-limit",
        )
        self.seconds = seconds
