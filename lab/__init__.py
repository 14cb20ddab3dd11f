"""The files of the machine on the page: `python -m lab` makes them, as docs/build.py does each time.

    docs/_build/html/lab/files.json      what there is, with sizes, for the progress of the loading
                         pyodide.mjs, pyodide.asm.mjs, temml.min.js      as npm gives them
                         pyodide.asm.wasm.pack, python.zip.pack, mpmath.pack, sympy.pack, bpderive.pack
                         packed.py.pack  what imports the modules of the last three
                         licences.txt    of all that is in them

`make` writes them; `pack.mjs` starts Pyodide under Node, and in it `pack.py` compiles the modules for that very Python.
The same sources give the same bytes on every machine, since it is Pyodide that compiles and compresses. What is fetched
is compressed already and unpacked by the page's worker: a host needs no setting for it.

A snapshot of the started interpreter was tried and not taken: with the library it is 14.6 MB compressed, more than all
of this, and Pyodide does not load it again; without the library it is 6.2 MB, and saves what reading that takes.
"""
