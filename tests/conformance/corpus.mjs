// Documents on which graphql-js and the server must give the same verdict. Each
// is `[name, document, variables?, operationName?]`; graphql-js says which way the verdict goes.
// They use only fields of the published example queries.

const A = 'slug: "x"';
const bomb = (levels) => Array.from({ length: levels }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ');

export const corpus = [
  // Language
  ['shorthand query', '{ __typename }'],
  ['comments, commas and a byte order mark', '\uFEFF# note\n{, __typename ,}'],
  ['block string', `{ article(slug: """\n  x\n""") { title } }`],
  ['braced unicode escape', String.raw`{ article(slug: "\u{1F600}") { title } }`],
  ['surrogate pair escape', String.raw`{ article(slug: "\uD83D\uDE00") { title } }`],
  ['lone surrogate escape', String.raw`{ article(slug: "\uD83D") { title } }`],
  ['unknown escape', String.raw`{ article(slug: "\q") { title } }`],
  ['string over a line end', '{ article(slug: "x\n") { title } }'],
  ['leading zero', '{ articles(first: 01) { totalCount } }'],
  ['negative zero', 'query ($n: Int = -0) { articles(first: $n) { __typename } }', { n: 1 }],
  ['number glued to a name', '{ articles(first: 1x) { totalCount } }'],
  ['unclosed selection', '{ article(slug: "x") { title }'],
  ['empty selection set', '{ article(slug: "x") { } }'],
  ['empty document', '  # nothing\n'],
  ['fragment named on', '{ ...on } fragment on on Query { __typename }'],
  ['type definition in a request', 'type T { a: Int } { __typename }'],
  ['directive on a variable definition', 'query ($s: String! @deprecated) { article(slug: $s) { title } }', { s: 'x' }],

  // Operations
  ['two anonymous operations', '{ __typename } { __typename }'],
  ['two operations of one name', 'query A { __typename } query A { __typename }', undefined, 'A'],
  ['two operations, one chosen', 'query A { __typename } query B { __typename }', undefined, 'B'],
  ['two operations, none chosen', 'query A { __typename } query B { __typename }'],
  ['an operation that is not there', 'query A { __typename }', undefined, 'C'],
  ['an empty operation name', '{ __typename }', undefined, ''],
  ['a described operation', '"Why it is asked." query A { __typename }'],
  ['a mutation where there is none', 'mutation { publish }'],
  ['a subscription where there is none', 'subscription { ticks }'],

  // Fields and arguments
  ['unknown field', '{ noSuchField }'],
  ['leaf with a selection', `{ article(${A}) { title { x } } }`],
  ['object without a selection', `{ article(${A}) }`],
  ['missing required argument', '{ article { title } }'],
  ['unknown argument', `{ article(${A}, colour: "red") { title } }`],
  ['argument given twice', '{ article(slug: "x", slug: "y") { title } }'],
  ['null for a required argument', '{ article(slug: null) { title } }'],
  ['integer for a string', '{ article(slug: 1) { title } }'],
  ['string for an integer', '{ articles(first: "1") { totalCount } }'],
  ['integer past 32 bits', '{ articles(first: 2147483648) { totalCount } }'],
  ['string for an enum', '{ articles(filter: { kinds: ["NEWS"] }) { totalCount } }'],
  ['unknown enum value', '{ articles(filter: { kinds: [NO_SUCH_KIND] }) { totalCount } }'],
  ['one value for a list', '{ articles(first: 1, filter: { kinds: NEWS }) { totalCount } }'],
  ['unknown input field', `{ article(${A}, view: { colour: "red" }) { title } }`],
  ['input field given twice', `{ article(${A}, view: { locale: "fr", locale: "en" }) { title } }`],

  // Fields that meet
  ['same field twice', `{ article(${A}) { title title } }`],
  ['one name, two arguments', '{ a: article(slug: "x") { title } a: article(slug: "y") { title } }'],
  ['one name, two fields', `{ article(${A}) { t: title t: slug } }`],
  ['one name, two fields in a fragment', `{ article(${A}) { t: title ...F } } fragment F on Article { t: slug }`],
  ['one name, two fields further down', `{ article(${A}) { related(first: 1) { nodes { t: title } } related(first: 1) { nodes { t: slug } } } }`],
  ['one name, a list and a leaf', `{ article(${A}) { t: title t: people { style } } }`],

  // Fragments
  ['fragment used', `{ article(${A}) { ...F } } fragment F on Article { title }`],
  ['fragment not used', '{ __typename } fragment F on Article { title }'],
  ['fragment not defined', '{ ...F }'],
  ['fragment defined twice', `{ article(${A}) { ...F } } fragment F on Article { title } fragment F on Article { slug }`],
  ['fragment round', `{ article(${A}) { ...F } } fragment F on Article { ...G } fragment G on Article { ...F }`],
  ['fragment on another type', `{ article(${A}) { ... on Person { name } } }`],
  ['fragment on a scalar', `{ article(${A}) { ... on String { x } } }`],
  ['fragment on an unknown type', `{ article(${A}) { ... on Nothing { x } } }`],
  ['a small tree of fragments', `{ ...f0 } ${bomb(3)} fragment f3 on Query { __typename }`],

  // Variables
  ['variable used', 'query ($s: String!) { article(slug: $s) { title } }', { s: 'x' }],
  ['variable left out', 'query ($s: String!) { article(slug: $s) { title } }', {}],
  ['variable null', 'query ($s: String!) { article(slug: $s) { title } }', { s: null }],
  ['variable of the wrong type', 'query ($s: String!) { article(slug: $s) { title } }', { s: 7 }],
  ['variable not defined', '{ article(slug: $s) { title } }', { s: 'x' }],
  ['variable not used', 'query ($s: String) { __typename }'],
  ['variable defined twice', 'query ($s: String!, $s: String!) { article(slug: $s) { title } }', { s: 'x' }],
  ['nullable variable where null is refused', 'query ($s: String) { article(slug: $s) { title } }', { s: 'x' }],
  ['nullable variable with a default', 'query ($s: String = "y") { article(slug: $s) { title } }', {}],
  ['nullable variable in a list of required items', 'query ($k: String) { articles(filter: { topics: [$k] }) { totalCount } }', { k: 'x' }],
  ['default of the wrong type', 'query ($n: Int = "1") { articles(first: $n) { totalCount } }', {}],
  ['variable of an output type', 'query ($a: Article) { __typename }', {}],
  ['optional variable left out', 'query ($n: Int) { articles(first: $n) { totalCount } }', {}],
  ['unknown field in a variable', 'query ($v: ViewInput) { article(slug: "x", view: $v) { title } }', { v: { colour: 'red' } }],
  ['enum in a variable', 'query ($f: ArticleFilter) { articles(first: 1, filter: $f) { totalCount } }', { f: { kinds: ['NEWS'] } }],
  ['unknown enum in a variable', 'query ($f: ArticleFilter) { articles(first: 1, filter: $f) { totalCount } }', { f: { kinds: ['NO_SUCH_KIND'] } }],
  ['fractional number for an integer', 'query ($n: Int) { articles(first: $n) { totalCount } }', { n: 1.5 }],
  ['whole float for an integer', 'query ($n: Int) { articles(first: $n) { totalCount } }', { n: 1.0 }],
  ['more variables than defined', 'query ($s: String!) { article(slug: $s) { title } }', { s: 'x', other: 1 }],

  // Directives
  ['include and skip', 'query ($b: Boolean!) { __typename @include(if: $b) __typename @skip(if: $b) }', { b: true }],
  ['unknown directive', '{ __typename @shout }'],
  ['directive in the wrong place', 'query @include(if: true) { __typename }'],
  ['directive twice', '{ __typename @skip(if: false) @skip(if: false) }'],
  ['directive without its argument', '{ __typename @skip }'],
  ['required variable only in a directive, left out', 'query ($b: Boolean!) { __typename @include(if: $b) }', {}],

  // Introspection
  ['a type by name', '{ __type(name: "Article") { name fields { name } } }'],
  ['types within types within types', `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} } '.repeat(8)} } } }`],
  ['__schema below the root', `{ article(${A}) { __schema { types { name } } } }`],
  ['__typename everywhere', `{ __typename article(${A}) { __typename related(first: 1) { __typename } } }`],
];

/**
 * Names on which the two may differ, and why. A difference that is no longer
 * there fails too, so that this list only ever shrinks.
 */
export const allowed = {
  'an empty operation name': 'some clients send "" when the operation has no name',
};
