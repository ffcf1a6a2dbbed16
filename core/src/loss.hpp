// Cross-entropy, right answers and margins at one graded position.
#pragma once

#include "lanes.hpp"

namespace {

// In nats, with the softmax of the logits in `odds`.
template <class R>
inline Vec<R> cross_entropy(const Vec<R>* __restrict logits, int n, Mask<R> answer, Vec<R>* __restrict odds) {
  Vec<R> top = logits[0], own = logits[0], sum{};
  for (int j = 1; j < n; j++) {
    top = larger<R>(top, logits[j]);
    own = select<R>(answer == every<R>(j), logits[j], own);
  }
  for (int j = 0; j < n; j++) {
    odds[j] = power_of_two((logits[j] - top) * all<R>(R(kLog2E)));
    sum += odds[j];
  }
  const Vec<R> inverse = all<R>(1) / sum;
  for (int j = 0; j < n; j++) odds[j] *= inverse;
  return logarithm(sum) - (own - top);
}

// What the lanes of a block say of one position.
template <class R>
struct Judged {
  Mask<R> right;  // the right logit is the first largest; a NaN is never right
  Vec<R> margin;  // right logit minus the largest other; -inf where a NaN is involved
};

template <class R>
inline Judged<R> judge(const Vec<R>* logits, int n, Mask<R> answer) {
  const Vec<R> infinite = all<R>(R(__builtin_inf()));
  Vec<R> own = logits[0];
  for (int j = 1; j < n; j++) own = select<R>(answer == every<R>(j), logits[j], own);
  Judged<R> out{own == own, select<R>(own == own, infinite, -infinite)};
  for (int j = 0; j < n; j++) {
    const Mask<R> same = answer == every<R>(j), after = answer < every<R>(j);
    const Vec<R> ahead = own - logits[j];
    out.right &= same | (own > logits[j]) | ((own == logits[j]) & after);
    const Vec<R> known = select<R>(ahead == ahead, ahead, -infinite);
    out.margin = select<R>(~same & (known < out.margin), known, out.margin);
  }
  return out;
}

}  // namespace
