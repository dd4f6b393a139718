"""Records as the deploy API shows them: the fields of its OpenAPI document, links by absolute address."""

from providers.sandbox.aptible.shapes.apps import AppShapes
from providers.sandbox.aptible.shapes.drains import DrainShapes
from providers.sandbox.aptible.shapes.endpoints import EndpointShapes
from providers.sandbox.aptible.shapes.environments import EnvironmentShapes


class Shapes(AppShapes, EndpointShapes, DrainShapes, EnvironmentShapes):
    """Makes JSON of records of every kind."""


__all__ = ["Shapes"]
