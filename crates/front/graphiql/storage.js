/**
 * A view of `storage` holding only the keys that start with `prefix`. Another
 * GraphiQL used on the same origin (localhost:8080, say) keeps its drafts to
 * itself, so the first visit opens on the example.
 */
export function namespacedStorage(storage, prefix) {
  const keys = () => Object.keys(storage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key) => storage.getItem(prefix + key),
    setItem: (key, value) => storage.setItem(prefix + key, value),
    removeItem: (key) => storage.removeItem(prefix + key),
    clear: () => keys().forEach((key) => storage.removeItem(key)),
    get length() {
      return keys().length;
    },
  };
}
