"""What the lines of code in the tables of symptoms need, so that they run where they are pasted."""

import ast
import re
from collections.abc import Iterable, Iterator

IMPORTS = {
    "math": "import math",
    "np": "import numpy as np",
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
    "grad": "from torch.autograd import grad",
    "gradcheck": "from torch.autograd import gradcheck",
    "clip_grad_norm_": "from torch.nn.utils import clip_grad_norm_",
    "update_bn": "from torch.optim.swa_utils import update_bn",
    "DataLoader": "from torch.utils.data import DataLoader",
    "WeightedRandomSampler": "from torch.utils.data import WeightedRandomSampler",
    "Lasso": "from sklearn.linear_model import Lasso",
}
"""A name that a line uses → what brings it. Every other name is the reader's or the page's own."""


def lines(text: str) -> Iterator[str]:
    """The lines of code in a cell of a table: what stands between backticks and is more than a name."""
    for code in re.findall(r"`([^`]+)`", text):
        if not re.fullmatch(r"[\w.]+", code):
            yield code


def imports(codes: Iterable[str]) -> list[str]:
    """The imports that these lines need, in the order of IMPORTS."""
    names = {
        node.id
        for code in codes
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Name)
    }
    return [line for name, line in IMPORTS.items() if name in names]
