// Layer norm and root-mean-square norm, with or without weights, and their gradients.
#pragma once

#include "interface.hpp"
#include "lanes.hpp"

namespace {

using openwork::Norm;

inline bool centred(Norm norm) {
  return norm == Norm::ln || norm == Norm::ln_pre;
}
inline bool has_weight(Norm norm) {
  return norm == Norm::ln || norm == Norm::rms;
}

// The scale sqrt(mean square + eps) of one position, and into `centre` what it divides.
template <class R>
inline Vec<R> norm_scale(Norm norm, const Vec<R>* __restrict x, Vec<R>* __restrict centre, R eps, int d) {
  Vec<R> mean{};
  if (centred(norm)) {
    for (int i = 0; i < d; i++) mean += x[i];
    mean *= all<R>(R(1) / d);
  }
  Vec<R> square{};
  for (int i = 0; i < d; i++) {
    const Vec<R> c = x[i] - mean;
    centre[i] = c;
    square += c * c;
  }
  return square_root(square * all<R>(R(1) / d) + all<R>(eps));
}

template <class R>
inline void norm_weight(Norm norm, const Vec<R>* __restrict hat, const R* w, const R* b, Vec<R>* __restrict y, int d) {
  for (int i = 0; i < d; i++) y[i] = norm == Norm::ln ? hat[i] * w[i] + b[i] : hat[i] * w[i];
}

// dx += gradient through the norm, from dy; dw and db gather per lane where the norm has them.
template <class R>
inline void norm_gradient(Norm norm, const Vec<R>* __restrict hat, const R* w, Vec<R> scale,
                          const Vec<R>* __restrict dy, Vec<R>* __restrict dx, Vec<R>* __restrict dw,
                          Vec<R>* __restrict db, Vec<R>* __restrict g, int d) {
  Vec<R> sum{}, along{};
  for (int i = 0; i < d; i++) {
    if (has_weight(norm)) dw[i] += dy[i] * hat[i];
    if (norm == Norm::ln) db[i] += dy[i];
    g[i] = has_weight(norm) ? dy[i] * w[i] : dy[i];
    sum += g[i];
    along += g[i] * hat[i];
  }
  sum = centred(norm) ? sum * all<R>(R(1) / d) : Vec<R>{};
  along *= all<R>(R(1) / d);
  const Vec<R> inverse = all<R>(1) / scale;
  for (int i = 0; i < d; i++) dx[i] += inverse * (g[i] - sum - hat[i] * along);
}

}  // namespace
