"""What can go wrong at Code Capsules, by name: `faults.add("create-fails-but-works", count=2)`.

A name stands for a rule of `providers.sandbox.faults` with its path filled in; whatever else is given to
`add` goes into the rule (`count`, `after`, `seconds`, `message`, and `path` where a single capsule or request
is meant; "api:/*" or "za-1:/*" for a single host). All kinds of `providers.sandbox.faults.KINDS` work too.
"""

from dataclasses import dataclass, field
from typing import Any

from providers.sandbox.faults import Faults, Rule


@dataclass(frozen=True)
class Named:
    """`says` is what happens."""

    says: str
    kind: str
    path: str = "*"
    method: str = "*"
    params: dict[str, Any] = field(default_factory=dict)


_CREATE = "*/capsules"

NAMED: dict[str, Named] = {
    "create-fails-but-works": Named("the capsule is made, the answer is 500", "worked", "create:/*"),
    "create-refused-but-works": Named(
        "the capsule is made, the answer is 400", "worked", "create:/*", params={"status": 400}
    ),
    "create-fails": Named("no capsule is made, the answer is 500", "nothing", "create:/*"),
    "create-cut": Named("the capsule is made, the connection ends", "drop", _CREATE, "POST"),
    "starts-by-itself": Named("a capsule made with no replica has one", "starts", "create:/*"),
    "provisioning-never-ends": Named("a data capsule stays Starting", "never", "provision:/*"),
    "provisioning-slow": Named("a data capsule needs `seconds` more", "slow", "provision:/*"),
    "configs-drop-system": Named("PUT configs removes System entries", "drop-system", "configs:/*"),
    "second-factor": Named("sign-in asks for a second factor", "second-factor", "login:/"),
    "slow-build": Named("a build takes `seconds` (2) more", "slow", "build:/*"),
    "build-fails": Named("a build fails with `message`", "fail", "build:/*"),
    "deploys-late": Named("what a build made runs `seconds` (2) after its end", "late", "build:/*"),
    "dies-at-start": Named("what a capsule starts ends at once", "die", "start:/*"),
    "main-unreachable": Named("every main host cuts the connection", "refuse", "main:/*"),
    "cluster-down": Named("every cluster cuts the connection", "refuse", "cluster:/*"),
    "unauthorized": Named("a request is answered 401", "401"),
    "rate-limit": Named("a request is answered 429", "429"),
    "space-taken": Named("a space's slug is somebody else's", "taken", "space:/"),
    "slow-answers": Named("an answer takes `seconds` (2)", "slow"),
    "proxy-refuses": Named("nobody may pass to a data capsule", "refuse", "proxy:/*"),
}


class CapsuleFaults(Faults):
    """Faults that know these names as well."""

    def add(
        self,
        kind: str,
        *,
        path: str = "*",
        method: str = "*",
        count: int | None = 1,
        after: int = 0,
        **params: Any,
    ) -> int:
        named = NAMED.get(kind)
        if named is None:
            return super().add(kind, path=path, method=method, count=count, after=after, **params)
        return super().add(
            named.kind,
            path=named.path if path == "*" else path,
            method=named.method if method == "*" else method,
            count=count,
            after=after,
            **{**named.params, **params},
        )

    def take(self, method: str, path: str) -> Rule | None:
        """A path of the sandbox's own making ("build:/shop") is meant only by rules of that making: one for
        every path is for HTTP."""
        making, found, _ = path.partition(":/")
        if not found or path.startswith("/"):
            return super().take(method, path)
        every = self._rules
        self._rules = [rule for rule in every if rule.path.startswith(f"{making}:/")]
        try:
            return super().take(method, path)
        finally:
            self._rules = every
