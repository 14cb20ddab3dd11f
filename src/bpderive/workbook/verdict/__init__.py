"""Whether an equation that somebody wrote holds: `check("delta[l,j] = d(C, z[l,j])")` gives a `Verdict`."""

from bpderive.judge.counterexample import Counterexample, Enclosure
from bpderive.workbook.verdict.diagnosis import Diagnosis
from bpderive.workbook.verdict.verdict import LONGEST, STATUS, Read, Verdict, check

__all__ = ["LONGEST", "STATUS", "Counterexample", "Diagnosis", "Enclosure", "Read", "Verdict", "check"]
