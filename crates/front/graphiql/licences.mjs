// Which packages ended up in a bundle, and their licence texts.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Fonts inside the packages' style sheets, whose licences the packages do not carry. */
const FONTS = `GraphiQL's style sheet holds these fonts:
- Roboto 2.137, copyright 2011 Google Inc.: Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0
- Codicons, copyright Microsoft Corporation: Creative Commons Attribution 4.0, https://creativecommons.org/licenses/by/4.0/
- Fira Code 5.002, under the licence that follows.`;

/** The packages whose files the metafiles name as inputs, each once, sorted by name. */
export async function bundledPackages(root, metafiles) {
  const folders = new Set();
  for (const input of metafiles.flatMap((metafile) => Object.keys(metafile.inputs))) {
    const folder = input.match(/^.*node_modules\/(@[^/]+\/[^/]+|[^/]+)/)?.[0];
    if (folder) folders.add(path.join(root, folder));
  }
  const packages = await Promise.all([...folders].map(readPackage));
  return packages.sort((a, b) => (a.title < b.title ? -1 : 1));
}

async function readPackage(folder) {
  const { name, version, license } = JSON.parse(
    await readFile(path.join(folder, 'package.json'), 'utf8'),
  );
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file));
  const texts = await Promise.all(files.sort().map((file) => readFile(path.join(folder, file), 'utf8')));
  return { title: `${name} ${version}`, license, texts };
}

/** One text with every licence; a text shared by several packages is given once. */
export async function thirdPartyText(packages) {
  const byText = new Map();
  for (const { title, license, texts } of packages) {
    const text = texts.map((part) => part.trim()).join('\n\n') || `Licence: ${license} (no text in the package)`;
    byText.set(text, [...(byText.get(text) ?? []), `${title} (${license})`]);
  }
  const sections = [...byText].map(([text, titles]) => `${titles.join('\n')}\n\n${text}\n`);
  const head = "Griot's GraphiQL page bundles the fonts and packages below.\n";
  const fira = await readFile(new URL('fira-code-licence.txt', import.meta.url), 'utf8');
  return [head, `${FONTS}\n\n${fira.trim()}\n`, ...sections].join(`\n${'-'.repeat(78)}\n\n`);
}
