"""How Code Capsules' APIs fail, told apart by what a caller does next."""

from wizard.model.trouble import Trouble, Unreachable


class AnswerLost(Unreachable):
    """A creation was sent, and what became of it is not known. Look before doing anything else."""


class Missing(Trouble):
    """404: it is not there, or this account may not see it."""


class Refused(Trouble):
    """4xx: not done, says the vendor. Of a creation even that is not sure: look (see `created`)."""

    def __init__(self, cause: str, status: int, said: str) -> None:
        super().__init__(cause, remedy="Correct what it says, then try again.", code="refused")
        self.status = status
        self.said = said


class NotTheApi(Unreachable):
    def __init__(self, host: str, status: int) -> None:
        super().__init__(
            f"{host} answers with a web page or a redirect (status {status}), not with Code Capsules' API.",
            remedy="Look for a proxy or a sign-in page of your network in between, then try again.",
            code="not-the-api",
        )


class Failing(Unreachable):
    """5xx. `status` tells a passing trouble of a host in between (502, 503, 504) from one of the API's."""

    def __init__(self, what: str, status: int) -> None:
        super().__init__(
            f"Code Capsules failed ({status}) at: {what}.",
            remedy="Wait a little and try again; the vendor's status page may say more.",
            code="server-error",
        )
        self.status = status


class Later(Unreachable):
    def __init__(self, what: str, seconds: float | None) -> None:
        super().__init__(
            f"Code Capsules asks to go slower at: {what}.",
            remedy="Wait a minute, then try again.",
            code="rate-limit",
        )
        self.seconds = seconds
