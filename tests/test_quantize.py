"""Vector quantization: straight-through gradients, the moving codebook, revival, perplexity; and the learned prior over codes."""

import pytest
import torch

from vae_core.codes import CodePrior
from vae_core.nets import initialise
from vae_core.objective import commitment
from vae_core.quantize import DEAD, DECAY, QuantizedHead, perplexity

K, D, SLOTS = 6, 2, 3


@pytest.fixture
def head():
    return QuantizedHead(K, D)


@pytest.fixture
def outputs():
    return torch.randn(40, SLOTS * D, generator=torch.Generator().manual_seed(1), requires_grad=True)


def prior(slots=SLOTS, codes=K, seed=0):
    module = CodePrior(codes, slots, D, QuantizedHead(codes, D).lookup)
    initialise(module, seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(seed)))
    return module


def test_every_code_is_the_nearest_vector_of_the_codebook(head, outputs):
    q = head(outputs)
    vectors = q.mean.view(40, SLOTS, D)
    distance = torch.cdist(outputs.view(40, SLOTS, D), head.words.expand(40, K, D))
    assert torch.equal(q.index, distance.argmin(-1))
    assert torch.equal(vectors.detach(), head.words[q.index])


def test_the_gradient_passes_as_if_nothing_were_rounded(head, outputs):
    weight = torch.randn(40, SLOTS * D)
    (head(outputs).mean * weight).sum().backward()
    assert torch.equal(outputs.grad, weight)


def test_commitment_pulls_the_encoder_and_not_the_codebook(head, outputs):
    q = head(outputs)
    commitment(None, q, None).sum().backward()
    torch.testing.assert_close(outputs.grad, 2 * (outputs - q.mean).detach())
    assert not head.words.requires_grad


def test_the_codebook_follows_by_the_closed_form(head, outputs):
    share = torch.rand(K, generator=torch.Generator().manual_seed(2)) + 0.5
    share /= share.sum()
    head.share.copy_(share)
    words, vectors = head.words.clone(), outputs.detach().view(-1, D)
    index = head(outputs).index.view(-1)
    head.follow(head(outputs))
    for k in range(K):
        mine = vectors[index == k]
        count = DECAY * share[k] + (1 - DECAY) * len(mine) / len(vectors)
        total = DECAY * share[k] * words[k] + (1 - DECAY) * mine.sum(0) / len(vectors)
        torch.testing.assert_close(head.share[k], count)
        torch.testing.assert_close(head.words[k], total / count)


def test_a_codebook_that_follows_fixed_points_ends_at_their_means():
    head, centres = QuantizedHead(2, 1), torch.tensor([-1.0, 3.0])
    head.words.copy_(torch.tensor([[-0.5], [1.5]]))
    head.share.fill_(0.5)
    points = (centres[:, None] + torch.linspace(-0.1, 0.1, 11)).reshape(-1, 1)
    for _ in range(2000):
        head.follow(head(points))
    torch.testing.assert_close(head.words[:, 0], centres, atol=1e-3, rtol=0)
    torch.testing.assert_close(head.usage, torch.tensor([0.5, 0.5]))


def test_dead_codes_start_anew_at_outputs_of_the_encoder(head, outputs):
    head.share.fill_(1 / K)
    head.share[4] = DEAD / K / 2
    head.words[4] = 1e3  # where no output will ever be
    head.follow(head(outputs), torch.Generator().manual_seed(0))
    assert (outputs.detach().view(-1, D) == head.words[4]).all(-1).any()
    assert head.share[4] == pytest.approx(1 / K)
    again = QuantizedHead(K, D)
    again.share.fill_(1 / K)
    again.share[4] = DEAD / K / 2
    again.words[4] = 1e3
    again.follow(again(outputs), torch.Generator().manual_seed(0))
    assert torch.equal(again.words, head.words)


def test_revival_raises_the_perplexity_of_a_collapsed_codebook():
    head = QuantizedHead(16, D)
    head.words[1:] += 100.0
    points, generator = torch.randn(500, D), torch.Generator().manual_seed(0)
    assert perplexity(head(points).index, 16) == 1
    for _ in range(50):
        head.follow(head(points), generator)
    assert perplexity(head(points).index, 16) > 8


def test_perplexity_lies_between_one_and_the_number_of_codes():
    assert perplexity(torch.zeros(9, 2, dtype=torch.long), K) == 1
    assert perplexity(torch.arange(K)[:, None], K) == pytest.approx(K)
    assert 1 < perplexity(torch.tensor([[0], [0], [1]]), K) < 2


def test_the_code_prior_is_a_distribution():
    every = torch.cartesian_prod(*[torch.arange(K)] * SLOTS)
    module = prior()
    assert float(module.log_prob(every).detach().exp().sum()) == pytest.approx(1, abs=1e-4)


def test_the_code_prior_sees_only_what_comes_before():
    module, index = prior(), torch.randint(K, (1, SLOTS), generator=torch.Generator().manual_seed(0))
    later = index.clone()
    later[0, -1] = (later[0, -1] + 1) % K
    module.log_prob(index).sum().backward()
    rows = module.seen.weight.grad.view(SLOTS, K, -1).abs().sum(-1)
    assert rows[:-1].sum() > 0
    assert rows[-1].sum() == 0, "the last code is seen by nobody"
    assert module.log_prob(index) != module.log_prob(later)


@pytest.mark.parametrize("slots", [1, SLOTS])
def test_samples_of_the_code_prior_are_as_frequent_as_it_says(slots):
    module = prior(slots)
    noise = torch.randn(40_000, slots * D, generator=torch.Generator().manual_seed(0))
    table: dict[bytes, int] = {}
    with torch.inference_mode():
        vectors = module.transport(noise).view(-1, slots, D)
        index = torch.cdist(vectors, module.lookup.__self__.words.expand(len(vectors), K, D)).argmin(-1)
        assert torch.equal(module.lookup(index).view_as(vectors), vectors)
        for row in index.numpy():
            table[row.tobytes()] = table.get(row.tobytes(), 0) + 1
        unique, counts = index.unique(dim=0, return_counts=True)
        often = counts > 400
        torch.testing.assert_close(counts[often] / 40_000, module.log_prob(unique[often]).exp(), rtol=0.2, atol=0)


def test_the_code_prior_learns_the_frequencies_of_dependent_codes():
    generator = torch.Generator().manual_seed(0)
    first = torch.multinomial(torch.tensor([0.5, 0.2, 0.1, 0.1, 0.05, 0.05]), 600, replacement=True, generator=generator)
    index = torch.stack([first, (first + 1) % K, first], 1)
    module = CodePrior(K, SLOTS, D, QuantizedHead(K, D).lookup)
    initialise(module, 0)
    optimizer = torch.optim.Adam(module.parameters(), lr=0.02)
    for _ in range(300):
        loss = -module.log_prob(index).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    share = torch.bincount(first, minlength=K) / 600
    assert float(loss.detach()) == pytest.approx(float(torch.special.entr(share).sum()), abs=0.02)
    assert all(parameter.grad.abs().sum() > 0 for parameter in module.parameters())
