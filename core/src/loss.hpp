// Cross-entropy, right answers and margins at one graded position.
#pragma once

#include "lanes.hpp"
#include "sized.hpp"

namespace {

// In nats. keep(j, p) gets every logit's power, which the sum of all makes its softmax.
template <class R, class N, class Keep>
inline Vec<R> cross_entropy(const Vec<R>* __restrict logits, N n, Mask<R> answer, Vec<R>& sum, Keep keep) {
  Vec<R> top = logits[0], own = logits[0];
  for (int j = 1; j < n; j++) {
    top = larger<R>(top, logits[j]);
    own = select<R>(answer == every<R>(j), logits[j], own);
  }
  sum = Vec<R>{};
  for (int j = 0; j < n; j++) {
    const Vec<R> p = power_of_two((logits[j] - top) * all<R>(R(kLog2E)));
    sum += p;
    keep(j, p);
  }
  return logarithm(sum) - (own - top);
}

template <class R, class N>
inline Vec<R> cross_entropy(const Vec<R>* logits, N n, Mask<R> answer) {
  Vec<R> sum;
  return cross_entropy<R>(logits, n, answer, sum, [](int, Vec<R>) {});
}

// The same; `slope` becomes its gradient with respect to the logits, times `weight`.
template <class R, class N>
inline Vec<R> cross_entropy_slope(const Vec<R>* logits, N n, Mask<R> answer, Vec<R> weight, Vec<R>* __restrict slope) {
  Vec<R> sum;
  const Vec<R> loss = cross_entropy<R>(logits, n, answer, sum, [=](int j, Vec<R> p) { slope[j] = p; });
  const Vec<R> share = inverse_of(sum) * weight;
  for (int j = 0; j < n; j++) slope[j] = slope[j] * share - select<R>(answer == every<R>(j), weight, Vec<R>{});
  return loss;
}

// What the lanes of a block say of one position.
template <class R>
struct Judged {
  Mask<R> right;  // the right logit is the first largest; with a NaN among them none is
  Vec<R> margin;  // right logit minus the largest other; -inf where there is a NaN, inf where there is no other
};

template <class R, class N>
inline Judged<R> judge(const Vec<R>* logits, N n, Mask<R> answer) {
  const Vec<R> infinite = all<R>(R(__builtin_inf()));
  Vec<R> own = -infinite, before = -infinite, after = -infinite, total{};
  for (int j = 0; j < n; j++) {
    const Vec<R> logit = logits[j];
    own = answer == every<R>(j) ? logit : own;
    before = larger<R>(answer > every<R>(j) ? logit : -infinite, before);
    after = larger<R>(answer < every<R>(j) ? logit : -infinite, after);
    total += logit;
  }
  const Vec<R> other = larger<R>(before, after), ahead = n > 1 ? own - other : infinite;
  const Mask<R> known = (total == total) & (ahead == ahead);
  return {known & (own > before) & (own >= after), known ? ahead : -infinite};
}

}  // namespace
