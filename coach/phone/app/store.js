// IndexedDB, as little of it as we need: one box of named values, one box of entries that wait to be sent.
const NAME = "coach", VERSION = 1;
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("values");
      asked.result.createObjectStore("queue", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opened = undefined; };
      resolve(asked.result);
    };
    asked.onerror = () => { opened = undefined; reject(asked.error); };
  });
  return opened;
}

/** One transaction; resolves when it is on disk, so that what was answered survives a kill. */
async function inside(box, mode, work) {
  const base = await database();
  return new Promise((resolve, reject) => {
    const deal = base.transaction(box, mode, { durability: "strict" });
    let asked;
    try { asked = work(deal.objectStore(box)); } catch (error) { reject(error); return; }
    deal.oncomplete = () => resolve(asked.result);
    deal.onabort = deal.onerror = () => reject(deal.error ?? asked.error);
  });
}

/** Every named value, in one go. */
export async function all() {
  const base = await database();
  const box = base.transaction("values", "readonly").objectStore("values");
  const read = (asked) => new Promise((resolve, reject) => { asked.onsuccess = () => resolve(asked.result); asked.onerror = () => reject(asked.error); });
  const [keys, values] = await Promise.all([read(box.getAllKeys()), read(box.getAll())]);
  return Object.fromEntries(keys.map((key, index) => [key, values[index]]));
}

export const get = (key) => inside("values", "readonly", (box) => box.get(key));
export const put = (key, value) => inside("values", "readwrite", (box) => box.put(value, key));
export const drop = (key) => inside("values", "readwrite", (box) => box.delete(key));
export const queued = () => inside("queue", "readonly", (box) => box.getAll());
export const enqueue = (item) => inside("queue", "readwrite", (box) => box.put(item));
export const dequeue = (id) => inside("queue", "readwrite", (box) => box.delete(id));
