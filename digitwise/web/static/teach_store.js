// What was drawn, kept in the browser (IndexedDB): each example is a record of its own, so that two
// windows of this room don't overwrite each other's. Where nothing can be kept, all of it still works.

const [NAME, VERSION] = ["digitwise-teach", 1];

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Store {
  static async open() {
    const store = new Store();
    try {
      const opening = indexedDB.open(NAME, VERSION);
      opening.onupgradeneeded = () => {
        for (const name of ["classes", "examples"]) opening.result.createObjectStore(name, { keyPath: "id" });
        opening.result.createObjectStore("model");
      };
      store.database = await done(opening);
    } catch {
      store.database = null;
    }
    return store;
  }

  get keeps() {
    return this.database !== null;
  }

  async write(name, does) {
    if (!this.database) return;
    const transaction = this.database.transaction(name, "readwrite");
    does(transaction.objectStore(name));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(new Error("This browser has no room left to keep what you draw: save the network, or remove some."));
    });
  }

  put(name, record) {
    return this.write(name, (store) => store.put(record));
  }

  remove(name, id) {
    return this.write(name, (store) => store.delete(id));
  }

  keepModel(model) {
    return this.write("model", (store) => store.put(model, "latest"));
  }

  // Classes with their examples, in the order in which they were made; and the latest model.
  async read() {
    if (!this.database) return { classes: [], model: null };
    const transaction = this.database.transaction(["classes", "examples", "model"]);
    const [classes, examples, model] = await Promise.all([
      done(transaction.objectStore("classes").getAll()),
      done(transaction.objectStore("examples").getAll()),
      done(transaction.objectStore("model").get("latest")),
    ]);
    const found = classes.map(({ id, name }) => ({ id, name, examples: examples.filter((one) => one.of === id) }));
    return { classes: found, model: model ?? null };
  }
}

let latest = 0;

// A whole number that grows with time; two windows get the same one only in the same millisecond,
// and then one time in a thousand.
export function newId() {
  latest = Math.max(latest + 1, 1000 * Date.now() + Math.floor(1000 * Math.random()));
  return latest;
}
