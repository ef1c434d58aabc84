// Terms of use are ODRL 2.2: `jsonld` expands them in safe mode in the context of the W3C, so that an unknown term is an
// error, and what comes out has what the Information Model asks of an offer: an identifier, one assigner, rules, each with
// a target and with actions of the vocabulary. Offline: the context is in tests/schemas/odrl.
// Usage: node odrl.mjs SCHEMAS_DIR FILE...   (SCHEMAS_DIR is ../schemas)
import { readFile } from 'node:fs/promises';

import jsonld from 'jsonld';

import { Report, short } from './support.mjs';

const [schemas, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node odrl.mjs SCHEMAS_DIR FILE...');
  process.exit(2);
}

const CONTEXT = 'http://www.w3.org/ns/odrl.jsonld';
const ODRL = 'http://www.w3.org/ns/odrl/2/';
const document = JSON.parse(await readFile(`${schemas}/odrl/odrl.jsonld`, 'utf8'));
const vocabulary = new Set(
  Object.values(document['@context'])
    .map((term) => (typeof term === 'string' ? term : term['@id']))
    .filter((id) => id?.startsWith('odrl:'))
    .map((id) => ODRL + id.slice('odrl:'.length)),
);

/** Loads ODRL's context from memory, and nothing else. */
async function documentLoader(url) {
  if (url !== CONTEXT) throw new Error(`${url} is not the context of ODRL`);
  return { contextUrl: null, documentUrl: url, document };
}

const of = (node, name) => node[ODRL + name] ?? [];
const ids = (node, name) => of(node, name).map((value) => value['@id']);

/** What is wrong with a document; empty when nothing is. */
async function faults(value) {
  let expanded;
  try {
    expanded = await jsonld.expand(value, { documentLoader, safe: true });
  } catch (error) {
    return [`${error.message} ${short(error.details?.event ?? error.details)}`];
  }
  const found = [];
  const [offer] = expanded;
  if (expanded.length !== 1 || !offer['@type']?.includes(`${ODRL}Offer`)) found.push('it is no offer');
  if (!URL.canParse(offer['@id'] ?? '')) found.push('it has no identifier');
  if (ids(offer, 'assigner').length !== 1) found.push('it has no one assigner');
  const rules = ['permission', 'prohibition', 'obligation'].flatMap((name) => of(offer, name));
  if (rules.length === 0) found.push('it has no rule');
  for (const rule of rules) {
    if (ids(rule, 'target').length !== 1) found.push(`${short(rule)} has no one target`);
    for (const acted of [rule, ...of(rule, 'duty')]) {
      const actions = ids(acted, 'action');
      if (actions.length === 0) found.push(`${short(acted)} has no action`);
      for (const action of actions) if (!vocabulary.has(action)) found.push(`${action} is no action of ODRL`);
    }
    for (const constraint of of(rule, 'constraint')) {
      for (const part of ['leftOperand', 'operator']) {
        const [id, ...more] = ids(constraint, part);
        if (more.length > 0 || !vocabulary.has(id)) found.push(`${part} is ${id}`);
      }
      if (of(constraint, 'rightOperand').length !== 1) found.push(`${short(constraint)} has no right operand`);
    }
  }
  return found;
}

const report = new Report('ODRL');
const values = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8'))));
for (const [at, file] of files.entries()) {
  const found = await faults(values[at]);
  report.check(file, found.length === 0, found.join('; '));
}

// A judge that was set up wrong accepts everything.
const wrong = [
  { ...values[0], licence: 'x' },
  { ...values[0], uid: undefined },
  { ...values[0], assigner: undefined },
  { ...values[0], permission: [{ ...values[0].permission[0], action: 'copy' }] },
  { ...values[0], permission: [{ action: 'read' }] },
];
for (const value of wrong) report.check(`${short(value)} is refused`, (await faults(value)).length > 0);
report.finish();
