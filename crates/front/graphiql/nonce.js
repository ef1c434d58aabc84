// Monaco, Radix and Motion write `<style>` elements as they run. The page's
// policy lets in those that carry its nonce, so every one made here gets it.
const { nonce } = document.querySelector('link[nonce]');
const createElement = document.createElement.bind(document);

document.createElement = (name, options) => {
  const element = createElement(name, options);
  if (element instanceof HTMLStyleElement) element.nonce = nonce;
  return element;
};
