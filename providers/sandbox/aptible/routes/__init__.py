"""The HTTP routes of the sandbox's Aptible, one module a thing."""
