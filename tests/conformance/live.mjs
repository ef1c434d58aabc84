// Subscriptions through graphql-ws, graphql-sse and Apollo Client's split link. The network is cut while things are
// published: the clients connect again by themselves, with the cursor they have, and see each change once.
import { createServer, connect } from 'node:net';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';
import { Report, serverUrl, short } from './support.mjs';

const url = serverUrl();
const key = process.argv[3];
if (!key) {
  console.error('usage: node live.mjs URL KEY   (the key of an administrator, who publishes)');
  process.exit(2);
}
const report = new Report('graphql-ws, graphql-sse and Apollo Client, live');
const changed = 'subscription Changed($after: String) { changed(after: $after) { cursor contentId node { ... on Topic { name } } } }';

/** A way to the server that can be cut. */
async function network() {
  const open = new Set();
  const server = createServer((near) => {
    const { hostname, port } = new URL(url);
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `127.0.0.1:${server.address().port}`,
    cut: () => open.forEach((socket) => socket.destroy()),
    end() {
      this.cut();
      server.close();
    },
  };
}

async function act(query, input) {
  const response = await fetch(`${url}/editorial/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0];
}

/** Publishes a new topic. */
async function publish(name) {
  const { draft } = await act(
    'mutation($input: TopicCreateInput!) { topicCreate(input: $input) { draft { contentId revision } } }',
    { texts: [{ locale: 'fr', name }] },
  );
  await act(
    'mutation($input: ContentPublishInput!) { contentPublish(input: $input) { isPending } }',
    { items: [{ contentId: draft.contentId, expectedRevision: draft.revision }] },
  );
}

/** Collects what a client is told; `until` waits for so many. */
function collector(request) {
  const names = [];
  const seen = { errors: [], names, completed: false };
  let wake = () => {};
  const note = (act) => (value) => {
    act(value);
    wake();
  };
  seen.sink = {
    next: note(({ data, errors }) => {
      if (errors) seen.errors.push(...errors);
      if (!data) return;
      // What is sent when the client connects again.
      request.variables.after = data.changed.cursor;
      names.push(data.changed.node?.name);
    }),
    error: note((error) => seen.errors.push(...(Array.isArray(error) ? error : [error]))),
    complete: note(() => { seen.completed = true; }),
  };
  seen.until = async (holds, patience = 20_000) => {
    const end = Date.now() + patience;
    while (!holds(seen) && Date.now() < end) {
      await new Promise((done) => { wake = done; setTimeout(done, 50); });
    }
    return holds(seen);
  };
  return seen;
}

/** Publishes while the client is there, while it is cut off, and afterwards. */
async function cutAndResume(title, way, subscribe) {
  const request = { query: changed, variables: {} };
  const seen = collector(request);
  const dispose = subscribe(request, seen.sink);
  const expected = [];
  // It is not known when it listens: the first event that it is there for counts.
  for (let first = 0; first < 50 && !(await seen.until(() => seen.names.length > 0, 200)); first += 1) {
    await publish(`${title} begins ${first}`);
  }
  const began = seen.names.length > 0;
  report.check(`${title}: an event comes`, began, short(seen));
  await publish(`${title} a`);
  await seen.until(() => seen.names.includes(`${title} a`));
  for (const round of [1, 2, 3]) {
    way.cut();
    for (const name of [`${title} ${round} b`, `${title} ${round} c`]) {
      await publish(name);
      expected.push(name);
    }
    await seen.until(() => seen.names.includes(`${title} ${round} c`));
  }
  const after = seen.names.slice(seen.names.indexOf(`${title} a`) + 1);
  report.check(`${title}: cut three times, it saw each change once, in order`, short(after) === short(expected), short(after));
  report.check(`${title}: without an error`, seen.errors.length === 0, short(seen.errors.map(String)));
  dispose();
}

const retry = { retryAttempts: 20, retryWait: () => new Promise((done) => setTimeout(done, 50)) };

{
  const way = await network();
  const client = createWs({ url: `ws://${way.address}/graphql`, webSocketImpl: WebSocket, shouldRetry: () => true, ...retry });
  await cutAndResume('graphql-ws', way, (request, sink) => client.subscribe(request, sink));
  const refused = collector({ variables: {} });
  client.subscribe({ query: 'subscription { nothing }' }, refused.sink);
  await refused.until(() => refused.errors.length > 0);
  report.check('graphql-ws: a refusal is an error with its code',
    refused.errors[0]?.extensions?.code === 'GRAPHQL_VALIDATION_FAILED', short(refused.errors));
  await client.dispose();
  way.end();
}

for (const [name, connectionParams, holds] of [
  ['a key in connectionParams opens', { Authorization: `Bearer ${key}` }, (seen) => seen.names.length > 0],
  ['a wrong one is closed with 4403', { Authorization: 'Bearer nothing' }, (seen) => seen.errors[0]?.code === 4403],
]) {
  const client = createWs({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
  const request = { query: changed, variables: { after: await start() } };
  const seen = collector(request);
  client.subscribe(request, seen.sink);
  report.check(`graphql-ws: ${name}`, await seen.until(() => holds(seen)), short(seen.errors.map(String)));
  await client.dispose();
}

{
  const way = await network();
  const client = createSse({ url: `http://${way.address}/graphql`, ...retry });
  await cutAndResume('graphql-sse', way, (request, sink) => client.subscribe(request, sink));
  const refused = collector({ variables: {} });
  client.subscribe({ query: 'subscription { nothing }' }, refused.sink);
  await refused.until(() => refused.completed);
  report.check('graphql-sse: a refusal is told and completes',
    refused.completed && refused.errors[0]?.extensions?.code === 'GRAPHQL_VALIDATION_FAILED', short(refused.errors));
  client.dispose();
  way.end();
}

{
  const socket = createWs({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: `${url}/graphql` }),
    ),
  });
  const request = { variables: { after: await start() } };
  const seen = collector(request);
  const subscription = client.subscribe({ query: gql(changed), variables: request.variables }).subscribe(seen.sink);
  report.check('Apollo Client: an event comes by the socket', await seen.until(() => seen.names.length > 0), short(seen.errors.map(String)));
  const { data } = await client.query({ query: gql('{ topics { totalCount } }') });
  report.check('Apollo Client: a query goes by HTTP', data.topics.totalCount > 0, short(data));
  subscription.unsubscribe();
  await socket.dispose();
}

report.finish();
process.exit();

/** A cursor before the last topic published. */
async function start() {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ changes { nextCursor } }' }),
  });
  const { data } = await response.json();
  await publish('after the start');
  return data.changes.nextCursor;
}
