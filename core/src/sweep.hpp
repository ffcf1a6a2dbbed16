// How right one model is on some inputs under many plans: what lies below a plan's first edit is computed once for all.
#pragma once

#include "pass.hpp"
#include "tally.hpp"

namespace {

// Lets the block of a plan whose first edit is in `stage` start from what the unedited block has there.
template <class R>
void start_from(const Spec& spec, const Block<R>& clean, int stage, Block<R>& own) {
  own.tokens = clean.tokens, own.answers = clean.answers, own.pads = clean.pads;
  const bool normed = spec.norm != Norm::none;
  const int l = stage_layer(stage);
  if (stage == final_stage(spec)) {
    own.final = clean.final;
    if (!normed) own.hat = own.final;
  } else if (stage > 0) {
    LayerBlock<R>& b = own.layer[l];
    if (stage == attention_stage(l)) {
      b.x = clean.layer[l].x;
      if (!normed) b.hat1 = b.x;
    } else {
      b.mid = clean.layer[l].mid;
      if (!normed) b.hat2 = b.mid;
    }
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

  void run(const void* weights, int32_t model, int64_t lo, int64_t hi, Partial* partials) {
    pack(spec, Layout(spec), at, static_cast<const R*>(weights), packed);
    int until = 0;
    for (int p = 0; p < n_plans; p++) until = stages[p] > until ? stages[p] : until;
    for (int64_t step = 0; step < LaneRows<R>::steps(lo, hi) && !*all.cancel; step++)
      run_step(LaneRows<R>::walking(lo, hi, step), model, step > 0 && spec.causal, until);
    for (int p = 0; p < n_plans; p++) tallies[p].add_to(partials[p], all.n_graded);
  }

 private:
  Forward<R> forward(const Inputs& inputs, Block<R>& block) const {
    return {spec, at, packed, inputs, needed, block, false};
  }

  void run_step(const LaneRows<R>& rows, int32_t model, bool reuse, int until) {
    const int changed = load(rows, all.tokens, all.n_pos, clean->tokens, reuse);
    rows.load(all.answers, all.n_graded, clean->answers);
    run_sources<R>(spec, at, packed, all, needed, saved, rows, model, reuse, fresh, of_source);
    Inputs untapped = all;
    untapped.n_taps = 0;
    forward(untapped, *clean).run({&untapped, nullptr, &rows, model, -1, changed}, 0, until);
    Vec<R>** here = saved + of_sources;
    for (int p = 0; p < n_plans; p++) {
      const Forward<R> pass = forward(plans[p], edited[p]);
      pass.run({&plans[p], here, &rows, model, -1, fresh_with_sources(plans[p], -1, changed, fresh)}, stages[p]);
      tallies[p].add(pass, rows.count);
      here += plans[p].n_taps;
    }
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
           int32_t n_plans, int64_t lo, int64_t hi, Partial* partials, void* scratch) {
  Arena arena(scratch);
  Sweep<R>(spec, all, tap_counts, n_plans, arena).run(weights, model, lo, hi, partials);
}

}  // namespace
