"""What the exit codes of `offramp` mean."""

DONE = 0
TROUBLE = 1
USAGE = 2
WAITS = 3
FAILED = 4
TAKEN_BACK = 5
DIFFERS = 6
INTERRUPTED = 130

EXPLAINED = """exit codes:
  0    done (for `status`: the run is done, or goes on)
  1    something is in the way; stderr says what, what was not touched, and what
       to do
  2    the command line is wrong
  3    it waits for a person: a gate, a sign-in, or an answer (--plain,
       --answers)
  4    a step failed; the run can be tried again
  5    everything was taken back to Heroku
  6    the databases differ, or a restore lost something; each difference is
       named
  130  ended by ctrl+c; a run goes on by itself"""
