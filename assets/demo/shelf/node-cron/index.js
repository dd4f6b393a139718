// Plays node-cron for the example system: five or six fields, lists, ranges and steps, in UTC or local time.
const LIMITS = [[0, 59], [0, 59], [0, 23], [1, 31], [1, 12], [0, 7]];

function values(field, [least, most]) {
  const found = new Set();
  for (const part of field.split(",")) {
    const [range, step = "1"] = part.split("/");
    const [from, to = part.includes("/") ? String(most) : from] = range === "*" ? [String(least), String(most)] : range.split("-");
    const [first, last, by] = [Number(from), Number(to), Number(step)];
    if (![first, last, by].every(Number.isInteger) || first < least || last > most || by < 1) {
      throw new Error(`${field} is not a valid expression`);
    }
    for (let number = first; number <= last; number += by) found.add(number);
  }
  return found;
}

function parsed(expression) {
  const fields = expression.trim().split(/\s+/);
  if (fields.length === 5) fields.unshift("0");
  if (fields.length !== 6) throw new Error(`${expression} is not a valid expression`);
  return fields.map((field, number) => values(field, LIMITS[number]));
}

function due(fields, now, utc) {
  const [second, minute, hour, day, month, weekday] = utc
    ? [now.getUTCSeconds(), now.getUTCMinutes(), now.getUTCHours(), now.getUTCDate(), now.getUTCMonth() + 1, now.getUTCDay()]
    : [now.getSeconds(), now.getMinutes(), now.getHours(), now.getDate(), now.getMonth() + 1, now.getDay()];
  const asked = [second, minute, hour, day, month];
  if (!asked.every((value, number) => fields[number].has(value))) return false;
  return fields[5].has(weekday) || (weekday === 0 && fields[5].has(7));
}

export function validate(expression) {
  try {
    parsed(expression);
    return true;
  } catch {
    return false;
  }
}

// How many seconds pass here in one of this machine: the sandbox lets a test have hours within moments.
const PACE = 60 / (Number(process.env.SANDBOX_MINUTE_SECONDS) || 60);

export function schedule(expression, task, options = {}) {
  const fields = parsed(expression);
  const utc = (options.timezone ?? "").toUpperCase().endsWith("UTC");
  const begun = Date.now();
  const now = () => Math.floor((begun + (Date.now() - begun) * PACE) / 1000);
  let last = now() - 1;
  const timer = setInterval(() => {
    for (const end = now(); last < end;) {
      last += 1;
      if (due(fields, new Date(last * 1000), utc)) task();
    }
  }, 200);
  return { stop: () => clearInterval(timer), start: () => {} };
}

export default { schedule, validate };
