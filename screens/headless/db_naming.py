"""How a database is named on the command line, in words."""

from typing import Final

NAMING: Final = """how a database is named (never with a password in the command line):
  env:NAME           the environment variable NAME holds its URL
  heroku:APP[/NAME]  the Postgres that a Heroku app has attached as NAME
                     (DATABASE when left out). Its URL is read from Heroku, with
                     HEROKU_API_KEY, or the token that the wizard keeps, or the
                     Heroku CLI's
  postgresql://...   a URL or conninfo as libpq takes it, without its password:
                     that comes from ~/.pgpass, a service file or PGPASSWORD, or
                     is asked for on the terminal
  -                  its URL is asked for on the terminal, and not shown"""
