// Does npm `standardwebhooks` take deliveries as they were received, and refuse what was altered, is old or comes again?
// `node webhooks.mjs FILE`: a JSON list of { name, secret, headers, body, is_taken }, received in this order.

import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { Report, short } from './support.mjs';

// docs/webhooks.md shows this.
const seen = new Set();
function receive(secret, headers, body) {
  const event = new Webhook(secret).verify(body, headers); // throws when it is not ours, or older than five minutes
  const id = headers['webhook-id'];
  if (seen.has(id)) return null; // it came before: nothing to do
  seen.add(id);
  return event;
}

const cases = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const report = new Report('npm standardwebhooks');
for (const { name, secret, headers, body, is_taken } of cases) {
  let taken;
  let why = 'it was received before';
  try {
    taken = receive(secret, headers, body) !== null;
  } catch (error) {
    taken = false;
    why = error.message;
  }
  report.check(name, taken === is_taken, taken ? 'it was taken' : short(why));
}
report.finish();
