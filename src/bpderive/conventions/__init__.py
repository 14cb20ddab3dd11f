"""How other books write, and what a formula means in their letters: `conventions["course"]`, `check(text)`."""

from bpderive.conventions.catalogue import conventions
from bpderive.conventions.convention import Convention
from bpderive.conventions.declaration import Letter
from bpderive.conventions.reading import check

__all__ = ["Convention", "Letter", "check", "conventions"]
