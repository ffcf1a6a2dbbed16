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

// What a pass works with: packed weights, a block for the inputs and one for each source, what sources gave, and for
// each source the first position that must be computed anew.
template <class R>
struct PassMemory {
  R* packed;
  Vec<R>** saved;
  int* fresh;
  Block<R>* blocks;

  PassMemory(const Spec& spec, const Inputs& inputs, const PackedLayout& at, const Needed& needed, Arena& arena) {
    packed = arena.take<R>(at.room);
    saved = take_saved<R>(inputs, arena);
    fresh = arena.take<int>(inputs.n_sources);
    blocks = take_blocks<R>(spec, inputs, needed, inputs.n_sources + 1, arena);
  }
};

template <class R>
int64_t pass_scratch(const Spec& spec, const Inputs& inputs) {
  Arena counting(nullptr);
  PassMemory<R>(spec, inputs, PackedLayout(spec), Needed(spec, inputs), counting);
  return counting.used();
}

// [input][n_graded][d_vocab_out], neighbouring positions at a time.
template <class R>
void copy_logits(const Forward<R>& forward, const LaneRows<R>& rows, R* out) {
  const int32_t* graded = forward.inputs.graded;
  const int64_t n = forward.spec.d_vocab_out, n_graded = forward.inputs.n_graded;
  for (int64_t g = 0, end = 1; g < n_graded; g = end++) {
    while (end < n_graded && graded[end] == graded[end - 1] + 1) end++;
    const Vec<R>* first = forward.logits(graded[g]);
    rows.store(out, n_graded * n, g * n, end * n, [=](int64_t k) { return first[k - g * n]; });
  }
}

// Loads tokens; returns the first position that must be computed anew.
template <class R>
int load(const LaneRows<R>& rows, const int32_t* tokens, int n_pos, Mask<R>* to, bool reuse) {
  rows.call_next(tokens, n_pos);
  if (reuse) return rows.load_changes(tokens, n_pos, to);
  rows.load(tokens, n_pos, to);
  return 0;
}

// The first position that must be computed anew in a pass, from its own and those of the sources it takes from; all of
// them where inputs are given numbers of their own.
inline int fresh_with_sources(const Inputs& inputs, int32_t world, int fresh, const int* of_source) {
  for (int i = 0; i < inputs.n_taps; i++) {
    const Tap& tap = inputs.taps[i];
    if (tap.world != world) continue;
    if (tap.kind == TapKind::from_source && of_source[tap.source] < fresh) fresh = of_source[tap.source];
    if (tap.kind == TapKind::given) fresh = 0;
  }
  return fresh;
}

// The passes over the sources, each as far as something is taken from it and in a block of its own. `fresh` [source]
// becomes the first position that was computed anew.
template <class R>
void run_sources(const Spec& spec, const PackedLayout& at, const R* packed, const Inputs& inputs, const Needed& needed,
                 Vec<R>* const* saved, const LaneRows<R>& rows, int32_t model, bool reuse, int* fresh,
                 Block<R>* blocks) {
  for (int32_t s = 0; s < inputs.n_sources; s++) {
    Block<R>& own = blocks[s];
    const int changed = load(rows, inputs.sources[s], inputs.n_pos, own.tokens, reuse);
    fresh[s] = fresh_with_sources(inputs, s, changed, fresh);
    Forward<R>{spec, at, packed, inputs, needed, own, false}.run({&inputs, saved, &rows, model, s, fresh[s]}, 0,
                                                                 last_stage_of_source(spec, inputs, s) + 1);
  }
}

// A pass of one model in progress.
template <class R>
struct Pass {
  const Spec& spec;
  const Inputs& inputs;
  const PackedLayout at;
  const Needed needed;
  const PassMemory<R> memory;
  Block<R>& block;
  const Forward<R> forward;
  int32_t model;

  Pass(const Spec& s, const void* weights, int32_t number, const Inputs& in, Arena& arena)
      : spec(s),
        inputs(in),
        at(s),
        needed(s, in),
        memory(s, in, at, needed, arena),
        block(memory.blocks[in.n_sources]),
        forward{s, at, memory.packed, in, needed, block, false},
        model(number) {
    pack(s, Layout(s), at, static_cast<const R*>(weights), memory.packed);
  }
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  // The sources' rows, then the inputs', before stage `until`; with `reuse` the block holds the rows before these.
  Tapping<R> run(const LaneRows<R>& rows, bool reuse, int until = 1 << 30) {
    const int changed = load(rows, inputs.tokens, inputs.n_pos, block.tokens, reuse);
    run_sources<R>(spec, at, memory.packed, inputs, needed, memory.saved, rows, model, reuse, memory.fresh,
                   memory.blocks);
    const int fresh = fresh_with_sources(inputs, -1, changed, memory.fresh);
    const Tapping<R> tap{&inputs, memory.saved, &rows, model, -1, fresh};
    forward.run(tap, 0, until);
    return tap;
  }
};

template <class R>
void pass(const Spec& spec, const void* weights, int32_t model, const Inputs& inputs, int64_t lo, int64_t hi,
          void* logits, void* scratch) {
  Arena arena(scratch);
  Pass<R> pass(spec, weights, model, inputs, arena);
  const int until = logits ? 1 << 30 : last_stage_read(spec, inputs) + 1;
  for (int64_t step = 0; step < LaneRows<R>::steps(lo, hi) && !inputs.cancel->is_set(); step++) {
    const LaneRows<R> rows = LaneRows<R>::walking(lo, hi, step);
    pass.run(rows, step > 0 && spec.causal, until);
    if (logits) copy_logits<R>(pass.forward, rows, static_cast<R*>(logits));
  }
}

}  // namespace
