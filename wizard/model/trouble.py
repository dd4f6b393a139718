"""What went wrong, in the words that a person reads: the cause, what was not touched, what to do next."""

from wizard.model.secret import redact
from wizard.model.text import clean_lines


def _safe(text: str) -> str:
    # Twice: cutting a long text in the middle of a secret would leave a part that is not known.
    return redact(clean_lines(redact(text)))


def tag(code: str) -> str:
    """How a code stands behind what it is of: `[token-expired]`. `offramp explain` knows what it means."""
    return f"[{code}]"


def joined(*parts: str) -> str:
    """Sentences as one paragraph, without those that are empty."""
    return " ".join(part for part in parts if part)


class Trouble(Exception):
    """An error that is shown as it is. Its texts are made safe and freed of known secrets here.

    Args:
        cause: what happened, one or two short sentences in the present tense.
        untouched: what was not changed by it.
        remedy: what the person can do next, naming the key or the command.
        code: a stable word for scripts and the help ("token-expired").
        retry: whether doing the same again later may succeed without a change.
    """

    def __init__(
        self,
        cause: str,
        *,
        remedy: str,
        code: str,
        untouched: str = "Nothing was changed.",
        retry: bool = False,
    ) -> None:
        self.cause = _safe(cause)
        self.untouched = _safe(untouched)
        self.remedy = _safe(remedy)
        super().__init__(self.cause)
        self.code = code
        self.retry = retry

    def advise(self, more: str) -> None:
        """Add to the remedy, where it is known why this was tried; the trouble is raised on as what it is."""
        self.remedy = f"{self.remedy} {_safe(more)}".strip()

    def sentence(self) -> str:
        """All three parts as one paragraph, the code last."""
        return joined(self.cause, self.untouched, self.remedy, tag(self.code))

    def brief(self) -> str:
        """Where nothing could have been changed: the cause, what to do, the code."""
        return joined(self.cause, self.remedy, tag(self.code))


class SignInNeeded(Trouble):
    """The vendor no longer accepts the token: a person must sign in again. `vendor` names whose."""

    def __init__(self, vendor: str, cause: str, *, remedy: str, code: str = "token-refused") -> None:
        super().__init__(cause, remedy=remedy, code=code)
        self.vendor = vendor


class SecondFactorNeeded(Trouble):
    """Sign-in goes on with a one-time code. `resume` holds what the vendor wants sent back with it."""

    def __init__(self, vendor: str, cause: str, *, remedy: str, resume: dict[str, str] | None = None) -> None:
        super().__init__(cause, remedy=remedy, code="otp-wanted")
        self.vendor = vendor
        self.resume = resume or {}


class Unreachable(Trouble):
    """A host does not answer, or answers with something that is not its API. May pass by itself."""

    def __init__(self, cause: str, *, remedy: str, code: str = "unreachable") -> None:
        super().__init__(cause, remedy=remedy, code=code, retry=True)
