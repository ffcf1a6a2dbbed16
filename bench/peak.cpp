// Prints how many GFLOP/s of float32 fused multiply-adds one core does, best of some short runs.
#include <chrono>
#include <cstdio>

#if defined(__AVX512F__)
constexpr int lanes = 16;
#elif defined(__AVX__)
constexpr int lanes = 8;
#else
constexpr int lanes = 4;
#endif
typedef float Vec __attribute__((vector_size(lanes * sizeof(float))));

// Enough sums of their own to hide a multiply-add's latency, few enough to stay in registers.
constexpr int sums = lanes == 16 ? 24 : 12;
constexpr long steps = 4'000'000;

static Vec all(float x) { return Vec{} + x; }

int main() {
  volatile float given = 0.999f;  // so that the compiler cannot work it out beforehand
  const Vec factor = all(given), term = all(1.0f - given);
  double best = 0;
  float kept = 0;
  for (int run = 0; run < 8; run++) {
    Vec sum[sums];
    for (int i = 0; i < sums; i++) sum[i] = all(float(i));
    const auto start = std::chrono::steady_clock::now();
    for (long s = 0; s < steps; s++) {
#pragma GCC unroll 32
      for (int i = 0; i < sums; i++) sum[i] = sum[i] * factor + term;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    for (int i = 0; i < sums; i++) kept += sum[i][0];
    const double rate = 2.0 * lanes * sums * steps / seconds.count() / 1e9;
    if (rate > best) best = rate;
  }
  std::printf("%.2f\n", kept == 0 ? 0 : best);
}
