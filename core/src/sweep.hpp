// How right one model is on some inputs under many plans: what lies below a plan's first edit is computed once for all.
#pragma once

#include "pass.hpp"
#include "tally.hpp"

namespace {

// The block of a plan whose first edit is in `stage`: what that stage starts from is the unedited block's own.
template <class R>
Block<R> edited_block(const Spec& spec, const Block<R>& clean, Block<R> own, int stage) {
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
  return own;
}

// The taps of `all` are those of every plan, one plan after the other; they are writes.
template <class R>
struct Sweep {
  const Spec& spec;
  const Inputs& all;
  const int n_plans;
  const PackedLayout at;
  const Needed needed;
  R* packed;
  Vec<R>** saved;  // by tap of `all`: what a source pass found there
  Inputs* plans;   // each with its own taps
  int* stages;     // [plan], of the first edit
  Tally<R>* tallies;
  char* blocks;  // one for each source, the unedited one, one for each plan
  int64_t block_bytes;

  Sweep(const Spec& s, const Inputs& inputs, const int32_t* tap_counts, int n, Arena& arena)
      : spec(s), all(inputs), n_plans(n), at(s), needed(s, inputs) {
    packed = arena.take<R>(at.total);
    saved = take_saved<R>(all, arena);
    plans = arena.take<Inputs>(n), stages = arena.take<int>(n), tallies = arena.take<Tally<R>>(n);
    Mask<R>* right = arena.take<Mask<R>>(int64_t(n) * all.n_graded);
    for (int p = 0, tap = 0; plans && p < n; tap += tap_counts[p++]) {
      plans[p] = all;
      plans[p].taps += tap, plans[p].n_taps = tap_counts[p];
      stages[p] = first_stage(spec, plans[p]);
      tallies[p] = Tally<R>{};
      tallies[p].right = right + int64_t(p) * all.n_graded;
      for (int g = 0; g < all.n_graded; g++) tallies[p].right[g] = Mask<R>{};
    }
    Arena counting(nullptr);
    Block<R> measured(spec, all, needed, counting);
    block_bytes = counting.used();
    blocks = arena.take<char>(block_bytes * (all.n_sources + 1 + n));
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
  Block<R> block(int number) const {
    Arena arena(blocks + number * block_bytes);
    return Block<R>(spec, all, needed, arena);
  }

  Forward<R> forward(const Inputs& inputs, Block<R>& block) const {
    return {spec, at, packed, inputs, needed, block, false};
  }

  void run_step(const LaneRows<R>& rows, int32_t model, bool reuse, int until) {
    Block<R> clean = block(all.n_sources);
    const int fresh = load(rows, all.tokens, all.n_pos, clean.tokens, reuse);
    rows.load(all.answers, all.n_graded, clean.answers);
    int fresh_with_sources = fresh;
    for (int32_t s = 0; s < all.n_sources; s++) {
      Block<R> source = block(s);
      const int of_source = load(rows, all.sources[s], all.n_pos, source.tokens, reuse);
      forward(all, source).run({&all, saved, &rows, model, s, of_source}, 0, last_stage_of_source(spec, all, s) + 1);
      if (of_source < fresh_with_sources) fresh_with_sources = of_source;
    }
    Inputs untapped = all;
    untapped.n_taps = 0;
    forward(untapped, clean).run({&untapped, nullptr, &rows, model, -1, fresh}, 0, until);
    Vec<R>** here = saved;
    for (int p = 0; p < n_plans; p++) {
      Block<R> own = edited_block(spec, clean, block(all.n_sources + 1 + p), stages[p]);
      const Forward<R> edited = forward(plans[p], own);
      edited.run({&plans[p], here, &rows, model, -1, fresh_with_sources}, stages[p]);
      tallies[p].add(edited, rows.count);
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
