"""Code Capsules as a target."""

from typing import TYPE_CHECKING

from providers.code_capsules.provider import CodeCapsulesProvider

if TYPE_CHECKING:
    from wizard.ports import TargetProvider

PROVIDER: "TargetProvider" = CodeCapsulesProvider()
