"""Beyond layers: networks whose layers are connected in any way without a circle, and weights that are used twice.

`letters` has what the chapter's letters lack, `rules` what its rules lack; `theorems` states and proves (R1) to (R9),
(M1) and (S1) with them, `corollaries` what follows for convolutions, recurrences, softmax and normalisation. `judge`
and `special` decide their statements on small networks, found forwards and without a proof.
"""
