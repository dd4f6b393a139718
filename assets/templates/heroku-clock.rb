# Written by Offramp: the jobs of Heroku Scheduler. Each is started at its minute (UTC) as a process of its
# own; while one runs it is not started again.
require "rufus-scheduler"
{{import}}
$stdout.sync = true

JOBS = [
{{jobs}}
].freeze

CHILDREN = {}
SIGNALS = []
SCHEDULER = Rufus::Scheduler.new

def say(job, words)
  puts "#{Time.now.utc.strftime('%Y-%m-%dT%H:%M:%SZ')} #{job[:name]}: #{words}"
end

def tell_to_end(pid)
  Process.kill("TERM", -pid)
rescue Errno::ESRCH
  nil
end

def run(job)
  return if SIGNALS.any?
  say(job, "starts")
  pid = Process.spawn(*job[:command], pgroup: true)
  CHILDREN[job] = pid
  # The signal may have come while it was being started.
  tell_to_end(pid) if SIGNALS.any?
  _, status = Process.wait2(pid)
  say(job, status.signaled? ? "ended by signal #{status.termsig}" : "ended with #{status.exitstatus}")
ensure
  CHILDREN.delete(job)
end
{{guard}}
JOBS.each do |job|
  SCHEDULER.cron("#{job[:when]} Etc/UTC", overlap: false) do
    {{guarded}}
  rescue StandardError => e
    say(job, "not started: #{e.message}")
  end
end
puts "jobs that wait for their time: #{JOBS.size}"

%w[TERM INT].each do |signal|
  trap(signal) do
    SIGNALS << signal
    CHILDREN.each_value { |pid| tell_to_end(pid) }
    # Nothing that takes a lock may run in here.
    Thread.new { SCHEDULER.shutdown(:wait) }
  end
end
SCHEDULER.join
