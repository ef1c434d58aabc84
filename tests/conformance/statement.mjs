// Statements of what was issued, by `jose` and `canonicalize`: signed by a key of the set, over exactly these files.
// Usage: node statement.mjs MANIFEST   (JSON: {keys: FILE, statements: [{jws: FILE, forms: {name: FILE}}]})
import { createHash, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import canonicalize from 'canonicalize';
import { compactVerify, createLocalJWKSet } from 'jose';

import { Report } from './support.mjs';

globalThis.crypto ??= webcrypto;

const [manifest] = process.argv.slice(2);
if (!manifest) {
  console.error('usage: node statement.mjs MANIFEST');
  process.exit(2);
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const read = async (path) => JSON.parse(await readFile(path, 'utf8'));
const normalized = (text) =>
  text.replace(/^\ufeff+/, '').normalize('NFC').replace(/\r\n?/g, '\n').split('\n').map((line) => line.trimEnd()).join('\n').trim();

const { keys, statements } = await read(manifest);
const keySet = createLocalJWKSet(await read(keys));
const verify = (jws) => compactVerify(jws, keySet, { algorithms: ['EdDSA'] });
const isRefused = async (jws) => verify(jws).then(() => false, () => true);

const report = new Report('statement');
for (const { jws: file, forms } of statements) {
  const jws = await readFile(file, 'utf8');
  const { payload, protectedHeader } = await verify(jws);
  report.check(`${file}: its type`, protectedHeader.typ === 'griot-statement+jwt', protectedHeader.typ);
  const { subjects } = JSON.parse(new TextDecoder().decode(payload));
  report.check(`${file}: every form`, subjects.length === Object.keys(forms).length, subjects.map((one) => one.name).join());
  for (const subject of subjects) {
    const bytes = await readFile(forms[subject.name]);
    const what = `${file}: ${subject.name}`;
    report.check(what, sha256(bytes) === subject.sha256, subject.sha256);
    const isJson = subject.media_type.endsWith('json');
    report.check(`${what}, jcs`, isJson === (subject.jcs_sha256 !== undefined), subject.media_type);
    if (isJson) {
      report.check(`${what}, jcs`, sha256(canonicalize(JSON.parse(bytes))) === subject.jcs_sha256, subject.jcs_sha256);
    }
    if (subject.text_sha256 !== undefined) {
      report.check(`${what}, text`, sha256(normalized(bytes.toString('utf8'))) === subject.text_sha256, subject.text_sha256);
    }
  }
  const [header, body, signature] = jws.split('.');
  const altered = (part) => part.slice(0, 9) + (part[9] === 'A' ? 'B' : 'A') + part.slice(10);
  report.check(`${file}: altered payload`, await isRefused([header, altered(body), signature].join('.')), 'it was accepted');
  report.check(`${file}: altered signature`, await isRefused([header, body, altered(signature)].join('.')), 'it was accepted');
}
report.finish();
