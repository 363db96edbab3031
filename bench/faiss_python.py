"""Exact search by faiss: one probe and 64 against N faces of D = 512. For who has it (Debian: apt-get install python3-faiss).

    python3 bench/faiss_python.py [N]

What it computes is the inner product of the means: cosine similarity, 512 multiplications a face. No variance is read; the mutual likelihood
score needs as many means and as many variances, a division and a share of a logarithm for each.
"""
import statistics
import sys
import time

import faiss
import numpy as np

D, N = 512, int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
rng = np.random.default_rng(1)


def faces(count):
    mu = rng.standard_normal((count, D), dtype=np.float32)
    return mu / np.linalg.norm(mu, axis=1, keepdims=True)


gallery, probes = faces(N), faces(64)
print(f"faiss {faiss.__version__}, {faiss.omp_get_max_threads()} threads, {N} faces, the 10 best")
for name, index in (("IndexFlatIP, float32", faiss.IndexFlatIP(D)),
                    ("IndexScalarQuantizer, fp16", faiss.IndexScalarQuantizer(D, faiss.ScalarQuantizer.QT_fp16,
                                                                               faiss.METRIC_INNER_PRODUCT))):
    if not index.is_trained:
        index.train(gallery[:1000])
    index.add(gallery)
    for count in (1, 64):
        index.search(probes[:count], 10)
        seconds = []
        for _ in range(15 if count == 1 else 3):
            start = time.perf_counter()
            index.search(probes[:count], 10)
            seconds.append(time.perf_counter() - start)
        print(f"{name}, {count} probe(s): {statistics.median(seconds) * 1e3:.1f} ms (best {min(seconds) * 1e3:.1f})")
