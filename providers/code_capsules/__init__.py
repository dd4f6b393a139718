"""Code Capsules as a target: what it can hold and what it costs. Offramp cannot move a system there yet."""

from providers.code_capsules.provider import CodeCapsules

PROVIDER = CodeCapsules()
