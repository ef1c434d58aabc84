// The documents of a site's pages, as ../documents holds them, with variables for
// the demo and what must be in each answer for the demo to have been served.
import { readFile } from 'node:fs/promises';

const slug = 'cooperation-mali-russie-rencontre-du-president-de-la-transition-avec-vladimir-poutine';

const cases = {
  ArticlePage: [{ slug }, ({ article }) => article.title && article.people.length > 0],
  FrontPage: [{}, ({ articles }) => articles.nodes.length > 0 && articles.totalCount > 0],
  PersonPage: [
    { slug: 'assimi-goita', day: '2023-07-29' },
    ({ person }) => person.style.includes('Colonel') && person.mentionedIn.nodes.length > 0,
  ],
  Topic: [{ topic: 'diplomatie' }, ({ articles }) => articles.edges.length > 0],
  Then: [{ slug }, ({ article }) => article.title && article.people.length > 0],
  Old: [{ path: '/?p=112' }, ({ route }) => route.redirect.to.includes(slug)],
};

/** `{ name, query, variables, served }`; `served(data)` is true for the demo's answer. */
export const documents = await Promise.all(
  Object.entries(cases).map(async ([name, [variables, holds]]) => {
    const query = await readFile(new URL(`../documents/${name}.graphql`, import.meta.url), 'utf8');
    return { name, query, variables, served: (data) => attempt(() => Boolean(holds(data))) };
  }),
);

/** False for an answer that lacks what is looked at. */
function attempt(check) {
  try {
    return check();
  } catch {
    return false;
  }
}
