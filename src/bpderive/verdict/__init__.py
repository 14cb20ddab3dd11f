"""Whether an equation that somebody wrote holds: `check("delta[l,j] = d(C, z[l,j])")` gives a `Verdict`."""

from bpderive.verdict.counterexample import Counterexample, Enclosure
from bpderive.verdict.diagnosis import Diagnosis
from bpderive.verdict.verdict import LONGEST, STATUS, Verdict, check

__all__ = ["LONGEST", "STATUS", "Counterexample", "Diagnosis", "Enclosure", "Verdict", "check"]
