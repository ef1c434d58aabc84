// Monaco frames characters that look like others, as a guard against disguised
// code. French prose is full of them (typographic apostrophes, no-break
// spaces), and none of them is a disguise.
const unicodeHighlight = { ambiguousCharacters: false, invisibleCharacters: false };

// The module that GraphiQL loads too, whichever of us gets it first.
import('monaco-graphql/esm/monaco-editor.js').then(({ editor }) => {
  const calm = (one) => one.updateOptions({ unicodeHighlight });
  editor.onDidCreateEditor(calm);
  editor.getEditors().forEach(calm);
});
