// The machine: Python and the book's library in a worker. Questions come as { id, question }, answers go back as
// { id, answer }; while it is fetched and started it tells { fetched, total } and then { ready }.
const base = new URL(self.name);
const post = (message) => self.postMessage(message);
const early = []; // what is asked before the machine is ready
self.onmessage = ({ data }) => early.push(data);

// Fetched while the list is: both are needed in any case.
const pyodide = import(new URL("pyodide.mjs", base));
import(new URL("pyodide.asm.mjs", base)).catch(() => {}); // which Pyodide imports again, and tells if that fails
const listed = await fetch(new URL("files.json", base), { cache: "no-cache" });
if (!listed.ok) throw new Error(`files.json: ${listed.status}`);
const { info, files: sizes } = await listed.json();
const packed = Object.keys(sizes).filter((name) => name.endsWith(".pack"));
const total = packed.reduce((sum, name) => sum + sizes[name].bytes, 0);
let fetched = 0;

// Files are compressed already, and are unpacked here as they come, so that a host needs no setting for it.
const counted = () =>
  new TransformStream({
    transform(chunk, controller) {
      fetched += chunk.byteLength;
      post({ fetched, total });
      controller.enqueue(chunk);
    },
  });
const unpacked = async (name) => {
  const address = new URL(`${name}?${sizes[name].hash}`, base);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const type = name.includes(".wasm.") ? "application/wasm" : "application/octet-stream";
  const stream = response.body.pipeThrough(counted()).pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream, { headers: { "Content-Type": type } });
};
post({ fetched, total });
const files = Object.fromEntries(packed.map((name) => [name, unpacked(name)]));

// Pyodide asks for two of them itself.
const fetchFile = self.fetch;
self.fetch = (address, ...options) => {
  const name = `${new URL(address, base).pathname.split("/").pop()}.pack`;
  return files[name] ?? fetchFile(address, ...options);
};

const { loadPyodide } = await pyodide;
const libraries = packed.filter((name) => /^\w+\.pack$/.test(name));
const [python, ...archives] = await Promise.all([
  loadPyodide({
    indexURL: base.href,
    stdLibURL: new URL("python.zip", base).href,
    lockFileContents: { info, packages: {} },
    packageBaseUrl: base.href,
    env: { PYTHONHASHSEED: "0" },
  }),
  ...libraries.map(async (name) => (await files[name]).arrayBuffer()),
]);
const paths = libraries.map((name) => `/lib/${name}`);
paths.forEach((path, i) => python.FS.writeFile(path, new Uint8Array(archives[i])));
python.globals.set("PACKED", python.toPy(paths));
python.runPython(await (await files["packed.py.pack"]).text());
// There is one thread here, and no clock of its own.
const answer = python.runPython(`import time
time.thread_time = time.perf_counter
from bpderive.lab import answer
answer`);

const reply = ({ id, question }) => {
  try {
    post({ id, answer: JSON.parse(answer(JSON.stringify(question))) });
  } catch (error) {
    post({ id, failed: String(error.message ?? error) });
  }
};
post({ ready: true });
self.onmessage = ({ data }) => reply(data);
early.forEach(reply);
