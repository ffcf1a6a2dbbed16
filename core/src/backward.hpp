// The gradient of one block, from the logits back to the weights; gathered per lane in block.dweights.
#pragma once

#include "forward.hpp"

namespace {

template <class R>
struct Backward {
  const Spec& spec;
  const Layout& at;
  const R* weights;
  const Inputs& inputs;
  Block<R>& b;
  int start;

  void begin_batch() const {
    zero(b.dweights, at.total);
    const int64_t heads = int64_t(spec.n_heads) * spec.d_head;
    for (int l = 0; l < spec.n_layers; l++) {
      zero(b.dW_qkv[l], d() * 3 * heads);
      zero(b.db_qkv[l], 3 * heads);
    }
  }

  void begin_block() const { zero(b.dx, int64_t(T()) * d()); }

  // From the gradient of one position's logits.
  void unembed(int t) const {
    Vec<R>* in = b.din;
    linear_input_gradient<R>(weights + at.W_U, b.dlogits, in, 1, d(), spec.d_vocab_out);
    linear_weight_gradient<R>(b.in + int64_t(t) * d(), b.dlogits, b.dweights + at.W_U, b.dweights + at.b_U, 1, d(),
                              spec.d_vocab_out);
    norm(at.ln_final, b.hat, b.scale, in, t, t + 1, 0);
  }

  void layers(const int32_t* const* rows) const {
    for (int l = spec.n_layers - 1; l >= 0; l--) {
      const int from = l == spec.n_layers - 1 ? start : 0;
      if (spec.d_mlp) mlp(l, from);
      attention(l, from);
    }
    embed(rows);
  }

  // Sums the lanes into `gradient`.
  void finish_batch(R* gradient) const {
    for (int64_t i = 0; i < at.total; i++) gradient[i] = lane_sum(b.dweights[i]);
    const int64_t n = int64_t(d()) * 3 * spec.n_heads * spec.d_head, n_bias = 3 * spec.n_heads * spec.d_head;
    for (int l = 0; l < spec.n_layers; l++) {
      for (int64_t i = 0; i < n; i++) b.dpacked[i] = lane_sum(b.dW_qkv[l][i]);
      for (int64_t i = 0; i < n_bias; i++) b.dpacked[n + i] = lane_sum(b.db_qkv[l][i]);
      unpack_qkv(spec, b.dpacked, b.dpacked + n, at.layer[l], gradient);
    }
  }

 private:
  int T() const { return inputs.n_pos; }
  int d() const { return spec.d_model; }

  static void zero(Vec<R>* to, int64_t n) {
    for (int64_t i = 0; i < n; i++) to[i] = Vec<R>{};
  }

  static R lane_sum(Vec<R> x) {
    R sum = 0;
    for (int l = 0; l < Lanes<R>::count; l++) sum += x[l];
    return sum;
  }

  // Adds to dx the gradient that came through a norm. `dy` starts at position `from - offset`.
  void norm(const NormAt& w, const Vec<R>* hat, const Vec<R>* scale, const Vec<R>* dy, int from, int to,
            int dy_from) const {
    for (int t = from; t < to; t++) {
      const Vec<R>* g = dy + int64_t(t - from + dy_from) * d();
      Vec<R>* dx = b.dx + int64_t(t) * d();
      if (spec.norm == Norm::none)
        for (int i = 0; i < d(); i++) dx[i] += g[i];
      else
        norm_gradient<R>(spec.norm, hat + int64_t(t) * d(), weights + (w.w < 0 ? 0 : w.w), scale[t], g, dx,
                         b.dweights + (w.w < 0 ? 0 : w.w), b.dweights + (w.b < 0 ? 0 : w.b), b.g, d());
    }
  }

  void mlp(int l, int from) const {
    const LayerBlock<R>& s = b.layer[l];
    const LayerAt& w = at.layer[l];
    const int m = spec.d_mlp, n = T() - from;
    const Vec<R>* dx = b.dx + int64_t(from) * d();
    linear_input_gradient<R>(weights + w.W_out, dx, b.dpost, n, m, d());
    linear_weight_gradient<R>(s.post + int64_t(from) * m, dx, b.dweights + w.W_out, b.dweights + w.b_out, n, m, d());
    const Vec<R>* pre = (s.pre ? s.pre : s.post) + int64_t(from) * m;  // ReLU's slope can be told from its output
    for (int j = 0; j < n * m; j++) b.dpost[j] *= activation_slope<R>(spec.act, pre[j]);
    linear_input_gradient<R>(weights + w.W_in, b.dpost, b.din, n, d(), m);
    linear_weight_gradient<R>(s.in2 + int64_t(from) * d(), b.dpost, b.dweights + w.W_in, b.dweights + w.b_in, n, d(),
                              m);
    norm(w.ln2, s.hat2, s.scale2, b.din, from, T(), 0);
  }

  void attention(int l, int from) const {
    const LayerBlock<R>& s = b.layer[l];
    const LayerAt& w = at.layer[l];
    const int heads = spec.n_heads * spec.d_head, n = T() - from;
    const Vec<R>* dx = b.dx + int64_t(from) * d();
    linear_input_gradient<R>(weights + w.W_O, dx, b.dz + int64_t(from) * heads, n, heads, d());
    linear_weight_gradient<R>(s.z + int64_t(from) * heads, dx, b.dweights + w.W_O, b.dweights + w.b_O, n, heads, d());
    zero(b.dqkv, int64_t(T()) * 3 * heads);
    for (int h = 0; h < spec.n_heads; h++)
      attention_gradient(Head<R>{spec, T(), h, s.qkv, s.a}, from, b.dz, b.dqkv, b.da);
    linear_input_gradient<R>(s.W_qkv, b.dqkv, b.din, T(), d(), 3 * heads);
    linear_weight_gradient<R>(s.in1, b.dqkv, b.dW_qkv[l], b.db_qkv[l], T(), d(), 3 * heads);
    norm(w.ln1, s.hat1, s.scale1, b.din, 0, T(), 0);
  }

  void embed(const int32_t* const* rows) const {
    R* lanes = reinterpret_cast<R*>(b.dweights + at.W_E);
    for (int t = 0; t < T(); t++)
      for (int i = 0; i < d(); i++) {
        const Vec<R> g = b.dx[int64_t(t) * d() + i];
        if (spec.positions) b.dweights[at.W_pos + int64_t(t) * d() + i] += g;
        for (int l = 0; l < Lanes<R>::count; l++) lanes[(int64_t(rows[l][t]) * d() + i) * Lanes<R>::count + l] += g[l];
      }
  }
};

}  // namespace
