// Apollo Client 4 on the published documents: data arrives whole, the cache keeps
// entities apart by `id`, and an error that the server answers with 400 is read as
// the GraphQL error it is.
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { documents } from './documents.mjs';
import { Report, serverUrl, short } from './support.mjs';

const url = serverUrl();
const report = new Report('Apollo Client');
const warnings = [];
console.warn = console.error = (...words) => warnings.push(words.map(String).join(' '));

for (const { name, query, variables, served } of documents) {
  try {
    const { data } = await client().query({ query: gql(query), variables });
    report.check(`${name} is answered`, served(data), short(data));
  } catch (error) {
    report.check(`${name} is answered`, false, String(error));
  }
}

const apollo = client();
const { query, variables, served } = documents.find(({ name }) => name === 'ArticlePage');
await apollo.query({ query: gql(query), variables }).catch(() => {});
const again = await apollo.query({ query: gql(query), variables, fetchPolicy: 'cache-only' }).catch(() => ({}));
report.check('a page once read is answered whole from the cache', served(again.data), short(again));
const kept = Object.keys(apollo.cache.extract());
report.check('the article is kept under its id', kept.filter((key) => key.startsWith('Article:')).length >= 1, short(kept));

const refused = await failure({ query: gql('{ noSuchField }') });
report.check('a refusal is a GraphQL error', CombinedGraphQLErrors.is(refused), String(refused));
report.check('with the server\'s code', refused?.errors?.[0].extensions?.code === 'GRAPHQL_VALIDATION_FAILED', short(refused?.errors));
const uncoerced = await failure({ query: gql(query), variables: { slug: 7 } });
report.check('a wrong variable is a GraphQL error', CombinedGraphQLErrors.is(uncoerced), String(uncoerced));
report.check('the client has nothing to warn of', warnings.length === 0, warnings.join('\n  '));
console.error = console.log;
report.finish();

function client() {
  return new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: `${url}/graphql` }) });
}

async function failure(options) {
  try {
    await client().query(options);
  } catch (error) {
    return error;
  }
  return undefined;
}
