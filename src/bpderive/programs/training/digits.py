"""The 1797 handwritten digits, 8×8 pixels each, that ship with scikit-learn: `digits()`.

They come from the test set of *Optical Recognition of Handwritten Digits* by E. Alpaydin and C. Kaynak. Installing the
extra `digits` brings scikit-learn; nothing else of it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bpderive.errors import DomainError, MissingPackage
from bpderive.letters.text import Text

Array = npt.NDArray[Any]

SIDE = 8
_BRIGHTEST = 16


@dataclass(frozen=True, slots=True)
class Digits:
    """Examples as columns: x (64, N) with the brightness of each pixel from 0 to 1, y (10, N) one-hot, labels (N,)."""

    x: Array
    y: Array
    labels: Array

    def __len__(self) -> int:
        return len(self.labels)

    def parted(self, held_out: int, seed: int) -> tuple[Digits, Digits]:
        """All but `held_out` random examples to learn from, and these to test with; raises `DomainError`."""
        if not 0 < held_out < len(self):
            raise DomainError(
                Text(
                    en="{count} of {all} examples cannot be held out; some must be, and some remain.",
                    zh="不能从 {all} 个样本中留出 {count} 个；必须留出一些，也要剩下一些。",
                ).format(count=held_out, all=len(self))
            )
        order = np.random.default_rng(seed).permutation(len(self))
        return self._of(order[held_out:]), self._of(order[:held_out])

    def _of(self, places: Array) -> Digits:
        return Digits(self.x[:, places], self.y[:, places], self.labels[places])


def digits() -> Digits:
    """All digits; raises `MissingPackage` where scikit-learn is not installed."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise MissingPackage(
            Text(
                en="The handwritten digits come with scikit-learn, which is not installed: "
                "pip install 'bpderive[digits]'.",
                zh="手写数字随 scikit-learn 提供，而这个库尚未安装：pip install 'bpderive[digits]'。",
            )
        ) from error
    loaded = load_digits()
    return Digits(loaded.data.T / _BRIGHTEST, np.eye(10)[:, loaded.target], loaded.target)
