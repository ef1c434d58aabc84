// Introspection as graphql-js asks for it says the same as schema.graphql, type
// by type: `node introspection.mjs URL [schema.graphql]`. Directives applied in
// the SDL have no place in introspection, so printed types are what is compared.
import { readFile } from 'node:fs/promises';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  isIntrospectionType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printType,
  validateSchema,
} from 'graphql';
import { Report, post, serverUrl, short } from './support.mjs';

const url = serverUrl();
const file = process.argv[3] ?? new URL('../../schema.graphql', import.meta.url);
const report = new Report('introspection equals schema.graphql');

const query = getIntrospectionQuery({
  descriptions: true,
  directiveIsRepeatable: true,
  inputValueDeprecation: true,
  oneOf: true,
  schemaDescription: true,
  specifiedByUrl: true,
});
const { status, body } = await post(url, { query });
report.check('the full introspection query is answered', status === 200 && body.data && !body.errors, short({ status, body }));

if (body.data) {
  const written = buildSchema(await readFile(file, 'utf8'));
  const served = buildClientSchema(body.data);
  report.check('schema.graphql is a valid schema', validateSchema(written).length === 0, validateSchema(written).join('; '));
  // A server that has none of its own says what a schema is.
  const descriptions = [served, written].map(({ description }) => description ?? null);
  report.check('the description of the schema', descriptions[1] === null || descriptions[0] === descriptions[1], short(descriptions));

  const want = printedTypes(written);
  const got = printedTypes(served);
  for (const name of new Set([...want.keys(), ...got.keys()])) {
    report.check(name, want.get(name) === got.get(name), `\n--- written\n${want.get(name)}\n--- served\n${got.get(name)}`);
  }
  const known = new Set(written.getDirectives().map((directive) => directive.name));
  for (const { name } of served.getDirectives()) {
    report.check(`directive @${name} is in schema.graphql`, known.has(name));
  }
}
report.finish();

/** Name to printed form, of every type the schema defines. */
function printedTypes(schema) {
  const types = Object.values(lexicographicSortSchema(schema).getTypeMap());
  const own = types.filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));
  return new Map(own.map((type) => [type.name, printType(type)]));
}
