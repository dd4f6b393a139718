"""Heroku on loopback, with the example system running behind it."""

from providers.sandbox.heroku.sandbox import HerokuSandbox

__all__ = ["HerokuSandbox"]
