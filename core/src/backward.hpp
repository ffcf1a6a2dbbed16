// The gradient of one block, from the logits back to the packed weights, gathered per lane; or back to sites.
#pragma once

#include "forward.hpp"

namespace {

// Adds to dw [d] what lies in dx [pos][d] where the token is `v`.
template <class R>
inline void gather_token(const Mask<R>* tokens, int v, const Vec<R>* __restrict dx, Vec<R>* __restrict dw, int end,
                         int d) {
  for (int t = 0; t < end; t++)
    for (int i = 0; i < d; i++) dw[i] = add_where<R>(tokens[t] == splat_int<R>(v), dw[i], dx[t * d + i]);
}

template <class R, int N>
inline void gather_token(const Mask<R>* tokens, int v, const Vec<R>* __restrict dx, Vec<R>* __restrict dw, int end,
                         Size<N>) {
  Vec<R> sum[N];
  each<N>([&](auto i) { sum[i] = dw[i]; });
  for (int t = 0; t < end; t++)
    each<N>([&](auto i) { sum[i] = add_where<R>(tokens[t] == splat_int<R>(v), sum[i], dx[t * N + i]); });
  each<N>([&](auto i) { dw[i] = sum[i]; });
}

template <class R>
struct Backward {
  const Spec& spec;
  const PackedLayout& at;
  const R* packed;
  const Inputs& inputs;
  const Needed& needed;
  const Block<R>& block;
  const Slopes<R>& s;
  Vec<R>* weights;        // what gathers, laid out as the packed weights are; null with `tap`
  const Tapping<R>* tap;  // of the pass that it goes back through, where gradients at sites are wanted; else null
  Vec<R> sharpness{};     // what each query of a head counts in a term on attention's entropy, in the mean over them
  Vec<R>* entropies = nullptr;  // what that term comes to; null where there is none

  // From slopes.dlogits of the block.
  void run() const {
    zero(s.dx, int64_t(needed.end) * d());
    const Vec<R>* dlogits = s.dlogits - needed.lo * spec.d_vocab_out;
    linear_backward(at.unembed, block.hat, dlogits, s.din, needed.lo, needed.hi, d(), spec.d_vocab_out);
    if (tap)
      tapped_norm(block.final, block.inverse, Site::final_scale, Site::final_normalized, 0);
    else
      norm(block.hat, block.inverse, needed.lo, needed.hi);
    for (int l = spec.n_layers - 1; l >= 0; l--) {
      if (tap) {
        tapped_layer(l);
        continue;
      }
      const bool last = l == spec.n_layers - 1;
      const int from = last ? needed.lo : 0, to = last ? needed.hi : needed.end;
      if (spec.d_mlp) mlp(l, from, to);
      attention(l, from, to);
    }
    tap ? tapped_embed() : embed();
  }

 private:
  int T() const { return inputs.n_pos; }
  int d() const { return spec.d_model; }
  int heads() const { return spec.n_heads * spec.d_head; }
  Views<R> views() const { return {spec, T()}; }

  static void zero(Vec<R>* to, int64_t n) {
    for (int64_t i = 0; i < n; i++) to[i] = Vec<R>{};
  }
  static void copy(const Vec<R>* from, Vec<R>* to, int64_t n) {
    for (int64_t i = 0; i < n; i++) to[i] = from[i];
  }

  // The gradient of a layer's weights and of what it reads.
  void linear_backward(const LinearAt& w, const Vec<R>* x, const Vec<R>* dy, Vec<R>* dx, int from, int to, int d_in,
                       int d_out, const After<R>& after = {}) const {
    linear_input_gradient<R>(packed + w.W, dy, dx, from, to, d_in, d_out, after);
    if (weights) linear_weight_gradient<R>(x, dy, weights + w.W, weights + w.b, from, to, d_in, d_out);
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
    if (spec.act == Activation::relu && few<R>(d(), [&](auto n) {
          narrow_mlp_gradient<R, n>(packed + w.out.W, b.hat2, b.post, s.dx, weights + w.in.W, weights + w.in.b,
                                    weights + w.out.W, from, to, m);
        })) {
      bias_gradient<R>(s.dx, weights + w.out.b, from, to, d());
      linear_input_gradient<R>(packed + w.in.W, b.post, s.din, from, to, d(), m);
      return norm(b.hat2, b.inverse2, from, to);
    }
    if (spec.act == Activation::relu) {
      linear_backward(w.out, b.post, s.dx, s.dpost, from, to, m, d(), {Then::where_positive, b.post});
    } else {
      for (int j = from * m; j < to * m; j++) b.pre[j] = activation_slope<R>(spec.act, b.pre[j]);
      linear_backward(w.out, b.post, s.dx, s.dpost, from, to, m, d(), {Then::multiply, b.pre});
    }
    linear_backward(w.in, b.hat2, s.dpost, s.din, from, to, d(), m);
    norm(b.hat2, b.inverse2, from, to);
  }

  void attention(int l, int from, int to) const {
    const LayerBlock<R>& b = block.layer[l];
    const PackedLayer& w = at.layer[l];
    linear_backward(w.o, b.z, s.dx, s.dz, from, to, heads(), d());
    const bool last = l == spec.n_layers - 1;
    const int rows = last ? inputs.n_graded : needed.end;
    const Sharpening<R> sharp{sharpness * splat<R>(R(1) / R(spec.n_layers * spec.n_heads * rows)),
                              last ? inputs.graded : nullptr, rows, entropies};
    for (int h = 0; h < spec.n_heads; h++)
      attend_gradient(head(l, h), from, to, s.dz, b.z, s.dqkv, s.ds, s.g, entropies ? &sharp : nullptr);
    linear_backward(w.qkv, b.hat1, s.dqkv, s.din, 0, needed.end, d(), 3 * heads());
    norm(b.hat1, b.inverse1, 0, needed.end);
  }

  Head<R> head(int l, int h) const {
    const LayerBlock<R>& b = block.layer[l];
    return {spec, T(), h, needed.end, b.qkv, b.p, b.rest, block.pads};
  }

  void embed() const {
    if (spec.positions)
      for (int j = 0; j < needed.end * d(); j++) weights[at.W_pos + j] += s.dx[j];
    Vec<R>* dW_E = weights + at.W_E;
    if (spec.d_vocab <= 16) {
      sized<R>(d(), [&](auto width) {
        for (int v = 0; v < spec.d_vocab; v++)
          gather_token<R>(block.tokens, v, s.dx, dW_E + v * width, needed.end, width);
      });
      return;
    }
    R* lanes = reinterpret_cast<R*>(dW_E);
    for (int t = 0; t < needed.end; t++)
      for (int l = 0; l < Lanes<R>::count; l++)
        for (int i = 0; i < d(); i++)
          lanes[(int64_t(block.tokens[t][l]) * d() + i) * Lanes<R>::count + l] += s.dx[t * d() + i][l];
  }

  // The same ways back through every site, one step for one of Forward's: all positions, no weights. What was replaced
  // may be in a layer's output only, so that is kept apart from the stream's gradient, which goes on past the layer.
  void tapped_layer(int l) const {
    tap->back(Site::resid_post, l, views().stream(s.dx));
    if (spec.d_mlp) {
      tapped_mlp(l);
      tap->back(Site::resid_mid, l, views().stream(s.dx));
    }
    tapped_attention(l);
    tap->back(Site::resid_pre, l, views().stream(s.dx));
  }

  void tapped_mlp(int l) const {
    const LayerBlock<R>& b = block.layer[l];
    const PackedLayer& w = at.layer[l];
    const int m = spec.d_mlp;
    copy(s.dx, s.dout, T() * d());
    zero(s.dread, T() * d());
    tap->back(Site::mlp_out, l, views().stream(s.dout), s.dread, d());
    if (tap->replaces(Site::mlp_out, l, T() * d(), T(), Site::mlp_pre)) {  // then Forward left no `pre`
      copy(s.dread, s.din, T() * d());
    } else {
      linear_input_gradient<R>(packed + w.out.W, s.dout, s.dpost, 0, T(), m, d());
      tap->back(Site::mlp_post, l, views().rows(s.dpost, m));
      for (int j = 0; j < T() * m; j++) s.dpost[j] *= activation_slope<R>(spec.act, b.pre[j]);
      tap->back(Site::mlp_pre, l, views().rows(s.dpost, m));
      linear_input_gradient<R>(packed + w.in.W, s.dpost, s.din, 0, T(), d(), m, {Then::add, s.dread});
    }
    tapped_norm(b.mid, b.inverse2, Site::ln2_scale, Site::ln2_normalized, l);
  }

  void tapped_attention(int l) const {
    const LayerBlock<R>& b = block.layer[l];
    copy(s.dx, s.dout, T() * d());
    tap->back(Site::attn_out, l, views().stream(s.dout));
    if (tap->replaces(Site::attn_out, l, T() * d(), -1, Site::ln1_scale)) return;
    tapped_result(l);
    tap->back(Site::z, l, views().rows(s.dz, heads()));
    tapped_pattern(l);
    for (int part = 0; part < 3; part++)
      tap->back(Site(int(Site::q) + part), l, views().rows(s.dqkv + part * heads(), heads(), 3 * heads()));
    linear_input_gradient<R>(packed + at.layer[l].qkv.W, s.dqkv, s.din, 0, T(), d(), 3 * heads());
    tapped_norm(b.x, b.inverse1, Site::ln1_scale, Site::ln1_normalized, l);
  }

  // From dout to dz.
  void tapped_result(int l) const {
    const R* W_O = packed + at.layer[l].o.W;
    if (!tap->any(Site::result, l)) return linear_input_gradient<R>(W_O, s.dout, s.dz, 0, T(), heads(), d());
    const int n = spec.n_heads, e = spec.d_head;
    for (int t = 0; t < T(); t++)
      for (int h = 0; h < n; h++) copy(s.dout + t * d(), s.dresult + (t * n + h) * d(), d());
    tap->back(Site::result, l, views().rows(s.dresult, n * d()));
    for (int t = 0; t < T(); t++)
      for (int j = 0; j < heads(); j++) {
        Vec<R> sum{};
        for (int i = 0; i < d(); i++) sum += s.dresult[(t * n + j / e) * d() + i] * W_O[j * d() + i];
        s.dz[t * heads() + j] = sum;
      }
  }

  // From dz to dqkv.
  void tapped_pattern(int l) const {
    const auto each_query = [&](auto f) {
      for (int h = 0; h < spec.n_heads; h++)
        for (int t = 0; t < T(); t++)
          f(head(l, h), t, (int64_t(h) * T() + t) * T(), s.dz + t * heads() + h * spec.d_head);
    };
    each_query([&](const Head<R>& head, int t, int64_t row, const Vec<R>* dz) {
      weights_gradient(head, t, dz, s.dpairs + row);
    });
    tap->back(Site::pattern, l, views().pairs(s.dpairs));
    each_query([&](const Head<R>& head, int t, int64_t row, const Vec<R>*) {
      softmax_gradient<R>(block.layer[l].soft + row, s.dpairs + row, head.keys(t));
    });
    tap->back(Site::attn_scores, l, views().pairs(s.dpairs));
    zero(s.dqkv, int64_t(T()) * 3 * heads());
    each_query([&](const Head<R>& head, int t, int64_t row, const Vec<R>* dz) {
      scores_gradient(head, t, s.dpairs + row, dz, s.dqkv);
    });
  }

  // Of a norm over `x`. Its output and its scale may be edited, so both are computed once more.
  void tapped_norm(const Vec<R>* x, const Vec<R>* inverse, Site scale_site, Site hat_site, int layer) const {
    if (spec.norm == Norm::none) return norm(nullptr, nullptr, 0, T());
    tap->back(hat_site, layer, views().stream(s.din));
    for (int t = 0; t < T(); t++) {
      squared_scale<R>(centred(spec.norm), x + t * d(), s.centre + t * d(), R(spec.eps), d());
      s.dscale[t] = scale_gradient<R>(s.centre + t * d(), inverse[t], s.din + t * d(), d());
    }
    tap->back(scale_site, layer, views().rows(s.dscale, 1));
    for (int t = 0; t < T(); t++)
      centre_gradient<R>(centred(spec.norm), s.centre + t * d(), inverse[t], s.din + t * d(), s.dscale[t],
                         s.dx + t * d(), d());
  }

  // Both embeddings have the stream's own gradient, whichever of them is edited.
  void tapped_embed() const {
    tap->read(Site::embed, 0, views().stream(s.dx), TapKind::gradient);
    tap->read(Site::pos_embed, 0, views().stream(s.dx), TapKind::gradient);
  }
};

}  // namespace
