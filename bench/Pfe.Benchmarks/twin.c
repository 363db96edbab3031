/* The mutual likelihood score in C, one probe against n faces, row-major: the baselines that gcc makes of it. */
#include <math.h>

/* The reference's algorithm: a double-precision logarithm in every dimension. */
void pfe_demo(const float *mu, const float *variance, const float *mus, const float *variances, float *scores, long n, long d) {
    for (long i = 0; i < n; i++) {
        float sum = 0;
        for (long l = 0; l < d; l++) {
            float t = variance[l] + variances[i * d + l], e = mu[l] - mus[i * d + l];
            sum += e * e / t + log(t);
        }
        scores[i] = -sum;
    }
}

/* The same in single precision throughout: with -O3 -march=native -ffast-math gcc makes vectors of it. */
void pfe_twin(const float *mu, const float *variance, const float *mus, const float *variances, float *scores, long n, long d) {
    for (long i = 0; i < n; i++) {
        float sum = 0;
        for (long l = 0; l < d; l++) {
            float t = variance[l] + variances[i * d + l], e = mu[l] - mus[i * d + l];
            sum += e * e / t + logf(t);
        }
        scores[i] = -sum;
    }
}
