// Balls: a float64 midpoint and a radius that surely holds the true number, one input per SIMD lane.
//
// What is assumed of the machine: IEEE 754 double precision, rounding to nearest, numbers below 2^-1022 kept
// (rounds_as_assumed looks). Then every +, -, *, / and square root is within U times its own result of the true one, or
// within 2^-1074 where it is tiny. Compiled without contraction, and no lane looks at another, so that the bits are
// the same at every SIMD level and on every machine.
#pragma once

#include <cstdint>

namespace {

typedef double Reals __attribute__((vector_size(OPENWORK_BYTES)));
typedef int64_t Longs __attribute__((vector_size(OPENWORK_BYTES)));
constexpr int kLanes = OPENWORK_BYTES / 8;

constexpr double U = 0x1p-53;
// Far above what n tiny products lose by being tiny, far below any radius that matters.
constexpr double kTiny = 0x1p-1000;

inline Reals all(double x) {
  return x - Reals{};
}
inline Reals pick(Longs mask, Reals yes, Reals no) {
  return mask ? yes : no;
}
inline Reals max(Reals a, Reals b) {  // NaN where either is: what is unknown stays unknown
  return pick((a > b) | (a != a), a, b);
}
inline Reals min(Reals a, Reals b) {
  return pick((a < b) | (a != a), a, b);
}
inline Reals abs(Reals x) {
  return (Reals)((Longs)x & (Longs{} + INT64_MAX));
}
inline Reals sqrt(Reals x) {
  Reals root;
  for (int l = 0; l < kLanes; l++) root[l] = __builtin_sqrt(x[l]);
  return root;
}
inline bool any(Longs mask) {
  int64_t set = 0;
  for (int l = 0; l < kLanes; l++) set |= mask[l];
  return set != 0;
}

// Not less than the true sum or product of numbers that are not negative and that n operations gave `r`: each loses at
// most U of it, and (1 - U)^-n <= 1 + 2 n U for n < 2^50.
inline Reals up(Reals r, double n) {
  return r * (1 + (2 * n + 4) * U) + kTiny;
}
// Not more than it.
inline Reals down(Reals r, double n) {
  return max(r * (1 - (2 * n + 4) * U) - kTiny, Reals{});
}

struct Ball {
  Reals mid, rad;
};

inline Ball exact(Reals x) {
  return {x, Reals{}};
}
// The smallest ball, or nearly, around everything from lo to hi, which may be infinite or NaN.
inline Ball between(Reals lo, Reals hi) {
  const Reals mid = 0.5 * lo + 0.5 * hi;
  return {mid, up(max(hi - mid, mid - lo) + U * abs(mid), 3)};
}
inline Reals low(const Ball& a) {
  const Reals at = a.mid - a.rad;
  return at - (4 * U * abs(at) + kTiny);
}
inline Reals high(const Ball& a) {
  const Reals at = a.mid + a.rad;
  return at + (4 * U * abs(at) + kTiny);
}
inline Ball operator+(const Ball& a, const Ball& b) {
  const Reals mid = a.mid + b.mid;
  return {mid, up(a.rad + b.rad + U * abs(mid), 4)};
}
inline Ball operator*(const Ball& a, const Ball& b) {
  const Reals mid = a.mid * b.mid;
  return {mid, up(abs(a.mid) * b.rad + a.rad * (abs(b.mid) + b.rad) + U * abs(mid), 7)};
}

// e^x within 8 U of it, for x from -700 to 700.
//
// x = k ln 2 + t with |t| < 0.3466 + 2^-40: k ln2_hi is exact (11 and 42 bits), the difference rounds by at most 0.35
// U, taking k ln2_lo away (itself known to 2^-96 and rounded by less than 2^-85) by another 0.35 U: t is known to
// within U, e^t to within a factor of 1 + 1.1 U. The series to t^13 / 13! leaves t^14 / 14! * 1.03 < 4.3e-18 < 0.04 U.
// Horner's rule: with coefficients that are off by U of themselves, its last steps 1 + t (1 + t (1/2 + ..)) round by at
// most U (1.42 + 0.35 (1 + 2.4 + 0.35 (1 + ...))) < 3.2 U where e^t > 0.707: 4.6 U. 2^k is exact.
inline Reals exp_near(Reals x) {
  constexpr double kLog2e = 0x1.71547652b82fep+0, kHi = 0x1.62e42fefa38p-1, kLo = 0x1.ef35793c7673p-45;
  constexpr double kRounder = 0x1.8p52;
  constexpr double kSeries[] = {
      1. / 6227020800., 1. / 479001600., 1. / 39916800., 1. / 3628800., 1. / 362880., 1. / 40320., 1. / 5040.,
      1. / 720.,        1. / 120.,       1. / 24.,       1. / 6.,       1. / 2.,      1.,          1.};
  const Reals shifted = x * kLog2e + kRounder, k = shifted - kRounder;
  const Reals t = (x - k * kHi) - k * kLo;
  Reals sum = all(kSeries[0]);
  for (int n = 1; n < 14; n++) sum = sum * t + kSeries[n];
  const Longs power = ((Longs)shifted - (Longs)all(kRounder) + 1023) << 52;
  return sum * (Reals)power;
}
constexpr double kExp = 8 * U;

inline Reals exp_low(Reals x) {
  const Reals e = exp_near(min(max(x, all(-700)), all(700))) * (1 - kExp - 2 * U);
  return pick(x < -700, Reals{}, e);
}
inline Reals exp_high(Reals x) {
  const Reals e = exp_near(min(max(x, all(-700)), all(700))) * (1 + kExp + 2 * U);
  return pick(x > 700, all(__builtin_inf()), e);
}

// Whether this thread's arithmetic is what all this rests on.
inline bool rounds_as_assumed() {
  volatile double one = 1, tiny = 0x1p-1022;
  const bool nearest = one + 0x1p-53 == 1 && one + 0x1.8p-53 > 1 && -one - 0x1p-53 == -1 && -one - 0x1.8p-53 < -1;
  return nearest && tiny / 4 > 0 && tiny * 0.25 == tiny / 4;
}

}  // namespace
