"""How long what runs on Heroku has to end in good order."""

HEROKU_GRACE = 30
"""Seconds that Heroku gives a dyno between SIGTERM and SIGKILL (Dev Center: dynos, shutdown)."""
