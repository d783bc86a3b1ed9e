"""Training as a generator: the caller decides when to look, when to pause and when to stop."""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vae_core import data as datasets
from vae_core import wire
from vae_core.bayesian import spread_over_plane
from vae_core.build import build, objective
from vae_core.corruptions import BINARIZE
from vae_core.data import EVALUATED, Data
from vae_core.distributions import Point
from vae_core.export import export, restore
from vae_core.fitted import refit
from vae_core.frame import Frame, half
from vae_core.fused import Fused, fits
from vae_core.information import rate_per_dimension
from vae_core.labels import few
from vae_core.learning_rate import COURSES
from vae_core.model import Model, numpy_image
from vae_core.nets import cost
from vae_core.objective import Objective
from vae_core.precision import product_type
from vae_core.quantize import Codes, perplexity
from vae_core.recipes import Recipe, RecipeError
from vae_core.schedule import FrameSchedule
from vae_core.semisupervised import SemiSupervised
from vae_core.update import ByAutograd, Feed

SAMPLES = 20
EXPLODED = 20


class Diverged(RuntimeError):
    """The loss is no longer a number, or has exploded; the message says since when, and what to change."""


class Moment(NamedTuple):
    """Where a training stood at a frame.

    Attributes:
        frame: its index.
        step: updates done.
        state: copies of the model's parameters and buffers, by name.
    """

    frame: int
    step: int
    state: dict[str, Tensor]


class Training:
    """A run in progress. ``advance`` does one update; ``frame`` says how things stand.

    Attributes:
        step: updates done, of ``total_steps``.
        schedule: at which steps the recording takes frames.
        seconds: time spent in updates.
    """

    def __init__(self, recipe: Recipe, data: Data, start: bytes | None = None) -> None:
        recipe.validate()
        self.recipe, self.data = recipe, data
        self._classes = _classes(recipe, data)
        self.model = build(recipe, data.probe.shape, self._classes)
        if start is not None:
            restore(self.model, start)
        self.objective = objective(recipe, data.probe.shape, data.size)
        self.binarize = BINARIZE[recipe.binarize]
        self.update = _update(self.model, self.objective)
        # Whether frames are computed with rounded products, as the updates are: in a plain model only the networks have products.
        self._rounded = fits(self.model, self.objective) and product_type(self.model) is torch.bfloat16
        self._lr_course = COURSES[recipe.lr_course]
        self.order = torch.Generator().manual_seed(recipe.seed)
        self.noise = torch.Generator().manual_seed(recipe.seed + 1)
        self.steps_per_epoch = math.ceil(data.size / recipe.batch_size)
        self.total_steps = recipe.epochs * self.steps_per_epoch
        self.step = 0
        self.seconds = 0.0
        once = cost(self.model.posterior.net) + cost(self.model.likelihood.net)
        work = 6.0 * once * data.size * recipe.epochs
        parameters = sum(parameter.numel() for parameter in self.model.parameters())
        self.schedule = FrameSchedule(self.total_steps, work, parameters)
        self._labels = few(data.train_labels, recipe.labels, recipe.seed) if recipe.labels else data.train_labels
        self._shuffled = torch.arange(0)
        self._good_step = 0
        self._first_loss = math.inf

    @property
    def epoch(self) -> float:
        """Passes over the training set so far."""
        return self.step / self.steps_per_epoch

    @property
    def images_seen(self) -> int:
        """Training images used so far, repeats counted."""
        whole, part = divmod(self.step, self.steps_per_epoch)
        return whole * self.data.size + min(part * self.recipe.batch_size, self.data.size)

    def advance(self) -> None:
        """One update on the next batch."""
        begin = time.perf_counter()
        self.update(self.feed())
        self.count(time.perf_counter() - begin)

    def feed(self) -> Feed:
        """The next batch, and what else an update is given."""
        chosen = self._next()
        x = self.data.train.index_select(0, chosen)
        labels = self._labels.index_select(0, chosen) if self.recipe.told else None
        lr = self.recipe.lr * self._lr_course((self.step + 0.5) / self.total_steps)
        return Feed(self.binarize(x, self.noise), labels, self.noise, self.epoch, lr)

    def count(self, seconds: float) -> None:
        """Take note that an update was done, in so much time."""
        self.step += 1
        self.seconds += seconds

    def _next(self) -> Tensor:
        """Which training images make up the next batch."""
        position = self.step % self.steps_per_epoch
        if position == 0:
            self._shuffled = torch.randperm(self.data.size, generator=self.order)
        return self._shuffled[position * self.recipe.batch_size : (position + 1) * self.recipe.batch_size]

    @property
    def due(self) -> bool:
        """Whether the recording takes a frame at this step."""
        return self.schedule.index(self.step) >= 0

    @property
    def keeps_weights(self) -> bool:
        """Whether the frame at this step is a key frame, whose weights are kept."""
        return self.schedule.keeps_weights(self.step)

    @torch.inference_mode()
    def frame(self) -> Frame:
        """How the model stands at this step.

        Raises:
            Diverged: if a term is not a finite number, or the loss has grown far beyond where it began.
        """
        refit(self.model, self.data)
        drawn = self.model.prior.transport(self._prior_noise())
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._rounded):
            frame = self._look(drawn)
        self._check(frame)
        return frame

    def _look(self, drawn: Tensor) -> Frame:
        count, shown = len(self.data.probe.labels), self.data.probe.shown
        x, labels = self.data.probed[:count], self.data.test_labels[:count]
        q = self.model.told_or_read(x, labels).encode(x)
        kl, measure = rate_per_dimension(self.model, q, self._generator(2))
        return Frame(
            index=self.schedule.index(self.step),
            step=self.step,
            epoch=self.epoch,
            seconds=self.seconds,
            train=self._terms(self.data.learned, self.data.train_labels[:EVALUATED]),
            test=self._terms(self.data.probed[:EVALUATED], self.data.test_labels[:EVALUATED]),
            kl=kl.numpy(),
            mu=q.mean.numpy(),
            sigma=np.zeros((0, self.recipe.numbers), np.float32) if isinstance(q, Point) else q.stddev.numpy(),
            reconstructions=self._shown(self.model.told_or_read(x[:shown], labels[:shown]).image(q.mean[:shown])),
            samples=self._shown(self.model.given(torch.arange(SAMPLES) % self._classes).image(drawn)),
            extra={} if measure == "kl" else {"per_dimension": measure},
        )

    def _shown(self, decoded: Tensor) -> np.ndarray:
        return decoded.numpy() if self.data.probe.points else numpy_image(decoded)

    def _terms(self, x: Tensor, labels: Tensor) -> dict[str, float]:
        """Terms on fixed images with fixed noise: the loss at full weights, whatever a warm-up is at.

        A classifier of few labels is shown none of these: its terms are those of images without labels.
        """
        generator = self._generator(2)
        x = self.binarize(x, generator)
        terms = self.objective(self.model, x, generator, labels=torch.full_like(labels, -1) if self.recipe.labels else labels)
        means = {name: float(term.mean()) for name, term in terms.items()}
        return means | {"loss": self.objective.weigh(means)} | self._beyond_nats(x, labels)

    def _beyond_nats(self, x: Tensor, labels: Tensor) -> dict[str, float]:
        """How many codes are in use, and how many labels are read correctly, where there are such things."""
        figures = {}
        if self.recipe.posterior == "codes" and isinstance(q := self.model.encode(x), Codes):
            figures["perplexity"] = perplexity(q.index, self.recipe.codebook)
        if self.recipe.labels:
            figures["accuracy"] = float((self.model.read(x).argmax(-1) == labels).float().mean())
        return figures

    def _prior_noise(self) -> Tensor:
        return torch.randn(SAMPLES, self.model.prior.noise_dim, generator=self._generator(3))

    def _generator(self, purpose: int) -> torch.Generator:
        return torch.Generator().manual_seed(self.recipe.seed + purpose)

    def _check(self, frame: Frame) -> None:
        loss = frame.train["loss"]
        span = f"between steps {self._good_step:,} and {self.step:,}"
        if not all(math.isfinite(value) for value in (*frame.train.values(), *frame.test.values())):
            raise Diverged(f"The loss stopped being a number {span}. {_cause(self.recipe)}")
        if self.step == 0:
            self._first_loss = loss
        if loss > self._first_loss + EXPLODED * (abs(self._first_loss) + self.data.pixels):
            raise Diverged(f"The loss grew from {self._first_loss:,.0f} to {loss:,.0f} nats {span}. {_cause(self.recipe)}")
        self._good_step = self.step

    @torch.inference_mode()
    def weights(self, index: int | None = None) -> bytes:
        """The network at this step, as one envelope (see ``vae_core.export``); ``index`` for a recording that numbers its frames itself."""
        index = self.schedule.index(self.step) if index is None else index
        meta, arrays = export(self.model, self.recipe, self.data.probe.shape)
        arrays |= self._spread()
        return wire.pack({**meta, "span": self.data.probe.span, "index": index, "step": self.step}, arrays)

    def moment(self) -> Moment:
        """Where the training stands, for ``weights_at``: to copy a network takes a fraction of what it takes to pack it."""
        state = {name: value.clone() for name, value in self.model.state_dict().items()}
        return Moment(self.schedule.index(self.step), self.step, state)

    @torch.inference_mode()
    def weights_at(self, moment: Moment) -> bytes:
        """The network as it stood then, as ``weights`` gives it. The training stays where it is."""
        now = self.moment()
        self._place(moment)
        try:
            return self.weights(moment.frame)
        finally:
            self._place(now)

    def _place(self, moment: Moment) -> None:
        self.model.load_state_dict(moment.state)
        self.step = moment.step

    def _spread(self) -> dict[str, np.ndarray]:
        """How unsure a Bayesian decoder is over the plane of a code of two numbers: ``spread`` (g, g), rows from below, and its box."""
        if self.recipe.weights != "gaussian" or self.recipe.numbers != 2:
            return {}
        x = self.data.probed[:EVALUATED]
        codes = self.model.told_or_read(x, self.data.test_labels[:EVALUATED]).encode(x).mean
        values, box = spread_over_plane(self.model.likelihood, codes)
        return {"spread": half(values), "spread.box": box}


def _update(model: Model, objective: Objective | SemiSupervised) -> Callable[[Feed], None]:
    """With gradients written out where the model is a plain one, else by autograd."""
    if not fits(model, objective):
        return ByAutograd(model, objective)
    assert isinstance(objective, Objective)
    fused = Fused([model], [objective])
    return lambda feed: fused([feed])


def _classes(recipe: Recipe, data: Data) -> int:
    """How many labels there are.

    Raises:
        RecipeError: if the model is to be told labels and the images have none.
    """
    if recipe.told and len(data.train_labels.unique()) < 2:
        raise RecipeError("These pictures have no labels to tell the model. Choose a data set with labels, or a model without them.")
    return len(data.probe.classes)


def _cause(recipe: Recipe) -> str:
    if recipe.lr > 0.02:
        return f"The learning rate {recipe.lr:g} is the likely cause: try {recipe.lr / 10:g}."
    if recipe.likelihood == "gaussian" and recipe.sigma < 0.1:
        return f"A decoder σ of {recipe.sigma:g} makes the loss very steep: try a larger σ or a smaller learning rate."
    return "Try a smaller learning rate."


def steps(recipe: Recipe, data: Data, start: bytes | None = None) -> Iterator[Training]:
    """The run, update by update: yields before the first update and after each. ``start`` is a weights blob to begin from."""
    training = Training(recipe, data, start)
    yield training
    while training.step < training.total_steps:
        training.advance()
        yield training


def train(recipe: Recipe, data: Data | None = None, start: bytes | None = None) -> Iterator[Frame]:
    """The run, frame by frame. The same recipe on the same machine gives the same frames.

    Raises:
        RecipeError: if the recipe is impossible.
        Diverged: if the loss stops being a number.
        NoData: if the data set must be fetched and cannot be.
    """
    data = datasets.load(recipe, Path("data")) if data is None else data
    for training in steps(recipe, data, start):
        if training.due:
            yield training.frame()
