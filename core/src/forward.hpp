// The forward pass of one block: from tokens to what the unembedding reads.
#pragma once

#include "activation.hpp"
#include "attention.hpp"
#include "linear.hpp"
#include "norm.hpp"
#include "taps.hpp"

namespace {

template <class R>
struct Forward {
  const Spec& spec;
  const Layout& at;
  const R* weights;
  const Inputs& inputs;
  Block<R>& block;
  int start;  // the first position that the last layer and the final norm must compute

  // Tokens of lane l are rows[l][pos].
  void run(const int32_t* const* rows, const Tapping<R>& tap) const {
    embed(rows, tap);
    for (int l = 0; l < spec.n_layers; l++) {
      const int from = l == spec.n_layers - 1 ? start : 0;
      attention(l, from, tap);
      if (spec.d_mlp) mlp(l, from, tap);
      tap.both(Site::resid_post, l, dense<R>(stream_after(l), T() * d()));
    }
    norm(at.ln_final, start, block.final, block.scale, block.hat, block.in, Site::final_scale, Site::final_normalized,
         0, tap);
  }

  void logits(int t, Vec<R>* out) const {
    linear<R>(block.in + int64_t(t) * d(), weights + at.W_U, weights + at.b_U, out, 1, d(), spec.d_vocab_out);
  }

  void pack() const {
    for (int l = 0; l < spec.n_layers; l++)
      pack_qkv(spec, weights, at.layer[l], block.layer[l].W_qkv, block.layer[l].b_qkv);
  }

 private:
  int T() const { return inputs.n_pos; }
  int d() const { return spec.d_model; }
  Vec<R>* stream_after(int l) const { return l + 1 < spec.n_layers ? block.layer[l + 1].x : block.final; }

  void embed(const int32_t* const* rows, const Tapping<R>& tap) const {
    Vec<R>* x = spec.n_layers ? block.layer[0].x : block.final;
    for (int t = 0; t < T(); t++)
      for (int l = 0; l < Lanes<R>::count; l++) {
        const R* row = weights + at.W_E + int64_t(rows[l][t]) * d();
        for (int i = 0; i < d(); i++) x[int64_t(t) * d() + i][l] = row[i];
      }
    tap.both(Site::embed, 0, dense<R>(x, T() * d()));
    if (!spec.positions) return;
    const R* W_pos = weights + at.W_pos;
    if (!inputs.n_taps) {
      for (int j = 0; j < T() * d(); j++) x[j] += W_pos[j];
      return;
    }
    for (int j = 0; j < T() * d(); j++) block.pos[j] = all<R>(W_pos[j]);
    tap.both(Site::pos_embed, 0, dense<R>(block.pos, T() * d()));
    for (int j = 0; j < T() * d(); j++) x[j] += block.pos[j];
  }

  void norm(const NormAt& w, int from, Vec<R>* x, Vec<R>* scale, Vec<R>* hat, Vec<R>* in, Site scale_site,
            Site hat_site, int layer, const Tapping<R>& tap) const {
    if (spec.norm == Norm::none) return;
    for (int t = from; t < T(); t++) scale[t] = norm_scale<R>(spec.norm, x + t * d(), hat + t * d(), R(spec.eps), d());
    tap.both(scale_site, layer, dense<R>(scale, T()));
    for (int t = from; t < T(); t++) {
      const Vec<R> inverse = all<R>(1) / scale[t];
      for (int i = 0; i < d(); i++) hat[t * d() + i] *= inverse;
    }
    tap.both(hat_site, layer, dense<R>(hat, T() * d()));
    if (w.w < 0) return;
    for (int t = from; t < T(); t++)
      norm_weight<R>(spec.norm, hat + t * d(), weights + w.w, w.b < 0 ? nullptr : weights + w.b, in + t * d(), d());
  }

  void attention(int l, int from, const Tapping<R>& tap) const {
    const LayerBlock<R>& b = block.layer[l];
    const LayerAt& w = at.layer[l];
    const int heads = spec.n_heads * spec.d_head;
    tap.both(Site::resid_pre, l, dense<R>(b.x, T() * d()));
    norm(w.ln1, 0, b.x, b.scale1, b.hat1, b.in1, Site::ln1_scale, Site::ln1_normalized, l, tap);
    linear<R>(b.in1, b.W_qkv, b.b_qkv, b.qkv, T(), d(), 3 * heads);
    for (int part = 0; part < 3; part++)
      tap.both(Site(int(Site::q) + part), l, {b.qkv + part * heads, T() * heads, heads, 3 * heads});
    if (tap.any(Site::attn_scores, l) || tap.any(Site::pattern, l))
      tapped_pattern(l, from, tap);
    else
      for (int h = 0; h < spec.n_heads; h++) {
        const Head<R> head{spec, T(), h, b.qkv, b.a};
        for (int t = from; t < T(); t++) {
          score_row(head, t);
          softmax_row(head, t);
          mix_row(head, t, b.z);
        }
      }
    tap.both(Site::z, l, dense<R>(b.z, T() * heads));
    Vec<R>* out = spec.d_mlp ? b.mid : stream_after(l);
    if (tap.any(Site::result, l))
      tapped_result(l, from, out, tap);
    else
      linear<R>(b.z + from * heads, weights + w.W_O, weights + w.b_O, out + from * d(), T() - from, heads, d());
    tap.both(Site::attn_out, l, dense<R>(out, T() * d()));
    for (int j = from * d(); j < T() * d(); j++) out[j] += b.x[j];
  }

  // Scores and pattern as whole arrays, so that they can be tapped. What the mask hides is never used.
  void tapped_pattern(int l, int from, const Tapping<R>& tap) const {
    const LayerBlock<R>& b = block.layer[l];
    const View<R> view = dense<R>(b.a, int64_t(spec.n_heads) * T() * T());
    for (int h = 0; h < spec.n_heads; h++)
      for (int t = from; t < T(); t++) score_row(Head<R>{spec, T(), h, b.qkv, b.a}, t);
    tap.write(Site::attn_scores, l, view);
    fill_masked(b.a, R(-__builtin_inf()));
    tap.read(Site::attn_scores, l, view);
    const bool edited = tap.writes(Site::attn_scores, l);
    for (int h = 0; h < spec.n_heads; h++)
      for (int t = from; t < T(); t++) {
        const Head<R> head{spec, T(), h, b.qkv, b.a};
        edited ? edited_softmax_row(head, t) : softmax_row(head, t);
      }
    tap.write(Site::pattern, l, view);
    fill_masked(b.a, R(0));
    tap.read(Site::pattern, l, view);
    for (int h = 0; h < spec.n_heads; h++)
      for (int t = from; t < T(); t++) mix_row(Head<R>{spec, T(), h, b.qkv, b.a}, t, b.z);
  }

  void fill_masked(Vec<R>* a, R value) const {
    if (!spec.causal) return;
    for (int h = 0; h < spec.n_heads; h++)
      for (int t = 0; t < T(); t++)
        for (int u = t + 1; u < T(); u++) a[(int64_t(h) * T() + t) * T() + u] = all<R>(value);
  }

  void tapped_result(int l, int from, Vec<R>* out, const Tapping<R>& tap) const {
    const LayerAt& w = at.layer[l];
    const int heads = spec.n_heads * spec.d_head, e = spec.d_head, wide = spec.n_heads * d();
    for (int t = from; t < T(); t++)
      for (int h = 0; h < spec.n_heads; h++)
        linear<R>(block.layer[l].z + t * heads + h * e, weights + w.W_O + int64_t(h) * e * d(), nullptr,
                  block.result + t * wide + h * d(), 1, e, d());
    tap.both(Site::result, l, dense<R>(block.result, int64_t(T()) * wide));
    for (int t = from; t < T(); t++)
      for (int i = 0; i < d(); i++) {
        Vec<R> sum = all<R>(weights[w.b_O + i]);
        for (int h = 0; h < spec.n_heads; h++) sum += block.result[t * wide + h * d() + i];
        out[t * d() + i] = sum;
      }
  }

  void mlp(int l, int from, const Tapping<R>& tap) const {
    const LayerBlock<R>& b = block.layer[l];
    const LayerAt& w = at.layer[l];
    const int m = spec.d_mlp;
    tap.both(Site::resid_mid, l, dense<R>(b.mid, T() * d()));
    norm(w.ln2, from, b.mid, b.scale2, b.hat2, b.in2, Site::ln2_scale, Site::ln2_normalized, l, tap);
    Vec<R>* pre = b.pre ? b.pre : b.post;
    linear<R>(b.in2 + from * d(), weights + w.W_in, weights + w.b_in, pre + from * m, T() - from, d(), m);
    tap.both(Site::mlp_pre, l, dense<R>(pre, T() * m));
    for (int j = from * m; j < T() * m; j++) b.post[j] = activate<R>(spec.act, pre[j]);
    tap.both(Site::mlp_post, l, dense<R>(b.post, T() * m));
    Vec<R>* out = stream_after(l);
    linear<R>(b.post + from * m, weights + w.W_out, weights + w.b_out, out + from * d(), T() - from, m, d());
    if (inputs.n_taps) {
      const View<R> view = dense<R>(out, T() * d());
      tap.write(Site::mlp_out, l, view, b.hat2, d());
      tap.read(Site::mlp_out, l, view);
    }
    for (int j = from * d(); j < T() * d(); j++) out[j] += b.mid[j];
  }
};

// The first position that the last layer must compute: the first graded one, or 0 where it or what follows is read.
inline int first_needed(const Spec& spec, const Inputs& inputs) {
  for (int i = 0; i < inputs.n_taps; i++) {
    const Tap& tap = inputs.taps[i];
    const bool last = tap.layer == spec.n_layers - 1 || tap.site >= Site::final_scale;
    if (tap.kind == TapKind::read && last) return 0;
  }
  return inputs.graded[0];
}

}  // namespace
