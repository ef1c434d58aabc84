// Monaco runs its language services in workers. The build names each worker's
// hashed file in `WORKERS`; they load from this origin like everything else.
const files = WORKERS;

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    const file = files[label] ?? files.editor;
    return new Worker(new URL(file, import.meta.url), { name: label });
  },
};
