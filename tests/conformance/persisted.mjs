// Named documents: Apollo Client and urql register what the server does not know and name it by GET from then on;
// the manifests of graphql-codegen, Relay and Apollo are served under their ids. With the address of a server in the
// mode "trusted", that it runs those and no others.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { documents } from './documents.mjs';
import { Report, post, serverUrl, short } from './support.mjs';

const url = serverUrl();
const trusted = process.argv[3]?.replace(/\/+$/, '');
const report = new Report('persisted operations');
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const accepted = 'application/graphql-response+json,application/json;q=0.9';
const once = `run${process.pid}x${Date.now()}`;

// A comment would be printed away, an alias is not: no run before this one has registered the same text.
const unseen = (query) => query.replace(/\{/, `{ ${once}: __typename `);

/** A fetch that notes what goes over the wire. */
function recorder() {
  const wire = [];
  const fetcher = async (address, options = {}) => {
    const response = await fetch(address, options);
    wire.push({ method: options.method ?? 'GET', status: response.status, cache: response.headers.get('cache-control') ?? '',
      etag: response.headers.get('etag'), tags: response.headers.get('surrogate-key'), address: String(address) });
    return response;
  };
  return { wire, fetcher };
}

const methods = (wire) => wire.map(({ method }) => method).join(' ');

for (const { name, query, variables, served } of documents) {
  const { wire, fetcher } = recorder();
  const text = unseen(query);
  for (const client of [apollo(fetcher), apollo(fetcher)]) {
    try {
      const { data } = await client.query({ query: gql(text), variables, fetchPolicy: 'network-only' });
      report.check(`Apollo Client is answered ${name}`, served(data), short(data));
    } catch (error) {
      report.check(`Apollo Client is answered ${name}`, false, String(error));
    }
  }
  report.check(`Apollo Client registers ${name} once`, methods(wire) === 'GET POST GET', short(wire));
  report.check(`${name} is not cached before it is known`, wire[0]?.cache === 'no-store' && wire[1]?.cache === 'no-store', short(wire));
  const last = wire[2] ?? {};
  report.check(`${name} by hash may be cached`, last.cache?.startsWith('public, ') && last.etag && last.tags, short(last));
  const again = await fetch(last.address, { headers: { accept: accepted, 'if-none-match': last.etag ?? '' } });
  report.check(`${name} by hash is not sent twice`, again.status === 304, String(again.status));
}

for (const { name, query, variables, served } of documents) {
  const { wire, fetcher } = recorder();
  const text = unseen(query).replace(once, `${once}u`);
  for (let turn = 0; turn < 2; turn += 1) {
    const { data, error } = await urql(fetcher).query(text, variables);
    report.check(`urql is answered ${name}`, !error && served(data), short(error ?? data));
  }
  // It registers by GET where the address is not too long.
  const went = wire.map(({ status, cache }) => `${status} ${cache.split(/[ ,]/)[0]}`).join(', ');
  report.check(`urql registers ${name} once`, went === '400 no-store, 200 no-store, 200 public', went);
}

const manifest = async (file) => JSON.parse(await readFile(new URL(`manifests/${file}`, import.meta.url), 'utf8'));
const sources = {
  codegen: Object.entries(await manifest('codegen.json')),
  relay: Object.entries(await manifest('relay.json')),
  apollo: (await manifest('apollo.json')).operations.map(({ id, body }) => [id, body]),
};
const ids = (entries, name) => entries.find(([, text]) => new RegExp(`^query ${name}(Query)?\\b`).test(text))?.[0];

for (const server of [url, trusted].filter(Boolean)) {
  for (const { name, variables, served } of documents) {
    for (const [tool, entries] of Object.entries(sources)) {
      const documentId = ids(entries, name);
      const { status, body } = await post(server, { documentId, variables });
      report.check(`${name} of ${tool} by documentId`, status === 200 && served(body.data), short(body));
      const query = new URLSearchParams({ documentId, variables: JSON.stringify(variables) });
      const got = await fetch(`${server}/graphql?${query}`);
      report.check(`${name} of ${tool} by GET`, got.status === 200 && served((await got.json()).data), String(got.status));
    }
    const { body } = await post(server, { id: ids(sources.relay, name), variables });
    report.check(`${name} by Relay's id`, served(body.data), short(body));
    const { wire, fetcher } = recorder();
    const client = apollo(fetcher, () => ids(sources.apollo, name), server);
    const { data } = await client.query({ query: gql(documents.find((one) => one.name === name).query), variables });
    report.check(`Apollo Client names ${name} by its manifest`, served(data) && methods(wire) === 'GET', short(wire));
  }
  const unknown = await post(server, { documentId: `sha256:${sha256(once)}` });
  report.check('an unknown id is told so', code(unknown) === 'PERSISTED_QUERY_NOT_FOUND', short(unknown));
}

if (trusted) {
  const query = `{ ${once}: __typename }`;
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
  for (const request of [{ query }, { query, extensions }]) {
    const refused = await post(trusted, request);
    report.check('what is not trusted is refused', code(refused) === 'PERSISTED_QUERY_REQUIRED', short(refused));
  }
  let failure;
  await apollo(fetch, undefined, trusted).query({ query: gql(query), fetchPolicy: 'network-only' }).catch((error) => { failure = error; });
  const told = failure?.errors?.[0]?.extensions?.code;
  report.check('and Apollo Client is told what to do', told === 'PERSISTED_QUERY_REQUIRED', String(failure));
  const { error } = await urql(fetch, trusted).query(query, {});
  report.check('and so is urql', error?.graphQLErrors?.[0]?.extensions?.code?.startsWith('PERSISTED_QUERY_'), short(error));
}
report.finish();

function apollo(fetcher, generateHash, server = url) {
  const link = new PersistedQueryLink({ ...(generateHash ? { generateHash } : { sha256 }), useGETForHashedQueries: true });
  const http = new HttpLink({ uri: `${server}/graphql`, fetch: fetcher });
  return new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([link, http]) });
}

function urql(fetcher, server = url) {
  const persisted = persistedExchange({ preferGetForPersistedQueries: true, generateHash: async (text) => sha256(text) });
  return new Client({ url: `${server}/graphql`, exchanges: [persisted, fetchExchange], fetch: fetcher, preferGetMethod: false });
}

function code({ body }) {
  return body.errors?.[0]?.extensions?.code;
}
