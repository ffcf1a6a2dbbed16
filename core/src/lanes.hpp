// One input per SIMD lane: vectors of the level's width, and the few functions on them that a transformer needs.
#pragma once

#include <cstdint>
#if OPENWORK_BYTES == 64 && defined(__AVX512DQ__)
#define OPENWORK_AVX512 1
#elif OPENWORK_BYTES == 32 && defined(__AVX2__)
#define OPENWORK_AVX2 1
#elif OPENWORK_BYTES == 16 && defined(__SSE2__)
#define OPENWORK_SSE2 1
#elif OPENWORK_BYTES == 16 && defined(__ARM_NEON) && defined(__aarch64__)
#define OPENWORK_NEON 1
#endif
#if OPENWORK_AVX512 || OPENWORK_AVX2 || OPENWORK_SSE2
#include <immintrin.h>
#elif OPENWORK_NEON
#include <arm_neon.h>
#endif

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

// Minus nothing, not plus: only that leaves every number as it is, -0 too, so that the compiler leaves it out.
template <class R>
inline Vec<R> splat(R x) {
  return x - Vec<R>{};
}

template <class R>
inline Mask<R> splat_int(int x) {
  return Mask<R>{} + typename Lanes<R>::Int(x);
}

template <class R>
inline Vec<R> select(Mask<R> mask, Vec<R> yes, Vec<R> no) {
  return mask ? yes : no;
}

// x where the mask is true, else 0.
template <class R>
inline Vec<R> where(Mask<R> mask, Vec<R> x) {
#if OPENWORK_AVX512  // where masks are registers of their own
  return mask ? x : Vec<R>{};
#else
  return (Vec<R>)((Mask<R>)x & mask);
#endif
}

// A number that is read once and then kept in a register: a compiler that has it read again by every instruction that
// uses it (GCC) makes the reads, of which there are two a cycle, what all waits for.
inline Vec<float> once(Vec<float> x) {
#if OPENWORK_AVX512 || OPENWORK_AVX2
  asm("" : "+v"(x));
#endif
  return x;
}
inline Vec<double> once(Vec<double> x) {
  return x;
}

// sum + x where the mask is true, else sum.
template <class R>
inline Vec<R> add_where(Mask<R> mask, Vec<R> sum, Vec<R> x) {
#if OPENWORK_AVX512
  return mask ? sum + x : sum;
#else  // a selection would wait for the sum
  return sum + where<R>(mask, x);
#endif
}

// Where one of them is NaN: b on x86, NaN on ARM. One instruction each, which the compiler does not find.
template <class R>
inline Vec<R> max(Vec<R> a, Vec<R> b) {
  if constexpr (sizeof(R) == 4) {
#if OPENWORK_AVX512
    return (Vec<R>)_mm512_max_ps((__m512)a, (__m512)b);
#elif OPENWORK_AVX2
    return (Vec<R>)_mm256_max_ps((__m256)a, (__m256)b);
#elif OPENWORK_SSE2
    return (Vec<R>)_mm_max_ps((__m128)a, (__m128)b);
#elif OPENWORK_NEON
    return (Vec<R>)vmaxq_f32((float32x4_t)a, (float32x4_t)b);
#endif
  }
  return a > b ? a : b;
}

// Which lanes are among the first n.
template <class R>
inline Mask<R> first_lanes(int64_t n) {
  Mask<R> number;
  for (int l = 0; l < Lanes<R>::count; l++) number[l] = l;
  return number < splat_int<R>(int(n));
}

// Calls for memory that will be read, or written, some time from now.
template <bool WRITE>
inline void call_for(const void* memory, int64_t bytes) {
  for (int64_t at = 0; at < bytes; at += 64) __builtin_prefetch(static_cast<const char*>(memory) + at, WRITE);
}

// Sums in float64, lane by lane.
template <class R>
struct LaneTotals {
  double of[Lanes<R>::count] = {};
  void add(Vec<R> x, double times = 1) {
    for (int l = 0; l < Lanes<R>::count; l++) of[l] += double(x[l]) * times;
  }
  double total() const {
    double sum = 0;
    for (int l = 0; l < Lanes<R>::count; l++) sum += of[l];
    return sum;
  }
};

template <class R>
inline bool any_lane(Mask<R> mask) {
#if OPENWORK_AVX512
  return _mm512_test_epi64_mask((__m512i)mask, (__m512i)mask);
#elif OPENWORK_AVX2
  return !_mm256_testz_si256((__m256i)mask, (__m256i)mask);
#else
  typename Lanes<R>::Int any = 0;
  for (int l = 0; l < Lanes<R>::count; l++) any |= mask[l];
  return any;
#endif
}

// The first n of some integers, one a lane; beyond there is anything, and nothing is read.
template <class R>
inline Mask<R> first_ints(const int32_t* from, int n) {
  constexpr int C = Lanes<R>::count;
#if OPENWORK_AVX512
  if constexpr (C == 16) return (Mask<R>)_mm512_maskz_loadu_epi32(n < C ? (1 << n) - 1 : 0xffff, from);
#endif
  if constexpr (sizeof(R) == 4) {
    if (n >= C) {
      Mask<R> ints;
      __builtin_memcpy(&ints, from, sizeof ints);
      return ints;
    }
  }
  Mask<R> ints{};
  for (int l = 0; l < C && l < n; l++) ints[l] = from[l];
  return ints;
}

// f of every lane by the C library: exact, slow; for what is rare.
template <class R, class F>
inline Vec<R> per_lane(Vec<R> x, F f) {
  Vec<R> y;
  for (int l = 0; l < Lanes<R>::count; l++) y[l] = f(x[l]);
  return y;
}

inline Vec<float> square_root(Vec<float> x) {
#if OPENWORK_AVX512
  return (Vec<float>)_mm512_sqrt_ps((__m512)x);
#elif OPENWORK_AVX2
  return (Vec<float>)_mm256_sqrt_ps((__m256)x);
#elif OPENWORK_SSE2
  return (Vec<float>)_mm_sqrt_ps((__m128)x);
#elif OPENWORK_NEON
  return (Vec<float>)vsqrtq_f32((float32x4_t)x);
#else
  return per_lane<float>(x, [](float v) { return __builtin_sqrtf(v); });
#endif
}
inline Vec<double> square_root(Vec<double> x) {
  return per_lane<double>(x, [](double v) { return __builtin_sqrt(v); });
}

// 1 / x for x from 2^-100 to 2^100, and NaN of NaN; in float32 to 1 in the last place.
inline Vec<float> inverse_of(Vec<float> x) {
#if OPENWORK_AVX512  // a division costs as much as twenty multiply-adds: a guess of 14 bits and a Newton step
  const Vec<float> y = (Vec<float>)_mm512_rcp14_ps((__m512)x);
  return y + y * (splat(1.f) - x * y);
#else
  return splat(1.f) / x;
#endif
}
inline Vec<double> inverse_of(Vec<double> x) {
  return splat(1.) / x;
}

// 1 / sqrt(x) for x >= 2^-100 and infinity, and NaN of NaN; in float32 to 1 in the last place.
inline Vec<float> inverse_root(Vec<float> x) {
#if OPENWORK_AVX512
  const Vec<float> y = (Vec<float>)_mm512_rsqrt14_ps((__m512)x);
  const Vec<float> refined = y + y * splat(0.5f) * (splat(1.f) - x * y * y);
  return x < splat(__builtin_inff()) ? refined : y + x * Vec<float>{};
#else
  return splat(1.f) / square_root(x);
#endif
}
inline Vec<double> inverse_root(Vec<double> x) {
  return splat(1.) / square_root(x);
}

constexpr double kLog2E = 1.44269504088896340736;

// 2^x for x <= 0, to about 2e-7 relative; below -125 next to nothing. 2^0 is 1 and NaN stays NaN. Splits off a whole
// number, then a polynomial with the least largest error on what is left.
inline Vec<float> power_of_two(Vec<float> x) {
#if OPENWORK_AVX512  // which has both steps as instructions; minus infinity gives 0
  const Vec<float> r = (Vec<float>)_mm512_reduce_ps((__m512)x, 0x9);  // 0 .. 1
  Vec<float> y = splat(1.8671301659196615e-3f);
  y = y * r + splat(9.0170297771692280e-3f);
  y = y * r + splat(5.5799912661314011e-2f);
  y = y * r + splat(2.4016444385051727e-1f);
  y = y * r + splat(6.9315129518508911e-1f);
  y = y * r + splat(1.f);
  return (Vec<float>)_mm512_scalef_ps((__m512)y, (__m512)x);  // y times 2 to the whole number below x
#else
  typedef Mask<float> I;
  const Vec<float> shifter = splat(12582912.f);  // 1.5 * 2^23: adding it rounds to a whole number in the low bits
  x = max<float>(splat(-125.f), x);
  const Vec<float> shifted = x + shifter, r = x - (shifted - shifter);  // -1/2 .. 1/2
  Vec<float> y = splat(1.3264727e-3f);
  y = y * r + splat(9.6715126e-3f);
  y = y * r + splat(5.5507337e-2f);
  y = y * r + splat(2.4022242e-1f);
  y = y * r + splat(6.9314698e-1f);
  y = y * r + splat(1.f);
  return (Vec<float>)((I)y + ((I)shifted << 23));
#endif
}
inline Vec<double> power_of_two(Vec<double> x) {
  return per_lane<double>(x, [](double v) { return __builtin_exp2(v); });
}

// e^x to about 1e-7 relative, for x from -86.5 to 88; beyond, the value at that end. Range reduction by ln 2 in two
// parts, then a polynomial (Cephes, expf). NaN stays NaN.
inline Vec<float> exponential(Vec<float> x) {
  typedef Mask<float> I;
  const Vec<float> shifter = splat(12582912.f);
  x = max<float>(splat(-86.5f), x);
  x = x > splat(88.f) ? splat(88.f) : x;
  const Vec<float> shifted = x * splat(float(kLog2E)) + shifter, n = shifted - shifter;
  const Vec<float> r = x - n * splat(0.693359375f) - n * splat(-2.12194440e-4f);
  Vec<float> y = splat(1.9875691500e-4f);
  y = y * r + splat(1.3981999507e-3f);
  y = y * r + splat(8.3334519073e-3f);
  y = y * r + splat(4.1665795894e-2f);
  y = y * r + splat(1.6666665459e-1f);
  y = y * r + splat(5.0000001201e-1f);
  y = y * r * r + r + splat(1.f);
  return (Vec<float>)((I)y + ((I)shifted << 23));
}
inline Vec<double> exponential(Vec<double> x) {
  return per_lane<double>(x, [](double v) { return __builtin_exp(v); });
}

// ln x for finite normal x > 0, to about 1e-7: x = m 2^e with m in sqrt(1/2) .. sqrt(2), then a polynomial (Cephes,
// logf). NaN and infinity stay what they are.
inline Vec<float> logarithm(Vec<float> x) {
  typedef Vec<float> V;
  typedef Mask<float> I;
  I bits = (I)x;
  I e = (bits >> 23) - 127;
  V m = (V)((bits & 0x007fffff) | 0x3f800000);
  const I high = m > splat(1.41421356237f);
  m = high ? m * splat(0.5f) : m;
  e -= high;  // a true lane is -1
  const V f = m - splat(1.f), z = f * f;
  V y = splat(7.0376836292e-2f);
  y = y * f + splat(-1.1514610310e-1f);
  y = y * f + splat(1.1676998740e-1f);
  y = y * f + splat(-1.2420140846e-1f);
  y = y * f + splat(1.4249322787e-1f);
  y = y * f + splat(-1.6668057665e-1f);
  y = y * f + splat(2.0000714765e-1f);
  y = y * f + splat(-2.4999993993e-1f);
  y = y * f + splat(3.3333331174e-1f);
  y = y * f * z;
  const V n = __builtin_convertvector(e, V);
  y = y + n * splat(-2.12194440e-4f) - splat(0.5f) * z;
  y = f + y + n * splat(0.693359375f);
  return x < splat(__builtin_inff()) ? y : x;
}
inline Vec<double> logarithm(Vec<double> x) {
  return per_lane<double>(x, [](double v) { return __builtin_log(v); });
}

inline float scalar_erf(float x) {
  return __builtin_erff(x);
}
inline double scalar_erf(double x) {
  return __builtin_erf(x);
}

// The lanes' sum: neighbours first, then the sums of neighbours, so that the order is the same for one and for many.
template <class R>
inline R lane_sum(Vec<R> x) {
  R part[Lanes<R>::count];
  for (int l = 0; l < Lanes<R>::count; l++) part[l] = x[l];
  for (int n = Lanes<R>::count / 2; n > 0; n /= 2)
    for (int l = 0; l < n; l++) part[l] = part[2 * l] + part[2 * l + 1];
  return part[0];
}

#if defined(__GNUC__) && !defined(__clang__)
// Sums of neighbours: those of a in the first half, those of b in the second.
template <class R>
inline Vec<R> pair_sums(Vec<R> a, Vec<R> b) {
  Mask<R> even;
  for (int l = 0; l < Lanes<R>::count; l++) even[l] = 2 * l;
  return __builtin_shuffle(a, b, even) + __builtin_shuffle(a, b, even + 1);
}

// lane_sum of COUNT vectors, one in each lane.
template <class R, int COUNT>
inline Vec<R> sums_of(const Vec<R>* x) {
  if constexpr (COUNT == 1)
    return *x;
  else
    return pair_sums<R>(sums_of<R, COUNT / 2>(x), sums_of<R, COUNT / 2>(x + COUNT / 2));
}
#endif

// lane_sum of each of n vectors.
template <class R>
inline void lane_sums(const Vec<R>* x, int64_t n, R* out) {
  int64_t i = 0;
#if defined(__GNUC__) && !defined(__clang__)
  constexpr int C = Lanes<R>::count;
  for (; i + C <= n; i += C) {
    const Vec<R> sums = sums_of<R, C>(x + i);
    __builtin_memcpy(out + i, &sums, sizeof sums);
  }
#endif
  for (; i < n; i++) out[i] = lane_sum<R>(x[i]);
}

// A square of as many vectors as lanes, turned over: halves of blocks change places, from the smallest on.
template <class R>
inline void transpose(Vec<R>* x) {
  constexpr int C = Lanes<R>::count;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC unroll 4
  for (int b = 1; b < C; b *= 2) {
    Mask<R> upper, lower;
    for (int l = 0; l < C; l++) {
      upper[l] = l & b ? C + (l ^ b) : l;
      lower[l] = l & b ? C + l : l ^ b;
    }
#pragma GCC unroll 16
    for (int i = 0; i < C; i++) {
      if (i & b) continue;
      const Vec<R> above = x[i], below = x[i + b];
      x[i] = __builtin_shuffle(above, below, upper);
      x[i + b] = __builtin_shuffle(above, below, lower);
    }
  }
#else
  for (int i = 0; i < C; i++)
    for (int l = 0; l < i; l++) {
      const R kept = x[i][l];
      x[i][l] = x[l][i];
      x[l][i] = kept;
    }
#endif
}

}  // namespace
