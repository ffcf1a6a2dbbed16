// The gradient of one block, from the logits back to the packed weights; gathered per lane.
#pragma once

#include "forward.hpp"

namespace {

template <class R>
struct Backward {
  const Spec& spec;
  const PackedLayout& at;
  const R* packed;
  const Inputs& inputs;
  const Needed& needed;
  const Block<R>& block;
  const Slopes<R>& s;
  Vec<R>* weights;  // what gathers, laid out as the packed weights are

  // From slopes.dlogits of the block.
  void run() const {
    zero(s.dx, int64_t(needed.end) * d());
    const Vec<R>* dlogits = s.dlogits - needed.lo * spec.d_vocab_out;
    linear_backward(at.unembed, block.hat, dlogits, s.din, needed.lo, needed.hi, d(), spec.d_vocab_out);
    norm(block.hat, block.inverse, needed.lo, needed.hi);
    for (int l = spec.n_layers - 1; l >= 0; l--) {
      const bool last = l == spec.n_layers - 1;
      const int from = last ? needed.lo : 0, to = last ? needed.hi : needed.end;
      if (spec.d_mlp) mlp(l, from, to);
      attention(l, from, to);
    }
    embed();
  }

 private:
  int T() const { return inputs.n_pos; }
  int d() const { return spec.d_model; }

  static void zero(Vec<R>* to, int64_t n) {
    for (int64_t i = 0; i < n; i++) to[i] = Vec<R>{};
  }

  // The gradient of a layer's weights and of what it reads.
  template <class After = AsItIs>
  void linear_backward(const LinearAt& w, const Vec<R>* x, const Vec<R>* dy, Vec<R>* dx, int from, int to, int d_in,
                       int d_out, After after = {}) const {
    linear_input_gradient<R>(packed + w.W, dy, dx, from, to, d_in, d_out, after);
    linear_weight_gradient<R>(x, dy, weights + w.W, weights + w.b, from, to, d_in, d_out);
  }

  // Adds to dx what came through a norm, from din.
  void norm(const Vec<R>* hat, const Vec<R>* inverse, int from, int to) const {
    if (spec.norm != Norm::none)
      normalise_gradient<R>(centred(spec.norm), hat, inverse, s.din, s.dx, from, to, d());
    else
      for (int j = from * d(); j < to * d(); j++) s.dx[j] += s.din[j];
  }

  void mlp(int l, int from, int to) const {
    const LayerBlock<R>& b = block.layer[l];
    const PackedLayer& w = at.layer[l];
    const int m = spec.d_mlp;
    if (spec.act == Activation::relu) {
      linear_backward(w.out, b.post, s.dx, s.dpost, from, to, m, d(), WherePositive<R>{b.post, m});
    } else {
      for (int j = from * m; j < to * m; j++) b.pre[j] = activation_slope<R>(spec.act, b.pre[j]);
      linear_backward(w.out, b.post, s.dx, s.dpost, from, to, m, d(), TimesSlope<R>{b.pre, m});
    }
    linear_backward(w.in, b.hat2, s.dpost, s.din, from, to, d(), m);
    norm(b.hat2, b.inverse2, from, to);
  }

  void attention(int l, int from, int to) const {
    const LayerBlock<R>& b = block.layer[l];
    const PackedLayer& w = at.layer[l];
    const int heads = spec.n_heads * spec.d_head;
    linear_backward(w.o, b.z, s.dx, s.dz, from, to, heads, d());
    for (int h = 0; h < spec.n_heads; h++)
      attend_gradient(Head<R>{spec, T(), h, needed.end, b.qkv, b.p, b.rest}, from, to, s.dz, s.dqkv, s.ds, s.g);
    linear_backward(w.qkv, b.hat1, s.dqkv, s.din, 0, needed.end, d(), 3 * heads);
    norm(b.hat1, b.inverse1, 0, needed.end);
  }

  void embed() const {
    if (spec.positions)
      for (int j = 0; j < needed.end * d(); j++) weights[at.W_pos + j] += s.dx[j];
    Vec<R>* dW_E = weights + at.W_E;
    if (spec.d_vocab <= 16) {
      for (int v = 0; v < spec.d_vocab; v++)
        for (int t = 0; t < needed.end; t++) {
          const Mask<R> here = block.tokens[t] == every<R>(v);
          for (int i = 0; i < d(); i++) dW_E[v * d() + i] += select<R>(here, s.dx[t * d() + i], Vec<R>{});
        }
      return;
    }
    R* lanes = reinterpret_cast<R*>(dW_E);
    for (int t = 0; t < needed.end; t++)
      for (int l = 0; l < Lanes<R>::count; l++)
        for (int i = 0; i < d(); i++)
          lanes[(int64_t(block.tokens[t][l]) * d() + i) * Lanes<R>::count + l] += s.dx[t * d() + i][l];
  }
};

}  // namespace
