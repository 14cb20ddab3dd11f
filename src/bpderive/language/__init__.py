"""The one-line language of claims: `parse` reads it, `written` and `in_latex` write it."""

from bpderive.language.parser import parse
from bpderive.language.syntax import Claim
from bpderive.language.text import in_latex, written

__all__ = ["Claim", "in_latex", "parse", "written"]
