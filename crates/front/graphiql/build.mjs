// Bundles the GraphiQL page into ../assets/graphiql: gzip files with content
// hashes in their names, the manifest that the crate includes, and the licences
// of everything bundled. Same sources and lock file, same bytes.
import { build } from 'esbuild';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundledPackages, thirdPartyText } from './licences.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, '../assets/graphiql');

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  outdir: out,
  target: ['es2022'],
  legalComments: 'none',
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [{ name: 'monaco-styles', setup: dropMonacoStyles }],
};

const workers = await build({
  ...common,
  format: 'iife',
  entryPoints: {
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
  },
});
const workerFile = (name) => fileNamed(workers, `${name}.worker-`, '.js');

const page = await build({
  ...common,
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  entryPoints: ['page.jsx'],
  define: {
    ...common.define,
    WORKERS: JSON.stringify({
      editor: `./${workerFile('editor')}`,
      json: `./${workerFile('json')}`,
      graphql: `./${workerFile('graphql')}`,
    }),
  },
});

const files = [...workers.outputFiles, ...page.outputFiles]
  .map(({ path: file, contents }) => ({ name: path.basename(file), contents }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
let stored = 0;
for (const { name, contents } of files) {
  const packed = gzipSync(contents, { level: 9 });
  packed[9] = 255; // The operating system's byte, so that builds agree everywhere.
  stored += packed.length;
  await writeFile(path.join(out, `${name}.gz`), packed);
}
await writeFile(path.join(out, 'manifest.rs'), manifest());
const packages = await bundledPackages(here, [workers.metafile, page.metafile]);
await writeFile(path.join(out, 'THIRD-PARTY.txt'), await thirdPartyText(packages));
console.log(`${files.length} files, ${stored} bytes stored, ${packages.length} packages`);

/** graphiql/style.css already holds Monaco's styles; those that Monaco's modules import would come twice. */
function dropMonacoStyles({ onLoad }) {
  onLoad({ filter: /monaco-editor.*\.css$/ }, () => ({ contents: '', loader: 'empty' }));
}

function fileNamed(result, start, end) {
  const names = result.outputFiles.map((file) => path.basename(file.path));
  const found = names.filter((name) => name.startsWith(start) && name.endsWith(end));
  if (found.length !== 1) throw new Error(`one ${start}*${end} expected, built: ${names}`);
  return found[0];
}

/** A Rust expression of type `Bundle`, for `include!`. */
function manifest() {
  const rows = files.map(({ name }) => `        ("${name}", include_bytes!("${name}.gz")),`);
  return `// Written by crates/front/graphiql/build.mjs.
Bundle {
    script: "${fileNamed(page, 'page-', '.js')}",
    style: "${fileNamed(page, 'page-', '.css')}",
    files: &[
${rows.join('\n')}
    ],
}
`;
}
