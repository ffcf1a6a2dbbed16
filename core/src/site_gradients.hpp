// A metric of each input, and its gradient at sites.
#pragma once

#include "backward.hpp"
#include "loss.hpp"
#include "pass.hpp"

namespace {

template <class R>
int64_t site_scratch(const Spec& spec, const Inputs& inputs) {
  Arena counting(nullptr);
  const Needed needed(spec, inputs);
  PassMemory<R>(spec, inputs, PackedLayout(spec), needed, counting);
  Slopes<R>(spec, inputs, needed, counting);
  return counting.used();
}

// The mean loss over graded positions where an answer is wanted; its gradient with respect to the logits goes to
// `dlogits`.
template <class R>
Vec<R> loss_slopes(const Pass<R>& pass, const LaneRows<R>& rows, Vec<R>* dlogits) {
  const Inputs& in = pass.inputs;
  const int n = pass.spec.d_vocab_out;
  const Mask<R>* answers = pass.block.answers;
  rows.load(in.answers, in.n_graded, pass.block.answers);
  Vec<R> asked{};
  for (int g = 0; g < in.n_graded; g++) asked += wanted<R>(answers[g], splat<R>(1));
  const Vec<R> weight = splat<R>(1) / asked;
  Vec<R> sum{};
  for (int g = 0; g < in.n_graded; g++)
    sum += answer_slope<R>(in.answer_kind, pass.forward.logits(in.graded[g]), n, answers[g], weight,
                           dlogits + in.graded[g] * n);
  return sum * weight;
}

// The sum of slopes times logits.
template <class R>
Vec<R> given_slopes(const Pass<R>& pass, const LaneRows<R>& rows, const R* slopes, Vec<R>* dlogits) {
  const Inputs& in = pass.inputs;
  const int n = pass.spec.d_vocab_out;
  Vec<R> sum{};
  for (int g = 0; g < in.n_graded; g++)
    for (int j = 0; j < n; j++) {
      Vec<R> slope;
      for (int l = 0; l < Lanes<R>::count; l++) slope[l] = slopes[(rows.row[l] * in.n_graded + g) * n + j];
      dlogits[in.graded[g] * n + j] = slope;
      sum += slope * pass.forward.logits(in.graded[g])[j];
    }
  return sum;
}

template <class R>
void site_gradients(const Spec& spec, const void* weights, int32_t model, const Inputs& inputs, int64_t lo, int64_t hi,
                    const void* slopes, void* metric, void* scratch) {
  Arena arena(scratch);
  Pass<R> pass(spec, weights, model, inputs, arena);
  const Slopes<R> s(spec, inputs, pass.needed, arena);
  for (int j = 0; j < inputs.n_pos * spec.d_vocab_out; j++) s.dlogits[j] = Vec<R>{};
  for (int64_t step = 0; step < LaneRows<R>::steps(lo, hi) && !inputs.cancel->is_set(); step++) {
    const LaneRows<R> rows = LaneRows<R>::walking(lo, hi, step);
    const Tapping<R> tap = pass.run(rows, false);  // the way back needs every position's values anew
    const Vec<R> found = slopes ? given_slopes<R>(pass, rows, static_cast<const R*>(slopes), s.dlogits)
                                : loss_slopes<R>(pass, rows, s.dlogits);
    for (int64_t l = 0; l < rows.count; l++) static_cast<R*>(metric)[rows.row[l]] = found[l];
    Backward<R>{spec, pass.at, pass.memory.packed, inputs, pass.needed, pass.block, s, nullptr, &tap}.run();
  }
}

}  // namespace
