"""What stands on the sandbox's Heroku: plain state, and what Heroku offers everybody."""
