// The sums of a model's values at sites over some inputs, which means are made of.
#pragma once

#include "pass.hpp"

namespace {

using openwork::KeptStream;

// The inputs are those of source 0, and the sites those of the taps, which take all that is there from it: so the pass
// ends where the last of them is known. What a position has is added up when it is about to change; those of a few
// steps in their own precision, and these in float64.
template <class R>
struct SiteSums {
  static constexpr int64_t kFew = 16;  // steps
  const Spec& spec;
  const Inputs& inputs;
  const PackedLayout at;
  const Needed needed;
  const PassMemory<R> memory;
  LaneTotals<R>** totals;  // by tap
  Vec<R>** lately;         // by tap, what is not in the totals yet
  int64_t* since;          // [pos], the step that last changed it

  SiteSums(const Spec& s, const Inputs& in, Arena& arena)
      : spec(s), inputs(in), at(s), needed(s, in), memory(s, in, at, needed, arena) {
    totals = arena.take<LaneTotals<R>*>(in.n_taps);
    lately = arena.take<Vec<R>*>(in.n_taps);
    for (int i = 0; i < in.n_taps; i++) {
      LaneTotals<R>* of_tap = arena.take<LaneTotals<R>>(in.taps[i].n);
      Vec<R>* of_few = arena.take<Vec<R>>(in.taps[i].n);
      for (int64_t k = 0; of_few && k < in.taps[i].n; k++) of_tap[k] = LaneTotals<R>{}, of_few[k] = Vec<R>{};
      if (totals) totals[i] = of_tap, lately[i] = of_few;
    }
    since = arena.take<int64_t>(in.n_pos);
    for (int t = 0; since && t < in.n_pos; t++) since[t] = 0;
  }

  // Adds to `sums`, one tap's after the other.
  void run(const void* weights, int32_t model, int64_t lo, int64_t hi, KeptStream kept, double* sums) const {
    pack(spec, Layout(spec), at, static_cast<const R*>(weights), memory.packed);
    Block<R>& block = memory.blocks[0];
    const int until = last_stage_of_source(spec, inputs, 0) + 1;
    const int64_t steps = LaneRows<R>::steps(lo, hi);
    int64_t count = 0;  // lanes that count, of the step before
    for (int64_t step = 0; step < steps && !inputs.cancel->is_set(); step++) {
      const LaneRows<R> rows = LaneRows<R>::walking(lo, hi, step);
      const int fresh = load(rows, inputs.sources[0], inputs.n_pos, block.tokens, step > 0 && spec.causal);
      add_up(rows.count == count ? fresh : 0, step, count);
      count = rows.count;
      Forward<R>{spec, at, memory.packed, inputs, needed, block, false}.run(
          {&inputs, memory.saved, &rows, model, 0, fresh}, 0, until);
      keep(fresh, kept);
    }
    add_up(0, steps, count);
    gather();
    for (int i = 0; i < inputs.n_taps; i++)
      for (int64_t k = 0; k < inputs.taps[i].n; k++) *sums++ += totals[i][k].total();
  }

 private:
  // What positions from `from` on have, once for every step since it last changed; of the first `count` lanes.
  void add_up(int from, int64_t step, int64_t count) const {
    const Mask<R> there = first_lanes<R>(count);
    const int64_t T = inputs.n_pos;
    for (int i = 0; step && i < inputs.n_taps; i++) {
      const Tap& tap = inputs.taps[i];
      const Vec<R>* __restrict found = memory.saved[i];
      Vec<R>* __restrict few = lately[i];
      const bool pairs = tap.site == Site::attn_scores || tap.site == Site::pattern;
      const int64_t per_pos = pairs ? T : tap.n / T, span = per_pos * T;
      for (int64_t at = 0; at < tap.n; at += span)
        for (int64_t t = from; t < T; t++) {
          const int64_t k = at + t * per_pos, times = step - since[t];
          if (times == 1)
            for (int64_t j = k; j < k + per_pos; j++) few[j] += where<R>(there, found[j]);
          else
            for (int64_t j = k; j < k + per_pos; j++) totals[i][j].add(where<R>(there, found[j]), double(times));
        }
    }
    for (int64_t t = from; t < T; t++) since[t] = step;
    if (step % kFew == 0) gather();
  }

  void gather() const {
    for (int i = 0; i < inputs.n_taps; i++)
      for (int64_t k = 0; k < inputs.taps[i].n; k++) totals[i][k].add(lately[i][k]), lately[i][k] = Vec<R>{};
  }

  // What this step computed anew of the stream, behind what those before it did.
  void keep(int fresh, KeptStream& kept) const {
    if (!kept.memory) return;
    *static_cast<int32_t*>(kept.memory) = fresh;
    Vec<R>* to = static_cast<Vec<R>*>(kept.memory) + 1;
    const int64_t from = fresh * int64_t(spec.d_model), n = inputs.n_pos * int64_t(spec.d_model) - from;
    __builtin_memcpy(to, stream_before(spec, memory.blocks[0], kept.stage) + from, size_t(n) * sizeof(Vec<R>));
    kept.memory = to + n;
    call_for<true>(kept.memory, n * int64_t(sizeof(Vec<R>)));
  }
};

template <class R>
int64_t sums_scratch(const Spec& spec, const Inputs& inputs) {
  Arena counting(nullptr);
  SiteSums<R>(spec, inputs, counting);
  return counting.used();
}

template <class R>
void site_sums(const Spec& spec, const void* weights, int32_t model, const Inputs& inputs, int64_t lo, int64_t hi,
               KeptStream kept, double* sums, void* scratch) {
  Arena arena(scratch);
  SiteSums<R>(spec, inputs, arena).run(weights, model, lo, hi, kept, sums);
}

}  // namespace
