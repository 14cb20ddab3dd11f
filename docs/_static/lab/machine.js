// The machine of a page: one worker, started by the first question. `ask(question)` promises the answer, `stop()` ends
// the worker and what it was asked, `watch(listener)` tells how far the loading is: { fetched, total } or { ready }.
const base = new URL("../../../lab/", import.meta.url);
const listeners = new Set();
const waiting = new Map();
let worker = null;
let asked = 0;

export class Stopped extends Error {}

export const files = base;
export const watch = (listener) => listeners.add(listener);

const end = (reason) => {
  worker?.terminate();
  worker = null;
  for (const { reject } of waiting.values()) reject(reason);
  waiting.clear();
};

export const start = () => {
  if (worker) return;
  worker = new Worker(new URL("worker.js", import.meta.url), { type: "module", name: base.href });
  worker.onmessage = ({ data }) => {
    if (data.broken) return end(new Error(data.broken));
    if (!data.id) return listeners.forEach((listener) => listener(data));
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.failed) reject(new Error(data.failed));
    else resolve(data.answer);
  };
  worker.onerror = (event) => end(new Error(event.message ?? "worker.js"));
};

export const ask = (question) => {
  start();
  return new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject });
    worker.postMessage({ id: asked, question });
  });
};

export const stop = () => {
  end(new Stopped());
  start();
};
