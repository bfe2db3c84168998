"""Where PyTorch computes and how precisely, as the environment says, and what that takes."""

import gc
import os

import torch

DEVICE = torch.device(os.environ.get("BENCH_DEVICE", "cpu"))
ON_GPU = DEVICE.type == "cuda"


def start():
    """Threads and precision; to be called before anything else."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.set_flush_denormal(True)
    # "high" lets GPUs multiply single-precision matrices in TF32; "highest" does not.
    torch.set_float32_matmul_precision(os.environ.get("BENCH_PRECISION", "highest"))


def finish():
    """Waits until the device has done what it was asked for."""
    if ON_GPU:
        torch.cuda.synchronize()


def warm():
    """Opens the device, so that what it takes by itself is not counted as some model's."""
    (torch.ones(8, 8, device=DEVICE) @ torch.ones(8, 8, device=DEVICE)).sum().item()
    return {}


def clear():
    """Gives memory back that nothing holds any more, and counts its peak from here on."""
    gc.collect()
    if ON_GPU:
        finish()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def allocated_bytes():
    """The most that tensors took since `clear`, by PyTorch's own account; null on processors."""
    return torch.cuda.max_memory_allocated() if ON_GPU else None


def compile_as(function, how, **rest):
    """`how`: eager, compiled, or graphs for compiled and replayed as CUDA graphs."""
    if how == "eager":
        return function
    return torch.compile(function, mode="reduce-overhead" if how == "graphs" else None, **rest)
