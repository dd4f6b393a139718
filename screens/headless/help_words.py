"""What `--help` says of commands at length, in lines of 80 columns."""

ABOUT = """Get a whole system off Heroku, safely, in one sitting, from a terminal. Without
a command the full-screen wizard opens, with --plain the one in lines. A session
is one migration, kept on this machine; both wizards and the commands go on with
the same. `offramp COMMAND --help` explains a command."""

STARTS = """Starts the run of a session that was planned, or goes on with it, and prints a
line for each thing that happens until it ends or waits for a person. It is a
process of its own: ctrl+c ends the following only."""

RUNS = """The gates are cut-over and finish and, where the plan has them, jobs:APP,
ready:APP and store:STORE. Without --confirm the run waits at its gate, for days
if need be: `offramp run` says what is true there and ends with exit code 3.

exit codes: 0 the run is done (with --detach: it goes on), 1 something is in the
way, 3 it waits for a person, 4 a step failed, 5 everything was taken back to
Heroku, 130 ctrl+c (the run goes on by itself)."""

STANDS = """exit codes: 0 the run is done or goes on, 1 there is no such session, 3 it waits
for a person or is not begun, 4 a step failed, 5 it was taken back to Heroku."""

TRIES = """The first start makes the example's data, which takes up to a minute. Example
and run go on when you leave; --stop ends both and removes all of it, where it
is open in no other terminal. No account is needed, and nothing leaves this
machine."""

TOLD = """what is told:
  pause        holds a copy where it is, before the cut-over
  resume       ends the pause
  retry [STEP] tries a failed step, or what is waited for, again now
  more, fewer  a worker more or fewer for the copy that is at work
  accept [STEP]
               says that you have done what a step waits for; goes on with DNS
               as it is, where a record is waited for. STEP is its key or its
               number
  sign-in      Offramp signs in to the vendor's own program that the tunnel goes
               by, with the password of this migration, where that is waited for
  stop         ends the run where it is; `offramp run SESSION` goes on with it
  back         takes everything back to Heroku, until the last gate
  [DATABASE] port N    the tunnel to that database is your own, on port N of
               this machine; `port off`: Offramp opens it itself again

exit codes: 0 it was taken, 1 it was refused (stderr says why), 2 the command
line is wrong. When no run is at work, resume, retry and back start it."""

REPORTS = """Prints what moved, with the proof of each table, what stayed behind and why, and
what is left to do. While a run goes on, as far as it is."""

LISTS = """Lists every session on this machine, those that run first, with its id and where
it stands. Exit code 1 when one of them cannot be read."""

HELPS = """Writes the journal, the plan and what this machine is like into a zip, without
config vars, tokens, rows, build logs and mail addresses. Nothing is sent; look
at it before you send it."""

EXAMINES = """Looks for what a move needs: keyring, ssh, git, Postgres programs, terminal,
disk; and at the settings file. Nothing is changed. Exit code 1 when something
stops a move."""

MEANS = """Every error ends with a code in brackets, as in [token-expired]: this says what
happened and what to do."""

WISHES = "pause, resume, more, fewer, sign-in, stop, back; accept [STEP]; retry [STEP]; [DATABASE] port N"
"""STEP is a step's key in the plan, or its number."""
