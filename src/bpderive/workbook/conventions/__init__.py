"""How other books write, and what a formula means in their letters: `conventions["course"]`, `check(text)`."""

from bpderive.workbook.conventions.convention import Convention
from bpderive.workbook.conventions.declaration import Letter
from bpderive.workbook.conventions.declared import conventions
from bpderive.workbook.conventions.reading import check, understood

__all__ = ["Convention", "Letter", "check", "conventions", "understood"]
