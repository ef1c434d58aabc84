// Are the files JSON Feeds 1.1? `node jsonfeed.mjs SCHEMAS_DIR FILE...`, with SCHEMAS_DIR being tests/schemas.

import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { Report, short } from './support.mjs';

const [schemas, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node jsonfeed.mjs SCHEMAS_DIR FILE...');
  process.exit(2);
}
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));

// The schema says `draft-07` and names formats, which a validator has to know to check them.
const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);
const validate = ajv.compile(read(`${schemas}/jsonfeed/schema-v1.1.json`));

const report = new Report('JSON Feed');
for (const file of files) {
  const feed = read(file);
  const isValid = validate(feed);
  report.check(file, isValid, short(validate.errors));
  // What no schema can say: an id names one item.
  const ids = (feed.items ?? []).map((item) => item.id);
  report.check(`${file}, ids`, new Set(ids).size === ids.length, short(ids));
}
report.finish();
