// Cross-entropy, right answers and margins at one graded position.
#pragma once

#include "lanes.hpp"
#include "sized.hpp"

namespace {

using openwork::AnswerKind;
using openwork::kUnasked;

// The softmax of one position's logits, before it is made to sum to 1, and how far the right logit is below the
// largest.
template <class R>
struct SoftmaxStats {
  Vec<R> sum;     // of every logit's power, the largest being 1: 1 to the number of logits
  Vec<R> behind;  // the largest logit minus the right one
  Vec<R> loss() const { return logarithm(sum) + behind; }  // in nats
};

// keep(j, p) gets every logit's power.
template <class R, class N, class Keep>
inline SoftmaxStats<R> softmax_stats(const Vec<R>* __restrict logits, N n, Mask<R> answer, Keep keep) {
  Vec<R> top = logits[0], own = logits[0];
  for (int j = 1; j < n; j++) {
    top = max<R>(top, logits[j]);
    own = select<R>(answer == splat_int<R>(j), logits[j], own);
  }
  Vec<R> sum{};
  for (int j = 0; j < n; j++) {
    const Vec<R> p = power_of_two((logits[j] - top) * splat<R>(R(kLog2E)));
    sum += p;
    keep(j, p);
  }
  return {sum, top - own};
}

// The loss in nats, summed over positions. The logarithm of a product is that of its factors, so one serves several.
template <class R>
class CrossEntropies {
 public:
  template <class N>
  void add(const Vec<R>* logits, N n, Mask<R> answer) {
    const SoftmaxStats<R> here = softmax_stats<R>(logits, n, answer, [](int, Vec<R>) {});
    behind_ += here.behind;
    product_ *= here.sum;
    if (++factors_ == kMost) settle();
  }
  Vec<R> total() {
    if (factors_) settle();
    return logs_ + behind_;
  }

 private:
  static constexpr int kMost = 4;  // so many vocabularies of 2^31 are still a number
  void settle() {
    logs_ += logarithm(product_);
    product_ = splat<R>(1), factors_ = 0;
  }
  Vec<R> logs_{}, behind_{}, product_ = splat<R>(1);
  int factors_ = 0;
};

// The loss in nats; `slope` becomes its gradient with respect to the logits, times `weight`.
template <class R, class N>
inline Vec<R> cross_entropy_slope(const Vec<R>* logits, N n, Mask<R> answer, Vec<R> weight, Vec<R>* __restrict slope) {
  const SoftmaxStats<R> here = softmax_stats<R>(logits, n, answer, [=](int j, Vec<R> p) { slope[j] = p; });
  const Vec<R> share = inverse_of(here.sum) * weight;
  for (int j = 0; j < n; j++) slope[j] = slope[j] * share - select<R>(answer == splat_int<R>(j), weight, Vec<R>{});
  return here.loss();
}

// Of a set of symbols, in which bit j stands for symbol j: the binary cross-entropy in nats, its mean over symbols.
// `slope` becomes its gradient with respect to the logits, times `weight`.
template <class R>
inline Vec<R> set_entropy_slope(const Vec<R>* logits, int n, Mask<R> set, Vec<R> weight, Vec<R>* __restrict slope) {
  const Vec<R> one = splat<R>(1), mean = splat<R>(R(1) / R(n)), share = weight * mean;
  Vec<R> product = one, behind{};  // the logarithm of a product serves all symbols: each factor is 1 to 2
  for (int j = 0; j < n; j++) {
    const Mask<R> inside = (set & splat_int<R>(1 << j)) != splat_int<R>(0);
    const Vec<R> wrong = select<R>(inside, -logits[j], logits[j]);  // how far it is on the wrong side of 0
    const Vec<R> power = power_of_two(max<R>(wrong, -wrong) * splat<R>(R(-kLog2E)));
    const Vec<R> larger = inverse_of(one + power);  // the chance of the side that the logit is on
    const Vec<R> rise = select<R>(wrong > Vec<R>{}, larger, power * larger) * share;
    slope[j] = select<R>(inside, -rise, rise);
    product *= one + power;
    behind += max<R>(Vec<R>{}, wrong);
  }
  return (logarithm(product) + behind) * mean;
}

// `x` where an answer is wanted, 0 elsewhere.
template <class R>
inline Vec<R> wanted(Mask<R> answer, Vec<R> x) {
  return where<R>(answer != splat_int<R>(kUnasked), x);
}

// The loss of an answer of any kind, and `slope`; 0 where none is wanted.
template <class R>
inline Vec<R> answer_slope(AnswerKind kind, const Vec<R>* logits, int n, Mask<R> answer, Vec<R> weight,
                           Vec<R>* __restrict slope) {
  const Vec<R> own = wanted<R>(answer, weight);
  return wanted<R>(answer, kind == AnswerKind::set ? set_entropy_slope<R>(logits, n, answer, own, slope)
                                                   : cross_entropy_slope<R>(logits, n, answer, own, slope));
}

// What the lanes of a block say of one position.
template <class R>
struct Judged {
  Mask<R> right;  // the right logit is the first largest; where one of them is not finite, no answer is right
  Vec<R> margin;  // right logit minus the largest other; -inf where one is not finite, inf where there is no other
};

template <class R, class N>
inline Judged<R> judge(const Vec<R>* logits, N n, Mask<R> answer) {
  const Vec<R> infinite = splat<R>(R(__builtin_inf()));
  Vec<R> own = -infinite, before = -infinite, after = -infinite, doubt{};
  for (int j = 0; j < n; j++) {
    const Vec<R> logit = logits[j];
    own = answer == splat_int<R>(j) ? logit : own;
    before = max<R>(answer > splat_int<R>(j) ? logit : -infinite, before);
    after = max<R>(answer < splat_int<R>(j) ? logit : -infinite, after);
    doubt += logit * Vec<R>{};  // 0 of a number, NaN of infinity and of NaN
  }
  const Vec<R> other = max<R>(before, after), ahead = n > 1 ? own - other : infinite;
  const Mask<R> known = doubt == doubt;
  return {known & (own > before) & (own >= after), known ? ahead : -infinite};
}

}  // namespace
