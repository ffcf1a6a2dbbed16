// How right one model is on some inputs under many plans: what lies below a plan's first edit is computed once for all.
#pragma once

#include "pass.hpp"
#include "tally.hpp"

namespace {

using openwork::KeptStream;

// Lets the block of a plan whose first edit is in `stage` start from what the unedited block has there.
template <class R>
void start_from(const Spec& spec, Block<R>& clean, int stage, Block<R>& own) {
  own.tokens = clean.tokens, own.answers = clean.answers, own.pads = clean.pads;
  if (stage == 0) return;
  Vec<R>*& stream = stream_before(spec, own, stage);
  stream = stream_before(spec, clean, stage);
  if (spec.norm != Norm::none) return;
  if (stage == final_stage(spec)) {
    own.hat = stream;
  } else {
    LayerBlock<R>& b = own.layer[stage_layer(stage)];
    (&stream == &b.x ? b.hat1 : b.hat2) = stream;
  }
}

// The taps of `all` are those of the sources, then those of every plan, one plan after the other; they are writes.
template <class R>
struct Sweep {
  const Spec& spec;
  const Inputs& all;
  const int n_plans;
  const PackedLayout at;
  const Needed needed;
  R* packed;
  Vec<R>** saved;  // by tap of `all`: what a source pass found there
  int* fresh;      // [source], the first position computed anew
  Inputs* plans;   // each with its own taps
  int of_sources;  // how many taps are theirs
  int* stages;     // [plan], of the first edit
  Tally<R>* tallies;
  Block<R>*of_source, *clean, *edited;  // one for each source, the unedited one, one for each plan

  Sweep(const Spec& s, const Inputs& inputs, const int32_t* tap_counts, int n, Arena& arena)
      : spec(s), all(inputs), n_plans(n), at(s), needed(s, inputs) {
    packed = arena.take<R>(at.room);
    saved = take_saved<R>(all, arena);
    fresh = arena.take<int>(all.n_sources);
    plans = arena.take<Inputs>(n), stages = arena.take<int>(n), tallies = arena.take<Tally<R>>(n);
    Mask<R>* right = arena.take<Mask<R>>(int64_t(n) * all.n_graded);
    of_sources = all.n_taps;
    for (int p = 0; p < n; p++) of_sources -= tap_counts[p];
    for (int p = 0, tap = of_sources; plans && p < n; tap += tap_counts[p++]) {
      plans[p] = all;
      plans[p].taps += tap, plans[p].n_taps = tap_counts[p];
      plans[p].sites = sites_of(plans[p].taps, plans[p].n_taps);
      stages[p] = first_stage(spec, plans[p]);
      tallies[p] = Tally<R>{};
      tallies[p].right = right + int64_t(p) * all.n_graded;
      for (int g = 0; g < all.n_graded; g++) tallies[p].right[g] = Mask<R>{};
    }
    of_source = take_blocks<R>(spec, all, needed, all.n_sources, arena);
    clean = take_blocks<R>(spec, all, needed, 1, arena);
    edited = take_blocks<R>(spec, all, needed, n, arena);
    for (int p = 0; edited && p < n; p++) start_from(spec, *clean, stages[p], edited[p]);
  }

  void run(const void* weights, int32_t model, int64_t lo, int64_t hi, KeptStream kept, Partial* partials) {
    pack(spec, Layout(spec), at, static_cast<const R*>(weights), packed);
    int until = 0;
    for (int p = 0; p < n_plans; p++) until = stages[p] > until ? stages[p] : until;
    for (int64_t step = 0; step < LaneRows<R>::steps(lo, hi) && !all.cancel->is_set(); step++)
      run_step(LaneRows<R>::walking(lo, hi, step), model, step > 0 && spec.causal, kept, until);
    for (int p = 0; p < n_plans; p++) tallies[p].add_to(partials[p], all.n_graded);
  }

 private:
  Forward<R> forward(const Inputs& inputs, Block<R>& block) const {
    return {spec, at, packed, inputs, needed, block, false};
  }

  // The unedited pass as far as all plans share it, beginning at the kept stream where there is one; then the plans.
  void run_step(const LaneRows<R>& rows, int32_t model, bool reuse, KeptStream& kept, int until) {
    const int changed =
        kept.memory ? read_kept(rows, reuse, kept) : load(rows, all.tokens, all.n_pos, clean->tokens, reuse);
    rows.load(all.answers, all.n_graded, clean->answers);
    rows.call_next(all.answers, all.n_graded);
    run_sources<R>(spec, at, packed, all, needed, saved, rows, model, reuse, fresh, of_source);
    Inputs untapped = all;
    untapped.n_taps = 0, untapped.sites = 0;
    forward(untapped, *clean).run({&untapped, nullptr, &rows, model, -1, changed}, kept.memory ? kept.stage : 0, until);
    Vec<R>** here = saved + of_sources;
    for (int p = 0; p < n_plans; p++) {
      const Forward<R> pass = forward(plans[p], edited[p]);
      pass.run({&plans[p], here, &rows, model, -1, fresh_with_sources(plans[p], -1, changed, fresh)}, stages[p]);
      tallies[p].add(pass, rows.count);
      here += plans[p].n_taps;
    }
  }

  // Puts what was kept of this step into the unedited block. Returns the first position that was computed anew.
  int read_kept(const LaneRows<R>& rows, bool reuse, KeptStream& kept) const {
    const int changed = *static_cast<const int32_t*>(kept.memory);
    if (clean->pads) {
      load(rows, all.tokens, all.n_pos, clean->tokens, reuse);
      forward(all, *clean).find_pads(changed);
    }
    const Vec<R>* values = static_cast<const Vec<R>*>(kept.memory) + 1;
    const int64_t from = changed * int64_t(spec.d_model), n = all.n_pos * int64_t(spec.d_model) - from;
    __builtin_memcpy(stream_before(spec, *clean, kept.stage) + from, values, size_t(n) * sizeof(Vec<R>));
    kept.memory = const_cast<Vec<R>*>(values + n);
    call_for<false>(kept.memory, n * int64_t(sizeof(Vec<R>)));
    return changed;
  }
};

template <class R>
int64_t sweep_scratch(const Spec& spec, const Inputs& all, const int32_t* tap_counts, int32_t n_plans) {
  Arena counting(nullptr);
  Sweep<R>(spec, all, tap_counts, n_plans, counting);
  return counting.used();
}

template <class R>
void sweep(const Spec& spec, const void* weights, int32_t model, const Inputs& all, const int32_t* tap_counts,
           int32_t n_plans, int64_t lo, int64_t hi, KeptStream kept, Partial* partials, void* scratch) {
  Arena arena(scratch);
  Sweep<R>(spec, all, tap_counts, n_plans, arena).run(weights, model, lo, hi, kept, partials);
}

}  // namespace
