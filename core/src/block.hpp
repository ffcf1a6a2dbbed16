// The scratch memory of one block of inputs, one input a lane: every activation that a pass or its gradient needs.
#pragma once

#include "lanes.hpp"
#include "layout.hpp"

namespace {

using openwork::Inputs;
using openwork::Tap;
using openwork::TapKind;

// Cuts one aligned piece of memory into arrays; with no memory it only counts.
class Arena {
 public:
  explicit Arena(void* memory) : base_(static_cast<char*>(memory)) {}
  template <class T>
  T* take(int64_t n) {
    T* at = reinterpret_cast<T*>(base_ + used_);
    used_ += (n * int64_t(sizeof(T)) + 63) / 64 * 64;
    return base_ ? at : nullptr;
  }
  int64_t used() const { return used_; }

 private:
  char* base_;
  int64_t used_ = 0;
};

// Per position unless said: x what the layer reads, hat1 and hat2 what the norms' weights multiply, in1 and in2 what
// attention and MLP read (the same array as hat or x where nothing lies between), a the pattern [head][query][key].
template <class R>
struct LayerBlock {
  Vec<R>*x, *scale1, *hat1, *in1, *qkv, *a, *z, *mid, *scale2, *hat2, *in2, *pre, *post;
  R *W_qkv, *b_qkv;  // packed
};

template <class R>
struct Block {
  LayerBlock<R> layer[kMaxLayers];
  Vec<R>*final, *scale, *hat, *in, *logits;
  Vec<R>*pos, *result;  // the positional embedding and the heads' results, apart; filled only where they are tapped
  Vec<R>** saved;       // by tap: what a source pass found there
  // Only for gradients:
  Vec<R>*dx, *dqkv, *dz, *dpost, *din, *dlogits, *da, *g, *dweights, *dW_qkv[kMaxLayers], *db_qkv[kMaxLayers];
  R* dpacked;

  Block(const Spec& s, const Inputs& in_puts, bool gradients, Arena& arena) {
    const int64_t T = in_puts.n_pos, d = s.d_model, heads = int64_t(s.n_heads) * s.d_head;
    const bool normed = s.norm != Norm::none, weighted = has_norm_weight(s);
    for (int l = 0; l < s.n_layers; l++) {
      LayerBlock<R>& b = layer[l];
      b.W_qkv = arena.take<R>(d * 3 * heads), b.b_qkv = arena.take<R>(3 * heads);
      b.x = arena.take<Vec<R>>(T * d);
      b.scale1 = arena.take<Vec<R>>(T), b.scale2 = arena.take<Vec<R>>(T);
      b.hat1 = normed ? arena.take<Vec<R>>(T * d) : b.x;
      b.in1 = weighted ? arena.take<Vec<R>>(T * d) : b.hat1;
      b.qkv = arena.take<Vec<R>>(T * 3 * heads);
      b.a = arena.take<Vec<R>>(s.n_heads * T * T);
      b.z = arena.take<Vec<R>>(T * heads);
      b.mid = s.d_mlp ? arena.take<Vec<R>>(T * d) : nullptr;
      b.hat2 = normed ? arena.take<Vec<R>>(T * d) : b.mid;
      b.in2 = weighted ? arena.take<Vec<R>>(T * d) : b.hat2;
      b.pre = s.act == openwork::Activation::relu && !in_puts.n_taps ? nullptr : arena.take<Vec<R>>(T * s.d_mlp);
      b.post = arena.take<Vec<R>>(T * s.d_mlp);
    }
    final = arena.take<Vec<R>>(T * d);
    scale = arena.take<Vec<R>>(T);
    hat = normed ? arena.take<Vec<R>>(T * d) : final;
    in = weighted ? arena.take<Vec<R>>(T * d) : hat;
    logits = arena.take<Vec<R>>(s.d_vocab_out);
    pos = arena.take<Vec<R>>(in_puts.n_taps ? T * d : 0);
    result = arena.take<Vec<R>>(in_puts.n_taps ? T * s.n_heads * d : 0);
    saved = arena.take<Vec<R>*>(in_puts.n_taps);
    for (int i = 0; i < in_puts.n_taps; i++) {
      const Tap& tap = in_puts.taps[i];
      Vec<R>* at = arena.take<Vec<R>>(tap.kind == TapKind::from_source ? tap.n : 0);
      if (saved) saved[i] = at;
    }
    if (gradients) take_gradients(s, T, arena);
  }

 private:
  static bool has_norm_weight(const Spec& s) { return s.norm == Norm::ln || s.norm == Norm::rms; }

  void take_gradients(const Spec& s, int64_t T, Arena& arena) {
    const int64_t d = s.d_model, heads = int64_t(s.n_heads) * s.d_head;
    dx = arena.take<Vec<R>>(T * d), din = arena.take<Vec<R>>(T * d);
    dqkv = arena.take<Vec<R>>(T * 3 * heads), dz = arena.take<Vec<R>>(T * heads);
    dpost = arena.take<Vec<R>>(T * s.d_mlp), dlogits = arena.take<Vec<R>>(s.d_vocab_out);
    da = arena.take<Vec<R>>(T), g = arena.take<Vec<R>>(d);
    dweights = arena.take<Vec<R>>(Layout(s).total);
    for (int l = 0; l < s.n_layers; l++) {
      dW_qkv[l] = arena.take<Vec<R>>(d * 3 * heads);
      db_qkv[l] = arena.take<Vec<R>>(3 * heads);
    }
    dpacked = arena.take<R>(d * 3 * heads + 3 * heads);
  }
};

}  // namespace
