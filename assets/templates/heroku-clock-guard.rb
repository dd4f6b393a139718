
# Of several copies of this capsule one starts a job: the one that gets its lock in Postgres. It is held for a
# minute at least, for the clocks of two machines differ.
def alone(job)
  connection = PG.connect(ENV.fetch("{{variable}}"))
  told = connection.exec_params("SELECT pg_try_advisory_lock($1, $2)", [{{locks}}, job[:lock]])
  unless told.getvalue(0, 0) == "t"
    say(job, "another copy of this capsule runs it")
    return
  end
  ends = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 60
  yield
  sleep(0.2) until Process.clock_gettime(Process::CLOCK_MONOTONIC) > ends || SCHEDULER.down?
ensure
  connection&.close
end
