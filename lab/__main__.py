"""`python -m lab`: make the files of the machine on the page in docs/_build/html/lab."""

from lab.make import DOCS, make

if __name__ == "__main__":
    make(DOCS / "_build")
