// Documents are valid ninjs 3.2, by the IPTC's own schema. Offline: the GeoJSON schema it refers to is at hand too.
// Usage: node ninjs.mjs SCHEMAS_DIR FILE...   (SCHEMAS_DIR is ../schemas)
import { readFile } from 'node:fs/promises';

import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { Report } from './support.mjs';

const [schemas, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node ninjs.mjs SCHEMAS_DIR FILE...');
  process.exit(2);
}

const read = async (path) => JSON.parse(await readFile(path, 'utf8'));

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(await read(`${schemas}/ninjs/GeoJSON-schema.json`));
const validate = ajv.compile(await read(`${schemas}/ninjs/ninjs-schema_3.2.json`));

const report = new Report('ninjs');
for (const file of files) {
  const isValid = validate(await read(file));
  const errors = (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  report.check(file, isValid, errors.slice(0, 8).join('; '));
}

// A validator that was set up wrong accepts everything.
report.check('a property that ninjs does not have is refused', !validate({ uri: 'urn:x:1', guid: '1' }));
report.check('a status that ninjs does not have is refused', !validate({ uri: 'urn:x:1', pubStatus: 'cancelled' }));
report.finish();
