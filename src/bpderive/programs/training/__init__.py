"""Learning: stochastic gradient descent with any gradient of the form that the library compiles.

`descend` is the update rule of the book, epoch after epoch; `digits()` the handwritten digits; `accuracy` the share of
them that a network reads rightly; `with_bar` a progress bar for whoever watches. To learn from other data, bring it as
columns: x of shape (n_1, N), y of shape (n_L, N).

    >>> from bpderive.programs.lambdified import compile_gradient
    >>> from bpderive.functions.network import Network
    >>> import numpy as np
    >>> grad = compile_gradient(Network((1, 1), "linear"))
    >>> x = np.array([[-1.0, 0.0, 1.0, 2.0]])
    >>> start = Parameters([np.array([[0.0]])], [np.array([[0.0]])])
    >>> *_, learned = descend(grad, start, x, 3 * x + 1, rate=0.1, batch=2, epochs=100, seed=0)
    >>> round(learned.weights[0].item(), 6), round(learned.biases[0].item(), 6)
    (3.0, 1.0)
"""

from bpderive.programs.training.descent import Parameters, accuracy, descend, start
from bpderive.programs.training.digits import Digits, digits
from bpderive.programs.training.progress import with_bar

__all__ = ["Digits", "Parameters", "accuracy", "descend", "digits", "start", "with_bar"]
