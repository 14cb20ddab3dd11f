// node pack.mjs ORDERS: Pyodide under Node, and in it pack.py. ORDERS is a JSON file: the folder of pyodide's npm package,
// the folders to be seen (name -> path on this machine), and the packages to be made (see pack.py).
import { readFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

// Node would show the line that failed as well, and a line of Pyodide's is as long as a book.
process.on("uncaughtException", (error) => {
  writeSync(2, `${String(error?.message ?? error).trim().split("\n").at(-1)}\n`);
  process.exit(1);
});
const orders = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const { loadPyodide } = await import(pathToFileURL(join(orders.folders.pyodide, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: orders.folders.pyodide, env: { PYTHONHASHSEED: "0", HOME: "/home" } });
for (const [name, root] of Object.entries(orders.folders)) {
  python.FS.mkdirTree(`/${name}`);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, `/${name}`);
}
python.globals.set("ORDERS", JSON.stringify(orders.packages));
python.runPython(readFileSync(new URL("pack.py", import.meta.url), "utf-8"));
