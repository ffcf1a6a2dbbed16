// One kind of layer each, on balls: what goes in surely lies in its balls, what comes out does too.
#pragma once

#include "ball.hpp"
#include "interface.hpp"

namespace {

using openwork::Activation;
using openwork::Norm;

// A factor that n roundings of a sum of n products stay below, of the sum of the products' sizes.
inline double rounding(double n) {
  return 1.01 * (n + 2) * U;
}

// Numbers of one kind at one position, as the layers that sum over them want them: `wide` is the radius and what
// summing `n` of them rounds, `size` no less than what the number is away from 0.
struct Summed {
  Reals *mid, *wide, *size;
};

inline void prepare(const Ball* x, int n, int terms, const Summed& out) {
  const double c = rounding(terms);
  for (int i = 0; i < n; i++) {
    const Reals size = abs(x[i].mid);
    out.mid[i] = x[i].mid;
    out.wide[i] = up(x[i].rad + c * size, 3);
    out.size[i] = up(size + x[i].rad, 2);
  }
}

// out = x W + b, `W` [in][out] and `b` [out] exact; without `b` only x W. `sizes` has every weight's distance from 0.
inline void linear(const Summed& x, int n_in, const double* W, const double* sizes, const double* b, int n_out,
                   Ball* out) {
  constexpr int kTile = 4;
  const double c = rounding(n_in);
  for (int j = 0; j < n_out; j += kTile) {
    const int width = n_out - j < kTile ? n_out - j : kTile;
    Reals mid[kTile], rad[kTile];
    for (int t = 0; t < kTile; t++) {
      const double bias = b && t < width ? b[j + t] : 0;
      mid[t] = all(bias);
      rad[t] = all(c * __builtin_fabs(bias));
    }
    if (width == kTile) {
      for (int i = 0; i < n_in; i++)
        for (int t = 0; t < kTile; t++) {
          mid[t] += x.mid[i] * W[i * n_out + j + t];
          rad[t] += x.wide[i] * sizes[i * n_out + j + t];
        }
    } else {
      for (int i = 0; i < n_in; i++)
        for (int t = 0; t < width; t++) {
          mid[t] += x.mid[i] * W[i * n_out + j + t];
          rad[t] += x.wide[i] * sizes[i * n_out + j + t];
        }
    }
    for (int t = 0; t < width; t++) out[j + t] = {mid[t], up(rad[t], 2 * n_in + 4)};
  }
}

// What is left of `x` [d] after a norm, before its own weights: (x - mean) / sqrt(variance + eps), or without the mean.
inline void normalise(const Ball* x, int d, bool centred, double eps, Ball* out) {
  Reals mean = {}, spread = {}, size = {};
  if (centred) {
    for (int i = 0; i < d; i++) {
      mean += x[i].mid;
      spread += x[i].rad;
      size += abs(x[i].mid);
    }
    mean /= double(d);
    spread = up((spread + rounding(d) * size) / double(d), d + 4);
  }
  Reals least = {}, most = {};
  for (int i = 0; i < d; i++) {
    Ball y = x[i];
    // A coordinate's own error is in the mean too: x (1 - 1/d) less the others' share leaves x (1 - 2/d) + all / d.
    if (centred) {
      const Reals mid = x[i].mid - mean;
      y = {mid, up(max(x[i].rad * (1 - 2. / d), Reals{}) + 4 * U * x[i].rad + spread + U * abs(mid), 8)};
    }
    out[i] = y;
    const Reals near = down(max(abs(y.mid) - y.rad, Reals{}), 1), far = up(abs(y.mid) + y.rad, 1);
    least += near * near;
    most += far * far;
  }
  least = down(down(least / double(d), 2 * d + 4) + eps, 1);
  most = up(most / double(d) + eps, 2 * d + 6);
  // a root and a quotient, each within U of itself
  const Ball inverse = between(down(1 / sqrt(most), 2), up(1 / sqrt(least), 2));
  for (int i = 0; i < d; i++) out[i] = out[i] * inverse;
}

inline void scale_and_shift(Ball* x, int d, const double* w, const double* b) {
  for (int i = 0; i < d; i++) {
    if (w) x[i] = x[i] * exact(all(w[i]));
    if (b) x[i] = x[i] + exact(all(b[i]));
  }
}

// From the bounds of every key's e^score, `low` and `high` [n_keys] (0 where a key is hidden), the pattern: an entry is
// least where it is as low and all others as high as can be.
inline void pattern(const Reals* low, const Reals* high, int n_keys, Ball* out) {
  Reals lows = {}, highs = {};
  for (int u = 0; u < n_keys; u++) {
    lows += low[u];
    highs += high[u];
  }
  const double c = 2 * rounding(n_keys);
  const Longs blind = highs == 0;  // a query that has nothing left to look at attends to nothing
  for (int u = 0; u < n_keys; u++) {
    const Reals others_most = up(max(highs - high[u], Reals{}) + c * highs, 3);
    const Reals others_least = down(max(lows - low[u] - c * lows, Reals{}), 3);
    const Reals least = down(low[u] / (low[u] + others_most), 4);
    const Reals most = min(up(high[u] / (high[u] + others_least), 4), all(1));
    const Longs hidden = high[u] == 0;
    const Ball p = between(least, most);
    out[u] = {pick(hidden | blind, Reals{}, p.mid), pick(hidden | blind, Reals{}, p.rad)};
  }
}

// Slopes of GELU, of its tanh form and of SiLU: with g the gate x is multiplied by, |g + x g'| <= 1 + |x| g' < 1.5,
// for |x| g' is at most 0.25, 0.45 and 0.37.
constexpr double kSlope = 1.5;
// What e^-700 and the like leave out.
constexpr double kCut = 1e-290;

// x times a gate with a relative error of at most `error` U, for a midpoint known exactly; then what its radius adds.
inline Ball gated(const Ball& x, Reals gate, Reals error) {
  const Reals f = x.mid * gate;
  return {f, up(kSlope * x.rad + (error + 4) * (U * abs(f)) + kCut, 6)};
}

inline Reals sigmoid(Reals x) {  // within 10 U of itself where |x| < 700
  return 1 / (1 + exp_near(min(max(-x, all(-700)), all(700))));
}

inline Ball silu(const Ball& x) {
  return gated(x, sigmoid(x.mid), all(16));
}

// x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)): what is in the bracket is known to 6 U of itself, so the sigmoid to
// 6 U |bracket| more.
inline Ball gelu_new(const Ball& x) {
  constexpr double kTwice = 1.5957691216057308;
  const Reals bracket = min(max(kTwice * (x.mid + 0.044715 * (x.mid * x.mid * x.mid)), all(-700)), all(700));
  return gated(x, sigmoid(bracket), 16 + 8 * abs(bracket));
}

// x Phi(x), Phi = 1/2 + e^(-x^2/2) / sqrt(2 pi) (x + x^3/3 + x^5/15 + ..): all terms of one sign. Beyond 8 it is x or 0
// to within 8 * 6.3e-16.
inline Ball gelu(const Ball& x) {
  constexpr double kInverse = 0.3989422804014327, kFar = 8, kLeft = 6e-15;
  constexpr int kTerms = 200;
  const Reals at = min(max(x.mid, all(-kFar)), all(kFar)), square = at * at;
  Reals term = at, sum = at;
  Longs going = Longs{} - 1;
  // until the terms halve at least, and the rest is below a last place of the sum; 144 are enough at 8
  for (int n = 1; n < kTerms && any(going); n++) {
    term = term * square / (2. * n + 1);
    sum = pick(going, sum + term, sum);
    going &= (square > n + 0.5) | (abs(term) > U * abs(sum));
  }
  const Reals half = exp_near(-0.5 * square) * kInverse * sum;
  // terms and sum 3 U each time, the factor 8 + 32 + 4, the rest 2
  const Reals wrong = pick(going, all(1), up(((4 * kTerms + 60) * U) * abs(half) + U, 4));
  const Reals f = x.mid * (0.5 + half);
  const Ball near = {f, up(kSlope * x.rad + abs(x.mid) * wrong + 4 * U * abs(f) + kCut, 6)};
  const Ball far = {pick(x.mid > 0, x.mid, Reals{}), up(kSlope * x.rad + kLeft, 3)};
  const Longs beyond = abs(x.mid) > kFar;
  return {pick(beyond, far.mid, near.mid), pick(beyond, far.rad, near.rad)};
}

inline Ball relu(const Ball& x) {
  const Ball cut = between(max(low(x), Reals{}), max(high(x), Reals{}));
  const Longs on = low(x) >= 0;
  return {pick(on, x.mid, cut.mid), pick(on, x.rad, cut.rad)};
}

inline void activate(Activation act, Ball* x, int n) {
  for (int i = 0; i < n; i++)
    x[i] = act == Activation::relu       ? relu(x[i])
           : act == Activation::gelu     ? gelu(x[i])
           : act == Activation::gelu_new ? gelu_new(x[i])
                                         : silu(x[i]);
}

}  // namespace
