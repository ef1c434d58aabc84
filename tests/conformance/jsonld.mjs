// Documents are JSON-LD of schema.org's terms and no others, each where schema.org has it. Two judges, both offline:
// `jsonld` expands them in safe mode, in a context that knows the vocabulary and nothing else, so that an unknown term is
// an error; and the TypeScript compiler holds them against `schema-dts`, so that a term has to fit its type and its
// value. The vocabulary is what `schema-dts` declares.
// Usage: node jsonld.mjs FILE...   (JSON-LD, or HTML with a `<script type="application/ld+json">` in it)
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import jsonld from 'jsonld';
import ts from 'typescript';

import { Report, short } from './support.mjs';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node jsonld.mjs FILE...');
  process.exit(2);
}

const declarations = createRequire(import.meta.url).resolve('schema-dts').replace(/\.js$/, '.d.ts');

/** The JSON-LD of a file, be it one or a page that holds one. */
async function document(file) {
  const text = await readFile(file, 'utf8');
  const script = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(text);
  return JSON.parse(script ? script[1] : text);
}

/** Names of the types and properties that `schema-dts` declares. */
async function vocabulary() {
  const source = ts.createSourceFile('schema.d.ts', await readFile(declarations, 'utf8'), ts.ScriptTarget.Latest, true);
  const terms = new Set();
  const visit = (node) => {
    if (ts.isPropertySignature(node) && ts.isStringLiteral(node.name)) {
      const name = node.name.text;
      if (!name.startsWith('@')) terms.add(name);
      const type = node.type && ts.isLiteralTypeNode(node.type) && node.type.literal;
      if (name === '@type' && type && ts.isStringLiteral(type)) terms.add(type.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...terms].filter((term) => /^[A-Za-z0-9]+$/.test(term));
}

const terms = await vocabulary();
const context = Object.fromEntries(terms.map((term) => [term, `http://schema.org/${term}`]));

/** Loads schema.org's context from memory, and nothing else. */
async function documentLoader(url) {
  if (!/^https?:\/\/schema\.org\/?$/.test(url)) throw new Error(`${url} is not schema.org`);
  return { contextUrl: null, documentUrl: url, document: { '@context': context } };
}

/** What is wrong with a document as JSON-LD; empty when nothing is. */
async function faultsOfExpansion(value) {
  try {
    const expanded = await jsonld.expand(value, { documentLoader, safe: true });
    return expanded.length === 1 ? '' : `${expanded.length} nodes at the top`;
  } catch (error) {
    return `${error.message} ${short(error.details?.event ?? error.details)}`;
  }
}

/** What is wrong with documents by the types of schema.org, by their place in the list. */
function faultsOfTypes(values) {
  const path = (at) => fileURLToPath(new URL(`./document-${at}.ts`, import.meta.url));
  const sources = new Map(values.map((value, at) => [path(at), typed(value)]));
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.getSourceFile = (name, version, ...rest) =>
    sources.has(name) ? ts.createSourceFile(name, sources.get(name), version) : getSourceFile(name, version, ...rest);
  const program = ts.createProgram([...sources.keys()], options, host);
  const faults = values.map(() => []);
  for (const fault of ts.getPreEmitDiagnostics(program)) {
    const at = [...sources.keys()].indexOf(fault.file?.fileName);
    const place = fault.file ? sources.get(fault.file.fileName)?.slice(fault.start, fault.start + 60) : '';
    const message = ts.flattenDiagnosticMessageText(fault.messageText, ' ').slice(0, 600);
    // What belongs to no document is everybody's.
    for (const list of at < 0 ? faults : [faults[at]]) list.push(`at ${place}: ${message}`);
  }
  return faults.map((list) => list.join('; '));
}

const typed = (value) => `import type { WithContext, ${value['@type']} as Type } from 'schema-dts';
export const document: WithContext<Type> = ${JSON.stringify(value, null, 1)};
`;

const report = new Report('JSON-LD');
report.check('schema-dts declares a vocabulary', terms.length > 2000, `${terms.length} terms`);

// Judges that were set up wrong accept everything.
const wrong = [
  { '@context': 'https://schema.org', '@type': 'NewsArticle', headlin: 'x' },
  { '@context': 'https://schema.org', '@type': 'Person', headline: 'x' },
  { '@context': 'https://schema.org', '@type': 'NewsArticle', author: [{ '@type': 'Person', wordCount: 3 }] },
  { '@context': 'https://schema.org', '@type': 'Event', eventStatus: 'https://schema.org/EventOff' },
];
report.check('an unknown term is refused', (await faultsOfExpansion(wrong[0])) !== '');
report.check('an unknown type is refused', (await faultsOfExpansion({ ...wrong[0], '@type': 'Communique' })) !== '');

const values = await Promise.all(files.map(document));
const typeFaults = faultsOfTypes([...wrong, ...values]);
wrong.forEach((value, at) => report.check(`${short(value)} is refused`, typeFaults[at] !== ''));
for (const [at, file] of files.entries()) {
  const expansion = await faultsOfExpansion(values[at]);
  report.check(`${file} expands`, expansion === '', expansion);
  const types = typeFaults[wrong.length + at];
  report.check(`${file} fits its types`, types === '', types);
}
report.finish();
