"""Heroku, Aptible and Code Capsules on loopback: what the guided demo and the tests move from and to.

One process imitates the vendors: real Postgres servers, real processes, real HTTP, a real SSH portal.
Nothing of it listens anywhere but on 127.0.0.1 and on unix sockets in private folders.
"""
