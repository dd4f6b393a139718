"""An Aptible on loopback."""

from providers.sandbox.aptible.sandbox import AptibleSandbox

__all__ = ["AptibleSandbox"]
