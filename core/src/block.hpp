// The scratch memory of one block of inputs, one input a lane: every activation that a pass or its gradient needs.
#pragma once

#include "arena.hpp"
#include "lanes.hpp"
#include "packed.hpp"
#include "stages.hpp"

namespace {

using openwork::Inputs;
using openwork::Tap;
using openwork::TapKind;

// Which positions matter. The last layer, the final norm and the logits are needed for lo .. hi only; nothing from
// `end` on can be seen by a graded position or is read.
struct Needed {
  int lo, hi, end;

  Needed(const Spec& spec, const Inputs& inputs) : lo(inputs.graded[0]), hi(inputs.graded[inputs.n_graded - 1] + 1) {
    end = spec.causal ? hi : inputs.n_pos;
    for (int i = 0; i < inputs.n_taps; i++)
      if (inputs.taps[i].kind >= TapKind::read) lo = 0, hi = end = inputs.n_pos;
  }
};

// Whether gradients at sites are wanted, so that a pass has to leave all that they need.
inline bool gradients_follow(const Inputs& inputs) {
  for (int i = 0; i < inputs.n_taps; i++)
    if (inputs.taps[i].kind == TapKind::gradient) return true;
  return false;
}

// Per position unless said: x what the layer reads, hat1 and hat2 the norms' outputs before their weights (x and mid
// where there is no norm) with what they were multiplied by, p the pattern [head][query][key].
// An untapped pattern lacks its row's factor, which is in `rest` [head][query]; `soft` is p before edits, where
// gradients at sites follow.
template <class R>
struct LayerBlock {
  Vec<R>*x, *inverse1, *hat1, *qkv, *p, *rest, *soft, *z, *mid, *inverse2, *hat2, *pre, *post;
};

template <class R>
struct Block {
  LayerBlock<R> layer[kMaxLayers];
  bool whole;  // nothing is left out that gradients at sites need
  Mask<R>*tokens, *answers, *next_tokens, *next_answers, *pads;
  Vec<R>*final, *inverse, *hat, *logits;
  Vec<R>*scale, *pos, *result;  // a norm's scale, the positional embedding and the heads' results; only where tapped

  Block(const Spec& s, const Inputs& inputs, const Needed& needed, Arena& arena) {
    const int64_t T = inputs.n_pos, d = s.d_model, heads = int64_t(s.n_heads) * s.d_head, tapped = inputs.n_taps > 0;
    const bool normed = s.norm != Norm::none;
    whole = gradients_follow(inputs);
    for (int l = 0; l < s.n_layers; l++) {
      LayerBlock<R>& b = layer[l];
      b.x = arena.take<Vec<R>>(T * d);
      b.inverse1 = arena.take<Vec<R>>(T), b.inverse2 = arena.take<Vec<R>>(T);
      b.hat1 = normed ? arena.take<Vec<R>>(T * d) : b.x;
      b.qkv = arena.take<Vec<R>>(T * 3 * heads);
      b.p = arena.take<Vec<R>>(s.n_heads * T * T), b.rest = arena.take<Vec<R>>(s.n_heads * T);
      b.soft = arena.take<Vec<R>>(whole * s.n_heads * T * T);
      b.z = arena.take<Vec<R>>(T * heads);
      b.mid = s.d_mlp ? arena.take<Vec<R>>(T * d) : nullptr;
      b.hat2 = normed ? arena.take<Vec<R>>(T * d) : b.mid;
      b.pre = s.act == openwork::Activation::relu && !tapped ? nullptr : arena.take<Vec<R>>(T * s.d_mlp);
      b.post = arena.take<Vec<R>>(T * s.d_mlp);
    }
    tokens = arena.take<Mask<R>>(T), answers = arena.take<Mask<R>>(inputs.n_graded);
    next_tokens = arena.take<Mask<R>>(T), next_answers = arena.take<Mask<R>>(inputs.n_graded);
    pads = s.pad < 0 ? nullptr : arena.take<Mask<R>>(T);
    final = arena.take<Vec<R>>(T * d);
    inverse = arena.take<Vec<R>>(T);
    hat = normed ? arena.take<Vec<R>>(T * d) : final;
    logits = arena.take<Vec<R>>((needed.hi - needed.lo) * s.d_vocab_out);
    scale = arena.take<Vec<R>>(tapped * T);
    pos = arena.take<Vec<R>>(tapped * T * d);
    result = arena.take<Vec<R>>(tapped * T * s.n_heads * d);
  }
};

// Where a stage, any but the embedding, finds the stream that it begins with.
template <class R>
Vec<R>*& stream_before(const Spec& spec, Block<R>& block, int stage) {
  if (stage == final_stage(spec)) return block.final;
  LayerBlock<R>& b = block.layer[stage_layer(stage)];
  return stage == attention_stage(stage_layer(stage)) ? b.x : b.mid;
}

// `n` blocks, each with memory of its own.
template <class R>
Block<R>* take_blocks(const Spec& spec, const Inputs& inputs, const Needed& needed, int64_t n, Arena& arena) {
  Block<R>* blocks = arena.take<Block<R>>(n);
  for (int64_t i = 0; i < n; i++) {
    const Block<R> block(spec, inputs, needed, arena);
    if (blocks) blocks[i] = block;
  }
  return blocks;
}

// What only gradients need. From `dout` on: of what a layer writes (its heads' results apart), of what an affine write
// read, of a norm's scale, of patterns and scores [head][query][key], and what a norm divides; only for gradients at
// sites.
template <class R>
struct Slopes {
  Vec<R>*dx, *dqkv, *dz, *dpost, *din, *dlogits, *ds, *g;
  Vec<R>*dout, *dresult, *dread, *dscale, *dpairs, *centre;

  Slopes(const Spec& s, const Inputs& inputs, const Needed& needed, Arena& arena) {
    const int64_t T = inputs.n_pos, d = s.d_model, heads = int64_t(s.n_heads) * s.d_head;
    dx = arena.take<Vec<R>>(T * d), din = arena.take<Vec<R>>(T * d);
    dqkv = arena.take<Vec<R>>(T * 3 * heads), dz = arena.take<Vec<R>>(T * heads);
    dpost = arena.take<Vec<R>>(T * s.d_mlp);
    dlogits = arena.take<Vec<R>>((needed.hi - needed.lo) * s.d_vocab_out);
    ds = arena.take<Vec<R>>(T * T), g = arena.take<Vec<R>>(T * heads);
    const int64_t tapped = gradients_follow(inputs);
    dout = arena.take<Vec<R>>(tapped * T * d), dresult = arena.take<Vec<R>>(tapped * T * s.n_heads * d);
    dread = arena.take<Vec<R>>(tapped * T * d), dscale = arena.take<Vec<R>>(tapped * T);
    dpairs = arena.take<Vec<R>>(tapped * s.n_heads * T * T), centre = arena.take<Vec<R>>(tapped * T * d);
  }
};

}  // namespace
