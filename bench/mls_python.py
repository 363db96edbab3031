"""MLS of D = 512 by numpy and, where it is installed, PyTorch: one row against N, one thread. For who has them; Pfe does not need Python.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python bench/mls_python.py
"""
import statistics
import time

import numpy as np

D, N = 512, 4096
rng = np.random.default_rng(1)
mu = rng.standard_normal((N, D), dtype=np.float32)
mu /= np.linalg.norm(mu, axis=1, keepdims=True)
variance = np.exp(rng.normal(-6.5, 0.5, (N, D))).astype(np.float32)


def with_numpy(i):
    t = variance[i] + variance
    return -0.5 * ((mu[i] - mu) ** 2 / t + np.log(t)).sum(axis=1)


def speed(score):
    score(0)
    seconds = []
    for i in range(15):
        start = time.perf_counter()
        score(i)
        seconds.append(time.perf_counter() - start)
    return N / statistics.median(seconds) / 1e6


print(f"numpy {np.__version__}: {speed(with_numpy):.2f} million pairs / s")
try:
    import torch

    torch.set_num_threads(1)
    tmu, tvariance = torch.from_numpy(mu), torch.from_numpy(variance)

    def with_torch(i):
        t = tvariance[i] + tvariance
        return -0.5 * ((tmu[i] - tmu) ** 2 / t + torch.log(t)).sum(dim=1)

    print(f"PyTorch {torch.__version__}: {speed(with_torch):.2f} million pairs / s")
except ImportError:
    print("PyTorch is not installed")
