// What the scripts share: reading the command line, posting, and the summary.

/** The server's root address from the first argument, without a slash at its end. */
export function serverUrl() {
  const [, script, argument] = process.argv;
  if (!URL.canParse(argument ?? '')) {
    console.error(`usage: node ${script} URL   (the server's root, such as http://127.0.0.1:8080)`);
    process.exit(2);
  }
  return argument.replace(/\/+$/, '');
}

/** Posts one operation; answers `{ status, body }` with the decoded body. */
export async function post(url, operation) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    throw new Error(`${url}/graphql answered ${response.status} and no JSON: ${text.slice(0, 300)}`);
  }
}

/** Collects checks; `finish` prints the summary and sets the exit code. */
export class Report {
  #title;
  #passed = 0;
  #failed = [];

  constructor(title) {
    this.#title = title;
  }

  check(name, holds, detail = '') {
    if (holds) this.#passed += 1;
    else this.#failed.push(detail ? `${name}: ${detail}` : name);
  }

  finish() {
    for (const line of this.#failed) console.error(`FAILED ${line}`);
    const all = this.#passed + this.#failed.length;
    console.log(`${this.#title}: ${this.#passed} of ${all} ok`);
    process.exitCode = this.#failed.length === 0 && all > 0 ? 0 : 1;
  }
}

export const short = (value) => JSON.stringify(value)?.slice(0, 400) ?? String(value);
