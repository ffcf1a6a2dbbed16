// A pass over some inputs of one model: logits and captures, with edits in place.
#pragma once

#include "forward.hpp"
#include "rows.hpp"

namespace {

// Room for what source passes find, by tap.
template <class R>
Vec<R>** take_saved(const Inputs& inputs, Arena& arena) {
  Vec<R>** saved = arena.take<Vec<R>*>(inputs.n_taps);
  for (int i = 0; i < inputs.n_taps; i++) {
    const Tap& tap = inputs.taps[i];
    Vec<R>* found = arena.take<Vec<R>>(tap.kind == TapKind::from_source ? tap.n : 0);
    if (saved) saved[i] = found;
  }
  return saved;
}

// What a pass works with: packed weights, a block for the inputs and one for each source, and what sources gave.
template <class R>
struct PassMemory {
  R* packed;
  Vec<R>** saved;
  void* blocks;
  int64_t block_bytes;

  PassMemory(const Spec& spec, const Inputs& inputs, const PackedLayout& at, const Needed& needed, Arena& arena) {
    packed = arena.take<R>(at.total);
    saved = take_saved<R>(inputs, arena);
    Arena counting(nullptr);
    Block<R> measured(spec, inputs, needed, counting);
    block_bytes = counting.used();
    blocks = arena.take<char>(block_bytes * (inputs.n_sources + 1));
  }

  Block<R> block(const Spec& spec, const Inputs& inputs, const Needed& needed, int number) const {
    Arena arena(static_cast<char*>(blocks) + number * block_bytes);
    return Block<R>(spec, inputs, needed, arena);
  }
};

template <class R>
int64_t pass_scratch(const Spec& spec, const Inputs& inputs) {
  Arena counting(nullptr);
  PassMemory<R>(spec, inputs, PackedLayout(spec), Needed(spec, inputs), counting);
  return counting.used();
}

// [input][n_graded][d_vocab_out]
template <class R>
void copy_logits(const Forward<R>& forward, const LaneRows<R>& rows, R* out) {
  const int n = forward.spec.d_vocab_out, graded = forward.inputs.n_graded;
  for (int g = 0; g < graded; g++) {
    const Vec<R>* logits = forward.logits(forward.inputs.graded[g]);
    for (int64_t l = 0; l < rows.count; l++)
      for (int j = 0; j < n; j++) out[(rows.row[l] * graded + g) * n + j] = logits[j][l];
  }
}

// Loads tokens; returns the first position that must be computed anew.
template <class R>
int load(const LaneRows<R>& rows, const int32_t* tokens, int n_pos, Mask<R>* to, bool reuse) {
  if (reuse) return rows.load_changes(tokens, n_pos, to);
  rows.load(tokens, n_pos, to);
  return 0;
}

// A pass of one model in progress.
template <class R>
struct Pass {
  const Spec& spec;
  const Inputs& inputs;
  const PackedLayout at;
  const Needed needed;
  const PassMemory<R> memory;
  Block<R> block;
  const Forward<R> forward;
  int32_t model;

  Pass(const Spec& s, const void* weights, int32_t number, const Inputs& in, Arena& arena)
      : spec(s),
        inputs(in),
        at(s),
        needed(s, in),
        memory(s, in, at, needed, arena),
        block(memory.block(s, in, needed, in.n_sources)),
        forward{s, at, memory.packed, in, needed, block, false},
        model(number) {
    pack(s, Layout(s), at, static_cast<const R*>(weights), memory.packed);
  }
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  // The sources' rows, then the inputs'; with `reuse` the block holds the rows before these.
  Tapping<R> run(const LaneRows<R>& rows, bool reuse) {
    int fresh = load(rows, inputs.tokens, inputs.n_pos, block.tokens, reuse);
    for (int32_t s = 0; s < inputs.n_sources; s++) {
      Block<R> source = memory.block(spec, inputs, needed, s);
      const int of_source = load(rows, inputs.sources[s], inputs.n_pos, source.tokens, reuse);
      Forward<R>{spec, at, memory.packed, inputs, needed, source, false}.run(
          {&inputs, memory.saved, &rows, model, s, of_source}, 0, last_stage_of_source(spec, inputs, s) + 1);
      if (of_source < fresh) fresh = of_source;
    }
    const Tapping<R> tap{&inputs, memory.saved, &rows, model, -1, fresh};
    forward.run(tap);
    return tap;
  }
};

template <class R>
void pass(const Spec& spec, const void* weights, int32_t model, const Inputs& inputs, int64_t lo, int64_t hi,
          void* logits, void* scratch) {
  Arena arena(scratch);
  Pass<R> pass(spec, weights, model, inputs, arena);
  for (int64_t step = 0; step < LaneRows<R>::steps(lo, hi) && !*inputs.cancel; step++) {
    const LaneRows<R> rows = LaneRows<R>::walking(lo, hi, step);
    pass.run(rows, step > 0 && spec.causal);
    copy_logits<R>(pass.forward, rows, static_cast<R*>(logits));
  }
}

}  // namespace
