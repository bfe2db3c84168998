"""Weighted draws with replacement: NumPy and PyTorch."""

import os

import numpy as np
import torch

from serving import memory_available, serve, typical


class Pool:
    """Weights as the draws read them, the same spread as on the other side."""

    def __init__(self, prompts):
        index = np.arange(prompts, dtype=np.uint32)
        index *= np.uint32(0x9E3779B1)
        self.weights = (index / np.float32(2**34)).astype(np.float32)
        self.weights[::3] = 0
        self.changes = 0

    def change(self):
        """Gives one prompt another weight."""
        self.changes += 1
        self.weights[self.changes * 7919 % len(self.weights)] = (self.changes % 256) / 1024

    def shares(self):
        """Probabilities, in double precision as NumPy asks for."""
        shares = self.weights.astype(np.float64)
        shares /= shares.sum()
        return shares


pools = {}
generator = np.random.default_rng(1)


def make(prompts):
    pools[prompts] = Pool(prompts)
    return {"total": float(pools[prompts].weights.sum(dtype=np.float64))}


def forget(prompts):
    del pools[prompts]
    return {}


def drawer(prompts, method, count, changed):
    """A function that draws once; where the weights change, everything that depends on them is made anew."""
    pool = pools[prompts]
    if method == "choice":
        kept = pool.shares()
        draw = lambda p: np.random.choice(prompts, count, p=p)
        prepare = pool.shares
    elif method == "generator":
        kept = pool.shares()
        draw = lambda p: generator.choice(prompts, count, p=p)
        prepare = pool.shares
    elif method == "searchsorted":
        cumulate = lambda: np.cumsum(pool.weights, dtype=np.float64)
        kept = cumulate()
        draw = lambda c: np.searchsorted(c, generator.random(count) * c[-1], side="right")
        prepare = cumulate
    elif method == "multinomial":
        kept = torch.from_numpy(pool.weights)
        draw = lambda w: torch.multinomial(w, count, replacement=True).numpy()
        prepare = lambda: kept
    else:
        raise ValueError(method)
    if not changed:
        return lambda: draw(kept)

    def anew():
        pool.change()
        return draw(prepare())

    return anew


def measure(prompts, method, count, changed, budget):
    needed = 24 * prompts if method in ("choice", "generator") else 12 * prompts
    if needed > memory_available():
        return {"skipped": f"needs {needed / 1e9:.1f} GB"}
    try:
        return {"seconds": typical(drawer(prompts, method, count, changed), budget)}
    except RuntimeError as error:
        return {"refused": str(error).splitlines()[0]}


def counts(prompts, method, count, draws):
    """How often each prompt was drawn."""
    draw = drawer(prompts, method, count, False)
    total = np.zeros(prompts, dtype=np.int64)
    for _ in range(draws):
        total += np.bincount(draw(), minlength=prompts)
    return {"counts": total.tolist()}


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    np.random.seed(1)
    torch.manual_seed(1)
    serve({"make": make, "forget": forget, "measure": measure, "counts": counts})
