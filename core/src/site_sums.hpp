// The sums of a model's values at sites over some inputs, which means are made of.
#pragma once

#include "pass.hpp"

namespace {

// The inputs are those of source 0, and the sites those of the taps, which take all that is there from it: so the pass
// ends where the last of them is known.
template <class R>
struct SiteSums {
  const Spec& spec;
  const Inputs& inputs;
  const PackedLayout at;
  const Needed needed;
  const PassMemory<R> memory;
  LaneTotals<R>** totals;  // by tap

  SiteSums(const Spec& s, const Inputs& in, Arena& arena)
      : spec(s), inputs(in), at(s), needed(s, in), memory(s, in, at, needed, arena) {
    totals = arena.take<LaneTotals<R>*>(in.n_taps);
    for (int i = 0; i < in.n_taps; i++) {
      LaneTotals<R>* of_tap = arena.take<LaneTotals<R>>(in.taps[i].n);
      for (int64_t k = 0; of_tap && k < in.taps[i].n; k++) of_tap[k] = LaneTotals<R>{};
      if (totals) totals[i] = of_tap;
    }
  }

  // Into `sums`, one tap's after the other.
  void run(const void* weights, int32_t model, int64_t lo, int64_t hi, double* sums) const {
    pack(spec, Layout(spec), at, static_cast<const R*>(weights), memory.packed);
    for (int64_t step = 0; step < LaneRows<R>::steps(lo, hi) && !*inputs.cancel; step++) {
      const LaneRows<R> rows = LaneRows<R>::walking(lo, hi, step);
      run_sources<R>(spec, at, memory.packed, inputs, needed, memory.saved, rows, model, step > 0 && spec.causal,
                     memory.fresh, memory.blocks);
      const Mask<R> there = first_lanes<R>(rows.count);
      for (int i = 0; i < inputs.n_taps; i++)
        for (int64_t k = 0; k < inputs.taps[i].n; k++) totals[i][k].add(select<R>(there, memory.saved[i][k], Vec<R>{}));
    }
    for (int i = 0; i < inputs.n_taps; i++)
      for (int64_t k = 0; k < inputs.taps[i].n; k++) *sums++ = totals[i][k].total();
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
               double* sums, void* scratch) {
  Arena arena(scratch);
  SiteSums<R>(spec, inputs, arena).run(weights, model, lo, hi, sums);
}

}  // namespace
