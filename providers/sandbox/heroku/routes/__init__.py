"""What the sandbox's Heroku answers, a class of routes for each part of its APIs."""
