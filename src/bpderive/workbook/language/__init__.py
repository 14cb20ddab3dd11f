"""The one-line language of claims: `parse` reads it, `written` and `in_latex` write it.

    delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k]) * dsigma(z[l,j])         components, indices counted from 1
    delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])                    columns and matrices
    d(C, b[l,j]) = delta[l,j] for l < L, n[l] = n[l+1]                    under conditions
    delta[L] = a[L] - y with sigma = sigmoid, cost = cross_entropy        for one activation, one cost

Quantities: w, b, z, a, delta of a layer (l, l+1, L-1, 3, …), y, x, C, and n[l] for the number of neurons of a layer.
Functions: sigma, dsigma, sum(k, …), eq(j,k) for the Kronecker delta, d(X, Y) for the total derivative, grad(C, Y),
jac(Y, Z), T(…), diag(…), outer(…, …). Operators: + - * / ^ and @, the matrix product; * is elementwise.
Conditions after "for": l = L, l != 2, l < L, j != k, n[l] = n[l+1], n[l] = 2.
LaTeX as the book prints it is read as well.
"""

from bpderive.workbook.language.parser import parse
from bpderive.workbook.language.syntax import Claim
from bpderive.workbook.language.text import written
from bpderive.workbook.language.typeset import in_latex

__all__ = ["Claim", "in_latex", "parse", "written"]
