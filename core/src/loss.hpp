// Cross-entropy, right answers and margins at one graded position.
#pragma once

#include "lanes.hpp"

namespace {

// What the lanes of a block say of one position.
template <class R>
struct Judged {
  Vec<R> loss;    // in nats
  Mask<R> right;  // the right logit is the first largest; a NaN is never right
  Vec<R> margin;  // right logit minus the largest other; -inf where a NaN is involved
};

template <class R>
inline Judged<R> judge(const Vec<R>* logits, int n, Mask<R> answer, Vec<R>* probabilities) {
  typedef typename Lanes<R>::Int Int;
  Vec<R> top = logits[0], own = logits[0], sum{};
  for (int j = 1; j < n; j++) {
    top = larger<R>(top, logits[j]);
    own = select<R>(answer == (Mask<R>{} + Int(j)), logits[j], own);
  }
  Judged<R> out;
  out.right = own == own;
  out.margin = select<R>(own == own, all<R>(R(__builtin_inf())), all<R>(R(-__builtin_inf())));
  for (int j = 0; j < n; j++) {
    const Mask<R> same = answer == (Mask<R>{} + Int(j)), after = answer < (Mask<R>{} + Int(j));
    const Vec<R> ahead = own - logits[j];
    out.right &= same | (own > logits[j]) | ((own == logits[j]) & after);
    const Vec<R> known = select<R>(ahead == ahead, ahead, all<R>(R(-__builtin_inf())));
    out.margin = select<R>(~same & (known < out.margin), known, out.margin);
    probabilities[j] = exponential(logits[j] - top);
    sum += probabilities[j];
  }
  const Vec<R> inverse = all<R>(1) / sum;
  for (int j = 0; j < n; j++) probabilities[j] *= inverse;
  out.loss = per_lane<R>(sum, [](R v) { return scalar_log(v); }) - (own - top);
  return out;
}

}  // namespace
