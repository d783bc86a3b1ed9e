"""Plain networks, tensor → tensor."""

import hashlib
import itertools
import math
from collections.abc import Iterator, Sequence

import torch
from torch import nn

# Between the smallest images and the code: without it, two numbers would have to shape all channels by one linear map.
DENSE = 64

Size = tuple[int, ...]
Weighted = nn.Linear | nn.Conv2d | nn.ConvTranspose2d


def mlp(widths: Sequence[int]) -> nn.Sequential:
    """Linear layers with a ReLU between them: (B, widths[0]) → (B, widths[-1])."""
    layers: list[nn.Module] = []
    for wide, narrow in itertools.pairwise(widths):
        layers += [nn.Linear(wide, narrow), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def conv_encoder(shape: tuple[int, int], channels: Sequence[int], outputs: int) -> nn.Sequential:
    """Convolutions that halve height and width at each stage, then two linear layers: (B, h·w) → (B, outputs)."""
    return nn.Sequential(
        *_shrinking(shape, channels),
        nn.Flatten(),
        nn.Linear(math.prod(_smallest(shape, channels)), DENSE),
        nn.ReLU(),
        nn.Linear(DENSE, outputs),
    )


def conv_decoder(inputs: int, channels: Sequence[int], shape: tuple[int, int], maps: int = 1) -> nn.Sequential:
    """The mirror image of ``conv_encoder``, with transposed convolutions: (B, inputs) → (B, maps·h·w), map by map."""
    smallest = _smallest(shape, channels)
    layers: list[nn.Module] = [
        nn.Linear(inputs, DENSE),
        nn.ReLU(),
        nn.Linear(DENSE, math.prod(smallest)),
        nn.ReLU(),
        nn.Unflatten(1, smallest),
    ]
    return nn.Sequential(*layers, *_growing(channels, maps), nn.Flatten())


class Transpose(nn.Module):
    """A flat matrix (B, rows · columns) → its transpose, flat."""

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.rows, self.columns = rows, columns

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, rows · columns) → (B, columns · rows)."""
        return x.unflatten(-1, (self.rows, self.columns)).transpose(-1, -2).flatten(-2)


def places(shape: tuple[int, int], channels: Sequence[int]) -> int:
    """How many places the smallest feature map of a convolutional network has."""
    return math.prod(_smallest(shape, channels)[1:])


def local_encoder(shape: tuple[int, int], channels: Sequence[int], numbers: int) -> nn.Sequential:
    """Convolutions that halve height and width at each stage, then ``numbers`` for each place: (B, h·w) → (B, places · numbers)."""
    return nn.Sequential(
        *_shrinking(shape, channels),
        nn.Conv2d(channels[-1], numbers, kernel_size=1),
        nn.Flatten(),
        Transpose(numbers, places(shape, channels)),
    )


def local_decoder(numbers: int, channels: Sequence[int], shape: tuple[int, int], maps: int = 1) -> nn.Sequential:
    """The mirror image of ``local_encoder``, with transposed convolutions: (B, places · numbers) → (B, maps·h·w), map by map."""
    smallest = _smallest(shape, channels)
    layers: list[nn.Module] = [
        Transpose(places(shape, channels), numbers),
        nn.Unflatten(1, (numbers, *smallest[1:])),
        nn.Conv2d(numbers, channels[-1], kernel_size=3, padding=1),
        nn.ReLU(),
    ]
    return nn.Sequential(*layers, *_growing(channels, maps), nn.Flatten())


def _shrinking(shape: tuple[int, int], channels: Sequence[int]) -> list[nn.Module]:
    """Convolutions that halve height and width at each stage, from one channel."""
    layers: list[nn.Module] = [nn.Unflatten(1, (1, *shape))]
    for narrow, wide in itertools.pairwise((1, *channels)):
        layers += [nn.Conv2d(narrow, wide, kernel_size=3, stride=2, padding=1), nn.ReLU()]
    return layers


def _growing(channels: Sequence[int], maps: int) -> list[nn.Module]:
    """Transposed convolutions that double height and width at each stage, down to ``maps`` channels."""
    layers: list[nn.Module] = []
    for wide, narrow in itertools.pairwise((*reversed(channels), maps)):
        # A kernel of 4 is a multiple of the stride of 2, so that every pixel is reached equally often: no checkerboard.
        layers += [nn.ConvTranspose2d(wide, narrow, kernel_size=4, stride=2, padding=1), nn.ReLU()]
    return layers[:-1]


def _smallest(shape: tuple[int, int], channels: Sequence[int]) -> tuple[int, int, int]:
    height, width = shape
    return channels[-1], height >> len(channels), width >> len(channels)


def weighted(net: nn.Sequential) -> Iterator[tuple[Weighted, Size, Size]]:
    """The layers of a network that have weights, each with the size of what goes in and comes out: (C, H, W), or (width,)."""
    size: Size = ()
    for layer in net:
        if isinstance(layer, nn.Unflatten):
            size = tuple(layer.unflattened_size)
        elif isinstance(layer, nn.Linear):
            yield layer, (layer.in_features,), (layer.out_features,)
        elif isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            stride = layer.stride[0]
            sides = [side // stride if isinstance(layer, nn.Conv2d) else side * stride for side in size[1:]]
            before, size = size, (layer.out_channels, *sides)
            yield layer, before, size


def cost(net: nn.Sequential) -> int:
    """About how many multiplications one image takes: the parameters of each layer, as often as it applies them."""
    return sum(_places(before, after) * sum(part.numel() for part in layer.parameters()) for layer, before, after in weighted(net))


def _places(before: Size, after: Size) -> int:
    return min(math.prod(before[1:]), math.prod(after[1:]))


def initialise(module: nn.Module, seed: int) -> None:
    """Draw every layer with weights anew from U(-1/√fan_in, 1/√fan_in), and tables from N(0, 1/width), each from its own stream.

    A stream depends on the seed and the layer's name alone. So two models share the weights of the layers that they have in common,
    and a last layer with more outputs (μ and log σ²) begins with the weights of the one with fewer (μ).
    """
    for name, layer in module.named_modules():
        if isinstance(layer, Weighted):
            assert layer.bias is not None
            bound = 1 / math.sqrt(layer.weight[0].numel())  # fan_in as PyTorch counts it, for transposed convolutions too
            for part in (layer.weight, layer.bias):
                generator = torch.Generator().manual_seed(_stream(seed, f"{name}/{part.dim()}"))
                values = torch.rand(part.numel(), generator=generator, dtype=torch.float64)
                with torch.no_grad():
                    part.copy_(((2 * values - 1) * bound).reshape(part.shape))
        elif isinstance(layer, nn.Embedding):
            generator = torch.Generator().manual_seed(_stream(seed, name))
            with torch.no_grad():
                layer.weight.normal_(std=layer.embedding_dim**-0.5, generator=generator)


def _stream(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:7], "big")
