// One input per SIMD lane: vectors of the level's width, and the few functions on them that a transformer needs.
#pragma once

#include <cstdint>

namespace {

template <class R>
struct Lanes;

template <>
struct Lanes<float> {
  typedef float V __attribute__((vector_size(OPENWORK_BYTES)));
  typedef int32_t I __attribute__((vector_size(OPENWORK_BYTES)));
  typedef int32_t Int;
  static constexpr int count = OPENWORK_BYTES / 4;
};

template <>
struct Lanes<double> {
  typedef double V __attribute__((vector_size(OPENWORK_BYTES)));
  typedef int64_t I __attribute__((vector_size(OPENWORK_BYTES)));
  typedef int64_t Int;
  static constexpr int count = OPENWORK_BYTES / 8;
};

template <class R>
using Vec = typename Lanes<R>::V;
template <class R>
using Mask = typename Lanes<R>::I;

template <class R>
inline Vec<R> all(R x) {
  return Vec<R>{} + x;
}

template <class R>
inline Vec<R> select(Mask<R> mask, Vec<R> yes, Vec<R> no) {
  return (Vec<R>)((mask & (Mask<R>)yes) | (~mask & (Mask<R>)no));
}

template <class R>
inline Vec<R> larger(Vec<R> a, Vec<R> b) {
  return select<R>(a > b, a, b);
}

// f of every lane by the C library: exact, slow; for what is rare.
template <class R, class F>
inline Vec<R> per_lane(Vec<R> x, F f) {
  Vec<R> y;
  for (int l = 0; l < Lanes<R>::count; l++) y[l] = f(x[l]);
  return y;
}

inline Vec<float> square_root(Vec<float> x) {
  return per_lane<float>(x, [](float v) { return __builtin_sqrtf(v); });
}
inline Vec<double> square_root(Vec<double> x) {
  return per_lane<double>(x, [](double v) { return __builtin_sqrt(v); });
}

// e^x to about 1e-7 relative, for x from -87 to 88; beyond, the value at that end. Range reduction by ln 2 in two
// parts, then a polynomial (Cephes, expf). NaN stays NaN.
inline Vec<float> exponential(Vec<float> x) {
  typedef Vec<float> V;
  typedef Mask<float> I;
  x = select<float>(x < all(-87.f), all(-87.f), x);
  x = select<float>(x > all(88.f), all(88.f), x);
  const float shifter = 12582912.f;  // 1.5 * 2^23: adding it rounds to a whole number in the low bits
  V n = x * all(1.44269504088896341f) + all(shifter);
  I whole = (I)n - (I)all(shifter);
  n -= all(shifter);
  V r = x - n * all(0.693359375f);
  r = r - n * all(-2.12194440e-4f);
  V y = all(1.9875691500e-4f);
  y = y * r + all(1.3981999507e-3f);
  y = y * r + all(8.3334519073e-3f);
  y = y * r + all(4.1665795894e-2f);
  y = y * r + all(1.6666665459e-1f);
  y = y * r + all(5.0000001201e-1f);
  y = y * r * r + r + all(1.f);
  return y * (V)((whole + 127) << 23);
}

inline Vec<double> exponential(Vec<double> x) {
  return per_lane<double>(x, [](double v) { return __builtin_exp(v); });
}

inline float scalar_log(float x) {
  return __builtin_logf(x);
}
inline double scalar_log(double x) {
  return __builtin_log(x);
}
inline float scalar_erf(float x) {
  return __builtin_erff(x);
}
inline double scalar_erf(double x) {
  return __builtin_erf(x);
}

}  // namespace
