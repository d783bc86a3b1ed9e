"""The same VAE as others train it: a loop as in PyTorch's own example, and Pythae's trainer where it is installed."""

import contextlib
import io
import itertools
import logging
import tempfile
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class PlainVAE(nn.Module):
    """A VAE of linear layers, written as most tutorials do."""

    def __init__(self, pixels, hidden, latent_dim):
        super().__init__()
        widths = [pixels, *hidden]
        self.encoder = nn.Sequential(*[m for a, b in itertools.pairwise(widths) for m in (nn.Linear(a, b), nn.ReLU())])
        self.mu, self.log_var = nn.Linear(widths[-1], latent_dim), nn.Linear(widths[-1], latent_dim)
        back = [latent_dim, *reversed(hidden)]
        self.decoder = nn.Sequential(*[m for a, b in itertools.pairwise(back) for m in (nn.Linear(a, b), nn.ReLU())])
        self.out = nn.Linear(back[-1], pixels)

    def forward(self, x):
        """Images → probabilities, μ, log σ²."""
        h = self.encoder(x)
        mu, log_var = self.mu(h), self.log_var(h)
        z = mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)
        return torch.sigmoid(self.out(self.decoder(z))), mu, log_var


def plain_loss(model, x):
    """BCE + KL, summed over the batch."""
    out, mu, log_var = model(x)
    return F.binary_cross_entropy(out, x, reduction="sum") - 0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())


def plain_training(recipe, data, epochs):
    """The example's loop with a DataLoader: yields the model and the seconds so far after each epoch."""
    torch.manual_seed(recipe.seed)
    model = PlainVAE(data.pixels, recipe.hidden, recipe.latent_dim)
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.lr)
    loader = DataLoader(TensorDataset(data.train, data.train_labels), batch_size=recipe.batch_size, shuffle=True)
    begin = time.perf_counter()
    for _ in range(epochs):
        total = 0.0
        for x, _ in loader:
            optimizer.zero_grad()
            loss = plain_loss(model, x)
            loss.backward()
            total += loss.item()
            optimizer.step()
        yield model, time.perf_counter() - begin


def plain_test_loss(model, x):
    """Nats per image on test images, one sample of noise, as the example prints it."""
    with torch.no_grad():
        return float(plain_loss(model, x)) / len(x)


def pythae_epoch(recipe, data):
    """Seconds of an epoch of Pythae's trainer on its own VAE class, with our layers; None where Pythae is not installed."""
    try:
        from pythae.models import VAE, VAEConfig
        from pythae.models.base.base_utils import ModelOutput
        from pythae.models.nn import BaseDecoder, BaseEncoder
        from pythae.trainers import BaseTrainer, BaseTrainerConfig
    except ImportError:
        return None
    plain = PlainVAE(data.pixels, recipe.hidden, recipe.latent_dim)

    class Encoder(BaseEncoder):
        def __init__(self):
            super().__init__()
            self.layers, self.mu, self.log_var = plain.encoder, plain.mu, plain.log_var

        def forward(self, x):
            h = self.layers(x.flatten(1))
            return ModelOutput(embedding=self.mu(h), log_covariance=self.log_var(h))

    class Decoder(BaseDecoder):
        def __init__(self):
            super().__init__()
            self.layers, self.out = plain.decoder, plain.out

        def forward(self, z):
            return ModelOutput(reconstruction=torch.sigmoid(self.out(self.layers(z))))

    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        config = VAEConfig(input_dim=(data.pixels,), latent_dim=recipe.latent_dim, reconstruction_loss="bce")
        options = BaseTrainerConfig(
            output_dir=folder, per_device_train_batch_size=recipe.batch_size, learning_rate=recipe.lr, num_epochs=1, no_cuda=True
        )
        from pythae.data.datasets import BaseDataset

        trainer = BaseTrainer(VAE(config, Encoder(), Decoder()), BaseDataset(data.train, data.train_labels), training_config=options)
        trainer.prepare_training()
        begin = time.perf_counter()
        trainer.train_step(1)
        seconds = time.perf_counter() - begin
    logging.disable(logging.NOTSET)
    return seconds
