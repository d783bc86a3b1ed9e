"""Our Adam is torch's."""

import pytest
import torch
from torch import nn

from vae_core.adam import Adam


@pytest.fixture
def twins():
    """The same parameters twice."""
    torch.manual_seed(0)
    ours = [nn.Parameter(torch.randn(size)) for size in ((3, 4), (5,), ())]
    return ours, [nn.Parameter(parameter.detach().clone()) for parameter in ours]


def test_it_takes_the_steps_of_torch_also_where_a_value_has_no_slope_for_a_while(twins):
    ours, theirs = twins
    adam, peer = Adam(ours), torch.optim.Adam(theirs, fused=True)
    for turn in range(6):
        slopes = [torch.randn_like(value) if place or turn % 2 else None for place, value in enumerate(ours)]
        adam(slopes, 0.1 / (1 + turn))
        peer.param_groups[0]["lr"] = 0.1 / (1 + turn)
        for parameter, slope in zip(theirs, slopes, strict=True):
            parameter.grad = slope
        peer.step()
    for a, b in zip(ours, theirs, strict=True):
        assert torch.equal(a, b)


def test_only_what_has_a_slope_changes(twins):
    ours, before = twins
    Adam(ours)([None, torch.ones(5), None], 0.1)
    assert [torch.equal(a, b) for a, b in zip(ours, before, strict=True)] == [True, False, True]
