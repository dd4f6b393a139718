// Written by Offramp: the jobs of Heroku Scheduler. Each is started at its minute (UTC) as a process of its
// own; while one runs it is not started again.
import { spawn } from "node:child_process";
import cron from "node-cron";
{{import}}
const JOBS = [
{{jobs}}
];

const running = new Map();
let stopping = false;

function say(job, words) {
  console.log(`${new Date().toISOString()} ${job.name}: ${words}`);
}

function children() {
  return [...running.values()].filter(Boolean);
}

async function start(job) {
  if (stopping) return;
  if (running.has(job)) {
    say(job, "still runs, or was just started; this time it is left out");
    return;
  }
  running.set(job, null);
  try {
    {{guarded}}
  } catch (error) {
    say(job, `not started: ${error.message}`);
  } finally {
    running.delete(job);
  }
}

function run(job) {
  if (stopping) return undefined;
  say(job, "starts");
  return new Promise((resolve, reject) => {
    const [program, ...words] = job.command;
    const child = spawn(program, words, { stdio: "inherit", detached: true });
    running.set(job, child);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      say(job, signal ? `ended by ${signal}` : `ended with ${code}`);
      running.set(job, null);
      if (stopping && children().length === 0) process.exit(0);
      resolve();
    });
  });
}
{{guard}}
for (const job of JOBS) cron.schedule(job.when, () => start(job), { timezone: "UTC" });
console.log(`jobs that wait for their time: ${JOBS.length}`);

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    stopping = true;
    if (children().length === 0) process.exit(0);
    for (const child of children()) process.kill(-child.pid, signal);
  });
}
