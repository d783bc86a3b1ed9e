"""In which numbers the matrix products of training are computed."""

from functools import cache

import torch
from torch import nn

LARGE = 100_000  # parameters; the products of smaller models are no faster in bfloat16


def product_type(model: nn.Module) -> torch.dtype:
    """The type of a model's parameters; for a large one in float32 it is bfloat16, if the processor multiplies that by itself.

    Parameters, losses and the optimizer's state stay as they are. So what is rounded are the gradients, by a percent or two: the choice
    of a batch changes them far more.

    References:
        Mixed Precision Training (Micikevicius et al., 2018); A Study of BFLOAT16 for Deep Learning Training (Kalamkar et al., 2019).
    """
    own = next(model.parameters()).dtype
    size = sum(parameter.numel() for parameter in model.parameters())
    return torch.bfloat16 if size > LARGE and own == torch.float32 and _multiplies_bfloat16() else own


@cache
def _multiplies_bfloat16() -> bool:
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
