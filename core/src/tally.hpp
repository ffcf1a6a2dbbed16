// How right the answers to some inputs are.
#pragma once

#include "forward.hpp"
#include "loss.hpp"

namespace {

using openwork::Partial;

// How right the logits of some blocks were, lane by lane.
template <class R>
struct Tally {
  LaneTotals<R> loss;
  Vec<R> margin = splat<R>(R(__builtin_inf()));
  Mask<R> sequences{};
  Mask<R>* right;  // [n_graded]

  // A block of which `count` lanes count.
  void add(const Forward<R>& forward, int64_t count) {
    const Inputs& in = forward.inputs;
    const Mask<R> there = first_lanes<R>(count);
    Mask<R> whole = there;
    CrossEntropies<R> entropies;
    sized_vocabulary<R>(forward.spec.d_vocab_out, [&](auto n) {
      for (int g = 0; g < in.n_graded; g++) {
        const Vec<R>* logits = forward.logits(in.graded[g]);
        const Mask<R> answer = forward.block.answers[g];
        entropies.add(logits, n, answer);
        const Judged<R> judged = judge<R>(logits, n, answer);
        right[g] -= judged.right & there;  // a true lane is -1
        whole &= judged.right;
        margin = select<R>(there & (judged.margin < margin), judged.margin, margin);
      }
    });
    sequences -= whole;
    loss.add(select<R>(there, entropies.total(), Vec<R>{}));
  }

  void add_to(Partial& partial, int n_graded) const {
    partial.loss += loss.total();
    for (int l = 0; l < Lanes<R>::count; l++) {
      partial.sequences += sequences[l];
      if (double(margin[l]) < partial.margin) partial.margin = double(margin[l]);
      for (int g = 0; g < n_graded; g++) partial.right[g] += right[g][l];
    }
  }
};

}  // namespace
