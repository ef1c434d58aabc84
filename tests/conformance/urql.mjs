// urql on the published documents, over POST and over GET: data arrives, and an
// error that the server answers with 400 is read as the GraphQL error it is.
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { documents } from './documents.mjs';
import { Report, serverUrl, short } from './support.mjs';

const url = serverUrl();
const report = new Report('urql');

for (const preferGetMethod of [false, 'force']) {
  const method = preferGetMethod ? 'GET' : 'POST';
  const client = new Client({
    url: `${url}/graphql`,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod,
  });
  for (const { name, query, variables, served } of documents) {
    const { data, error } = await client.query(query, variables);
    report.check(`${name} by ${method}`, !error && served(data), short(error ?? data));
  }
  const { error } = await client.query('{ noSuchField }', {});
  report.check(`a refusal by ${method} is a GraphQL error`, error?.graphQLErrors.length > 0 && !error.networkError, short(error));
  const code = error?.graphQLErrors[0]?.extensions?.code;
  report.check(`with the server's code by ${method}`, code === 'GRAPHQL_VALIDATION_FAILED', short(code));
}
report.finish();
