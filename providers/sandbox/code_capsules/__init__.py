"""A Code Capsules on loopback. Its API is played as public material tells it (the official Pulumi provider's
client, the vendor's documentation, and the API reference of a coding assistant's skill); nothing of it was
tried against the vendor. `sandbox.CodeCapsulesSandbox` says what there is to hold on to."""

from providers.sandbox.code_capsules.sandbox import CodeCapsulesSandbox

__all__ = ["CodeCapsulesSandbox"]
