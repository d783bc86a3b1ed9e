"""A decoder that is not sure of its weights: a Gaussian over each of them in place of a number."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from vae_core.nets import Weighted

if TYPE_CHECKING:
    from vae_core.model import Conditional

START = 0.1
MARGIN = 0.25  # beyond the box of the codes, as a share of its sides
REACH = 3.0
SIDE = 24


class WeightPosterior(nn.Module):
    """q(w) = Π N(w; μ, σ²) over all weights and biases of a network, whose own parameters are the μ; with the prior N(0, 4/fan_in).

    Args:
        net: the network; it is handed in at each call and its parameters stay its own.

    References:
        Weight Uncertainty in Neural Networks (Blundell et al., 2015).
    """

    def __init__(self, net: nn.Sequential) -> None:
        super().__init__()
        self.scales = {f"{place}.{part}": _scale(layer) for place, layer in _weighted(net) for part in ("weight", "bias")}
        self.log_sigma = nn.ParameterDict(
            {
                _key(name): nn.Parameter(torch.full_like(parameter, START * self.scales[name]).log())
                for name, parameter in net.named_parameters()
            }
        )

    def sigma(self, name: str) -> Tensor:
        """σ of the network's parameter ``name``, of its shape."""
        return self.log_sigma[_key(name)].exp()

    def noisy(self, net: nn.Sequential, place: int, x: Tensor, generator: torch.Generator) -> Tensor:
        """What layer ``place`` gives for (B, ·) with its own draw of the weights for each image, by drawing what the layer gives.

        That is the same for a linear layer. For a convolution it draws each place of the outcome by itself, as if no weight were shared.

        References:
            Variational Dropout and the Local Reparameterization Trick (Kingma et al., 2015).
        """
        layer = net[place]
        if not isinstance(layer, Weighted):
            return layer(x)
        squares = {part: self.sigma(f"{place}.{part}").square() for part in ("weight", "bias")}
        variance = functional_call(layer, squares, (x.square(),))
        noise = torch.empty_like(variance).normal_(generator=generator)
        return torch.addcmul(layer(x), variance.sqrt(), noise)

    def draw(self, net: nn.Sequential, generator: torch.Generator) -> dict[str, Tensor]:
        """One draw of all weights, by name, for ``torch.func.functional_call``."""
        return {
            name: torch.addcmul(mean, self.sigma(name), torch.empty_like(mean).normal_(generator=generator))
            for name, mean in net.named_parameters()
        }

    def kl(self, net: nn.Sequential) -> Tensor:
        """KL(q(w) ‖ p(w)) of all weights together, nats: a scalar. The bound on a data set of N images holds it once, so an image 1/N."""
        total = torch.zeros(())
        for name, mean in net.named_parameters():
            log_ratio = self.log_sigma[_key(name)] - torch.tensor(self.scales[name]).log()
            total = total + 0.5 * ((2 * log_ratio).exp() + (mean / self.scales[name]).square() - 1 - 2 * log_ratio).sum()
        return total


def spread(decoder: "Conditional", z: Tensor, draws: int = 16) -> Tensor:
    """How unsure a decoder is of the images of codes (n, d): a pixel's standard deviation over draws of the weights, (n,).

    The mean over pixels.
    """
    return drawn(decoder, z, draws).std(0).mean(-1)


@torch.no_grad()
def drawn(decoder: "Conditional", z: Tensor, draws: int) -> Tensor:
    """The mean images of codes (n, d) by several draws of the weights, (draws, n, pixels).

    One draw serves all codes, and each call makes the same draws.
    """
    assert decoder.weights is not None
    generator = torch.Generator().manual_seed(0)
    weights = [decoder.weights.draw(decoder.net, generator) for _ in range(draws)]
    return torch.stack([decoder.head(functional_call(decoder.net, one, (z,))).mean for one in weights])


def plane(low: Tensor, high: Tensor, side: int) -> Tensor:
    """A grid of codes (side², 2) over a rectangle of the plane, row by row from below."""
    across, up = (torch.linspace(float(low[axis]), float(high[axis]), side) for axis in (0, 1))
    return torch.cartesian_prod(up, across).flip(-1)


def framed(codes: Tensor) -> tuple[Tensor, Tensor]:
    """The box of codes (n, d) with a margin: its lowest and its highest corner, (d,) each."""
    low, high = codes.amin(0), codes.amax(0)
    margin = MARGIN * (high - low)
    return low - margin, high + margin


def spread_over_plane(decoder: "Conditional", codes: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """How unsure a decoder is around codes of two numbers (n, 2), and where the prior reaches.

    ``spread`` at a grid of codes, (g, g), rows from below; and the left, right, lower and upper edge of that grid.
    """
    low, high = framed(codes)
    low, high = low.clamp(max=-REACH), high.clamp(min=REACH)
    values = spread(decoder, plane(low, high, SIDE)).reshape(SIDE, SIDE)
    return values.numpy(), np.array([low[0], high[0], low[1], high[1]], np.float32)


def _weighted(net: nn.Sequential) -> list[tuple[str, Weighted]]:
    return [(name, layer) for name, layer in net.named_children() if isinstance(layer, Weighted)]


def _scale(layer: Weighted) -> float:
    return 2 * layer.weight[0].numel() ** -0.5


def _key(name: str) -> str:
    return name.replace(".", "_")  # the names in a ParameterDict hold no dots
