// Does rss-parser find in a feed what was put into it?
// `node rss_parser.mjs FILE EXPECTED_JSON`, with the expectations of feedparser_check.py. Exits with 1 when anything differs.
import { readFile } from 'node:fs/promises';
import Parser from 'rss-parser';

const [file, expectations] = process.argv.slice(2);
const feed = await new Parser().parseString(await readFile(file, 'utf8'));
const expected = JSON.parse(await readFile(expectations, 'utf8'));

// It drops white space around texts, and what is smaller than a millisecond.
const form = (id, title, content, published) =>
  JSON.stringify([id, title.trim(), content.trim(), new Date(published).getTime() / 1000 | 0]);
const found = feed.items.map((item) =>
  form(item.guid ?? item.id, item.title, item['content:encoded'] ?? item.content ?? '', item.isoDate));
// RSS has the dates of publication; of Atom, rss-parser gives the last change where it finds no `published`.
const wanted = expected.entries.map((entry) => form(entry.id, entry.title, entry.content, entry.published));

const differing = wanted.filter((entry, place) => entry !== found[place]);
if (feed.title !== expected.title || found.length !== wanted.length || differing.length > 0) {
  console.log(`FAIL ${file}: ${found.length} of ${wanted.length} entries`);
  differing.slice(0, 3).forEach((entry) => console.log('  wanted', entry.slice(0, 300), '\n  found ', found[wanted.indexOf(entry)]?.slice(0, 300)));
  process.exit(1);
}
console.log(`ok   ${file}: ${found.length} entries`);
