"""Databases of the sandbox's Aptible: what is on offer, and the servers behind it."""
