"""From equations to numbers: the gradient as let-bindings, the lambdified program, the reference by hand, the check."""
