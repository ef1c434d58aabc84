// Accept or refuse: graphql-js' verdict on each document of corpus.mjs against
// the server's, on the same schema: `node oracle.mjs URL [schema.graphql]`.
import { readFile } from 'node:fs/promises';
import { buildSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { allowed, corpus } from './corpus.mjs';
import { Report, post, serverUrl, short } from './support.mjs';

const url = serverUrl();
const file = process.argv[3] ?? new URL('../../schema.graphql', import.meta.url);
const schema = buildSchema(await readFile(file, 'utf8'));
const report = new Report('verdicts as graphql-js');
const verdicts = { accept: 0, reject: 0 };

for (const [name, query, variables, operationName] of corpus) {
  const reason = refusal(query, variables, operationName);
  const want = reason ? 'reject' : 'accept';
  verdicts[want] += 1;
  const { status, body } = await post(url, { query, variables, operationName });
  const got = 'data' in body ? 'accept' : 'reject';
  const detail = `graphql-js: ${want}${reason ? ` (${reason})` : ''}; server: ${got} ${status} ${short(body)}`;
  if (name in allowed) {
    report.check(`${name} still differs (allowed: ${allowed[name]})`, got !== want, detail);
    continue;
  }
  report.check(name, got === want, detail);
  report.check(`${name}: status`, status === (got === 'accept' ? 200 : 400), `${status} ${short(body)}`);
}
const unknown = Object.keys(allowed).filter((name) => !corpus.some(([known]) => known === name));
report.check('allowed differences name documents', unknown.length === 0, unknown.join(', '));
console.log(`${corpus.length} documents: ${verdicts.accept} to accept, ${verdicts.reject} to refuse`);
report.finish();

/** Why a request would not be executed, or nothing. */
function refusal(query, variables, operationName) {
  try {
    const document = parse(query);
    const [error] = validate(schema, document);
    if (error) return error.message;
    const operation = getOperationAST(document, operationName);
    if (!operation) return 'no operation chosen';
    if (!schema.getRootType(operation.operation)) return `no ${operation.operation}s`;
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {});
    return errors?.[0].message;
  } catch (error) {
    return error.message;
  }
}
