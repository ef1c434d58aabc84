// Opens the page at URL/ in headless Chromium, runs the example it shows and
// compares with what the endpoint answers: `node graphiql.mjs URL [HEADLINE]`.
// HEADLINE is text that the answer must contain. CHROMIUM names the browser.
import { mkdtemp } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { Report, post, serverUrl, short } from './support.mjs';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const DRAFT = '{ noFieldHasThisName }';
const PATIENCE = { timeout: 20_000 };

const url = serverUrl();
const headline = process.argv[3];
const executablePath = process.env.CHROMIUM ?? BROWSERS.find((file) => existsSync(file));
if (!executablePath) {
  console.error(`no browser at ${BROWSERS.join(', ')}: run scripts/install-test-tools.sh or set CHROMIUM`);
  process.exit(2);
}

const report = new Report('GraphiQL in Chromium');
const complaints = [];
const browser = await chromium.launch({ executablePath, args: FLAGS, headless: true });
try {
  const page = await openPage();
  const example = await page.evaluate(() => JSON.parse(document.getElementById('griot-page').textContent));
  await checkExample(page, example);
  await checkSchemaHelp(page);
  await checkDrafts(page);
  report.check('nothing left the origin, broke the policy or was logged as an error', complaints.length === 0, complaints.join('\n  '));
} catch (error) {
  report.check('the page works', false, `${error}\n  ${complaints.join('\n  ')}`);
} finally {
  await browser.close();
}
report.finish();

/** A fresh visit, with drafts of some other GraphiQL on this origin lying about. */
async function openPage() {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  await context.addInitScript(() => {
    localStorage.setItem('graphiql:query', '{ foreign }');
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
      console.error(`policy: ${violatedDirective} blocked ${blockedURI} from ${sourceFile}`));
  });
  const page = await context.newPage();
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    const inside = ['data:', 'blob:'].includes(protocol) || origin === new URL(url).origin;
    if (!inside) complaints.push(`request left the origin: ${request.url()}`);
  });
  context.on('requestfailed', (request) => {
    const { errorText } = request.failure();
    // A reload aborts what is still loading; everything else is a fault.
    if (errorText !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()} ${errorText}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  context.on('weberror', (error) => complaints.push(`thrown: ${error.error()}`));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  await page.goto(`${url}/`, PATIENCE);
  await page.locator('.graphiql-editor .view-line').first().waitFor(PATIENCE);
  return page;
}

async function checkExample(page, example) {
  report.check('the editor opens on the example', (await modelText(page, 'operation.graphql')) === example.query);
  const variables = JSON.parse(example.variables || '{}');
  const direct = await post(url, { query: example.query, variables });
  report.check('the endpoint answers the example without errors', direct.body.data && !direct.body.errors, short(direct));

  await page.locator('.graphiql-execute-button').click();
  await page.waitForFunction(() => document.querySelector('.result-window .view-lines')?.textContent.includes('"data"'), undefined, PATIENCE)
    .catch(() => {});
  const visible = await page.locator('.result-window .view-lines').innerText();
  report.check('the response pane shows data', visible.includes('"data"'), visible.slice(0, 300));
  const shown = await modelText(page, 'response.json');
  report.check('the response pane holds what the endpoint answers', sameJson(shown, direct.body), shown.slice(0, 600));
  if (headline) {
    report.check(`the answer has the headline`, shown.includes(JSON.stringify(headline).slice(1, -1)), headline);
  }
  const framing = await page.evaluate(() =>
    globalThis.__MONACO.editor.getEditors().map((one) => one.getRawOptions().unicodeHighlight?.ambiguousCharacters));
  report.check('no editor frames typographic apostrophes', framing.length > 2 && framing.every((one) => one === false), short(framing));
  const folder = await mkdtemp(path.join(tmpdir(), 'griot-graphiql-'));
  await page.screenshot({ path: path.join(folder, 'example.png') });
  console.log(`screenshot: ${path.join(folder, 'example.png')}`);
}

/** The editor knows the schema: the explorer shows it, and the language worker refuses what it does not have. */
async function checkSchemaHelp(page) {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const explorer = page.locator('.graphiql-doc-explorer');
  await explorer.getByText('Query', { exact: true }).first().waitFor(PATIENCE).catch(() => {});
  const text = await explorer.innerText();
  report.check('the documentation explorer shows the schema', /query:\s*Query/i.test(text), text.slice(0, 300));
  report.check('the example has no mark in the editor', (await marks(page)).length === 0, short(await marks(page)));

  await page.evaluate((text) => {
    const model = globalThis.__MONACO.editor.getModels().find((one) => one.uri.path.endsWith('operation.graphql'));
    model.setValue(text);
  }, DRAFT);
  const marked = () => globalThis.__MONACO.editor.getModelMarkers({}).some((mark) => mark.message.includes('noFieldHasThisName'));
  await page.waitForFunction(marked, undefined, PATIENCE).catch(() => {});
  const found = await marks(page);
  report.check('an unknown field is marked as it is typed', found.some((mark) => mark.includes('noFieldHasThisName')), short(found));
}

/** What the visitor typed is there on the next visit; the example does not come back over it. */
async function checkDrafts(page) {
  await page.waitForFunction((text) => Object.entries(localStorage).some(([key, value]) => key.startsWith('griot/') && value === text), DRAFT, PATIENCE).catch(() => {});
  await page.reload(PATIENCE);
  await page.locator('.graphiql-editor .view-line').first().waitFor(PATIENCE);
  const text = await modelText(page, 'operation.graphql');
  report.check('a reload keeps the draft', text === DRAFT, text.slice(0, 100));
}

function modelText(page, end) {
  const read = (wanted) =>
    globalThis.__MONACO.editor.getModels().find((model) => model.uri.path.endsWith(wanted)).getValue();
  return page.evaluate(read, end);
}

function marks(page) {
  return page.evaluate(() => globalThis.__MONACO.editor.getModelMarkers({}).map((mark) => mark.message));
}

function sameJson(text, value) {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    return false;
  }
}
