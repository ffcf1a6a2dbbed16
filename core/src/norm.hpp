// Layer norm and root-mean-square norm without their weights (packed.hpp folds those), and their gradient.
#pragma once

#include "interface.hpp"
#include "lanes.hpp"
#include "sized.hpp"

namespace {

using openwork::Norm;

inline bool centred(Norm norm) {
  return norm == Norm::ln || norm == Norm::ln_pre;
}

// The square of the scale of one position, which is mean square + eps, and into `centre` what the scale divides.
template <class R, class D>
inline Vec<R> squared_scale(bool centre_it, const Vec<R>* __restrict x, Vec<R>* __restrict centre, R eps, D d) {
  Vec<R> mean{};
  if (centre_it) {
    for (int i = 0; i < d; i++) mean += x[i];
    mean *= splat<R>(R(1) / d);
  }
  Vec<R> square{};
  for (int i = 0; i < d; i++) {
    const Vec<R> c = x[i] - mean;
    centre[i] = c;
    square += c * c;
  }
  return square * splat<R>(R(1) / d) + splat<R>(eps);
}

// hat = (x - mean) / scale at positions from .. to; keeps 1 / scale.
template <class R>
inline void normalise(bool centre_it, const Vec<R>* x, Vec<R>* hat, Vec<R>* inverse, R eps, int from, int to, int d) {
  sized<R>(d, [&](auto width) {
    for (int t = from; t < to; t++) {
      Vec<R>* to_here = hat + t * width;
      const Vec<R> by = inverse_root(squared_scale<R>(centre_it, x + t * width, to_here, eps, width));
      for (int i = 0; i < width; i++) to_here[i] *= by;
      inverse[t] = by;
    }
  });
}

// dx += gradient through the norm, from dy, at positions from .. to.
template <class R>
inline void normalise_gradient(bool centre_it, const Vec<R>* hat, const Vec<R>* inverse, const Vec<R>* dy, Vec<R>* dx,
                               int from, int to, int d) {
  sized<R>(d, [&](auto width) {
    for (int t = from; t < to; t++) {
      const Vec<R>* __restrict h = hat + t * width, * __restrict g = dy + t * width;
      Vec<R>* __restrict out = dx + t * width;
      Vec<R> sum{}, along{};
      for (int i = 0; i < width; i++) {
        sum += g[i];
        along += g[i] * h[i];
      }
      sum = centre_it ? sum * splat<R>(R(1) / width) : Vec<R>{};
      along *= splat<R>(R(1) / width);
      for (int i = 0; i < width; i++) out[i] += inverse[t] * (g[i] - sum - h[i] * along);
    }
  });
}

// Of one position, where the scale is a value of its own: its gradient, from that of what it makes of `centre`.
template <class R>
inline Vec<R> scale_gradient(const Vec<R>* centre, Vec<R> inverse, const Vec<R>* dy, int d) {
  Vec<R> along{};
  for (int i = 0; i < d; i++) along += dy[i] * centre[i];
  return -along * inverse * inverse;
}

// And the rest of the way: dx += what comes through `centre`, and through the scale from dscale.
template <class R>
inline void centre_gradient(bool centre_it, const Vec<R>* centre, Vec<R> inverse, const Vec<R>* dy, Vec<R> dscale,
                            Vec<R>* dx, int d) {
  const Vec<R> pull = dscale * inverse * splat<R>(R(1) / d);
  Vec<R> mean{};
  for (int i = 0; centre_it && i < d; i++) mean += dy[i] * inverse + pull * centre[i];
  mean *= splat<R>(R(1) / d);
  for (int i = 0; i < d; i++) dx[i] += dy[i] * inverse + pull * centre[i] - mean;
}

}  // namespace
