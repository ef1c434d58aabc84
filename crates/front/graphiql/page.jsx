// The page at `/`: GraphiQL on this server's own endpoint. What differs per
// server comes in the data block that the server writes into the HTML.
import './nonce.js';
import './workers.js';
import './typography.js';
import 'graphiql/style.css';
import './page.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { namespacedStorage } from './storage.js';

const page = document.getElementById('graphiql');
const { endpoint, query, variables } = JSON.parse(
  document.getElementById('griot-page').textContent,
);

/** Sends one operation as GraphQL over HTTP asks; answers the decoded body, errors included. */
async function fetcher(operation, { headers } = {}) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    const message = `${endpoint} answered ${response.status} with a body that is not JSON: ${text.slice(0, 200)}`;
    return { errors: [{ message }] };
  }
}

const storage = namespacedStorage(window.localStorage, 'griot/');
// Drafts, once there are any, win. `defaultTabs` would lose the variables (GraphiQL 5.4).
const example = storage.length === 0 ? { initialQuery: query, initialVariables: variables } : {};

createRoot(page).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    {...example}
    defaultEditorToolsVisibility="variables"
    inputValueDeprecation
    schemaDescription
    // Tokens typed as headers must not outlive the tab.
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
  >
    <GraphiQL.Logo>Griot</GraphiQL.Logo>
  </GraphiQL>,
);
