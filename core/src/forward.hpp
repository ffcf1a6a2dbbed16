// The forward pass of one block: from tokens to logits.
#pragma once

#include "activation.hpp"
#include "attention.hpp"
#include "linear.hpp"
#include "mlp.hpp"
#include "norm.hpp"
#include "stages.hpp"
#include "taps.hpp"

namespace {

template <class R>
struct Forward {
  const Spec& spec;
  const PackedLayout& at;
  const R* packed;
  const Inputs& inputs;
  const Needed& needed;
  Block<R>& block;
  bool backward_follows;

  // Of block.tokens; every site is tapped on the way. Begins at stage `first`, whose stream the block holds, and stops
  // before stage `until`.
  void run(const Tapping<R>& tap, int first = 0, int until = 1 << 30) const {
    const int fresh = tap.fresh;
    const auto runs = [=](int stage) { return first <= stage && stage < until; };
    if (runs(0)) embed(tap);
    for (int l = 0; l < spec.n_layers; l++) {
      const bool last = l == spec.n_layers - 1;
      const int from = last && needed.lo > fresh ? needed.lo : fresh, to = last ? needed.hi : needed.end;
      if (runs(attention_stage(l))) attention(l, from, to, tap);
      if (spec.d_mlp && runs(mlp_stage(l))) mlp(l, from, to, tap);
      if (runs(last_stage(spec, l))) tap.both(Site::resid_post, l, stream(stream_after(l)));
    }
    if (!runs(final_stage(spec))) return;
    const int from = needed.lo > fresh ? needed.lo : fresh;
    norm(block.final, block.inverse, block.hat, from, needed.hi, Site::final_scale, Site::final_normalized, 0, tap);
    linear<R>(block.hat, packed + at.unembed.W, packed + at.unembed.b, block.logits - needed.lo * spec.d_vocab_out,
              from, needed.hi, d(), spec.d_vocab_out);
  }

  // Which tokens are pads, from position `from` on.
  void find_pads(int from) const {
    for (int t = from; block.pads && t < needed.end; t++) block.pads[t] = block.tokens[t] == splat_int<R>(spec.pad);
  }

  const Vec<R>* logits(int t) const { return block.logits + (t - needed.lo) * spec.d_vocab_out; }

 private:
  int T() const { return inputs.n_pos; }
  int d() const { return spec.d_model; }
  int heads() const { return spec.n_heads * spec.d_head; }
  Vec<R>* stream_after(int l) const { return l + 1 < spec.n_layers ? block.layer[l + 1].x : block.final; }
  Views<R> views() const { return {spec, T()}; }
  View<R> stream(Vec<R>* data) const { return views().stream(data); }

  void embed(const Tapping<R>& tap) const {
    find_pads(tap.fresh);
    Vec<R>* x = spec.n_layers ? block.layer[0].x : block.final;
    const R* W_pos = packed + at.W_pos;
    if (spec.positions && !tap.any(Site::embed, 0) && !tap.any(Site::pos_embed, 0))
      return look_up(x, tap.fresh, [=](int j, Vec<R> token) { return token + W_pos[j]; });
    look_up(x, tap.fresh, [](int, Vec<R> token) { return token; });
    tap.both(Site::embed, 0, stream(x));
    if (!spec.positions) return;
    for (int j = 0; j < T() * d(); j++) block.pos[j] = splat<R>(W_pos[j]);
    tap.both(Site::pos_embed, 0, stream(block.pos));
    for (int j = tap.fresh * d(); j < needed.end * d(); j++) x[j] += block.pos[j];
  }

  // x[j] = after(j, the token's own), j from position `from` on.
  template <class After>
  void look_up(Vec<R>* x, int from, After after) const {
#if defined(__GNUC__) && !defined(__clang__)
    if (spec.d_vocab <= Lanes<R>::count) {  // the vocabulary fits a register: a shuffle looks all lanes up
      for (int i = 0; i < d(); i++) {
        Vec<R> column;
        __builtin_memcpy(&column, packed + at.table + i * kTableColumn, sizeof column);
        for (int t = from; t < needed.end; t++)
          x[t * d() + i] = after(t * d() + i, __builtin_shuffle(column, block.tokens[t]));
      }
      return;
    }
#endif
    const R* W_E = packed + at.W_E;
    for (int t = from; t < needed.end; t++) {
      for (int l = 0; l < Lanes<R>::count; l++) {
        const R* row = W_E + int64_t(block.tokens[t][l]) * d();
        for (int i = 0; i < d(); i++) x[t * d() + i][l] = row[i];
      }
      for (int j = t * d(); j < (t + 1) * d(); j++) x[j] = after(j, x[j]);
    }
  }

  void norm(Vec<R>* x, Vec<R>* inverse, Vec<R>* hat, int from, int to, Site scale_site, Site hat_site, int layer,
            const Tapping<R>& tap) const {
    if (spec.norm == Norm::none) return;
    if (!tap.any(scale_site, layer)) {
      normalise<R>(centred(spec.norm), x, hat, inverse, R(spec.eps), from, to, d());
    } else {
      for (int t = from; t < to; t++) {
        const Vec<R> square = squared_scale<R>(centred(spec.norm), x + t * d(), hat + t * d(), R(spec.eps), d());
        block.scale[t] = square_root(square), inverse[t] = inverse_root(square);
      }
      tap.both(scale_site, layer, views().rows(block.scale, 1));
      const bool edited = tap.writes(scale_site, layer);
      for (int t = from; t < to; t++) {
        if (edited) inverse[t] = splat<R>(1) / block.scale[t];
        for (int i = 0; i < d(); i++) hat[t * d() + i] *= inverse[t];
      }
    }
    tap.both(hat_site, layer, stream(hat));
  }

  void attention(int l, int from, int to, const Tapping<R>& tap) const {
    const LayerBlock<R>& b = block.layer[l];
    const PackedLayer& w = at.layer[l];
    Vec<R>* out = spec.d_mlp ? b.mid : stream_after(l);
    tap.both(Site::resid_pre, l, stream(b.x));
    if (tap.replaces(Site::attn_out, l, T() * d(), -1, Site::ln1_scale))
      return finish(Site::attn_out, l, out, b.x, from, to, tap);
    norm(b.x, b.inverse1, b.hat1, tap.fresh, needed.end, Site::ln1_scale, Site::ln1_normalized, l, tap);
    linear<R>(b.hat1, packed + w.qkv.W, packed + w.qkv.b, b.qkv, tap.fresh, needed.end, d(), 3 * heads());
    for (int part = 0; part < 3; part++)
      tap.both(Site(int(Site::q) + part), l, views().rows(b.qkv + part * heads(), heads(), 3 * heads()));
    if (block.whole || tap.any(Site::attn_scores, l) || tap.any(Site::pattern, l))
      tapped_pattern(l, from, to, tap);
    else
      for (int h = 0; h < spec.n_heads; h++) attend(head(l, h), from, to, b.z, backward_follows);
    tap.both(Site::z, l, views().rows(b.z, heads()));
    const R *W_O = packed + w.o.W, *b_O = packed + w.o.b;
    if (!tap.any(Site::result, l) && !tap.any(Site::attn_out, l)) {
      linear<R>(b.z, W_O, b_O, out, from, to, heads(), d(), {Then::add, b.x});
      return;
    }
    if (tap.any(Site::result, l))
      tapped_result(l, from, to, out, tap);
    else
      linear<R>(b.z, W_O, b_O, out, from, to, heads(), d());
    finish(Site::attn_out, l, out, b.x, from, to, tap);
  }

  // Taps what a layer writes and adds the stream that it was read from.
  void finish(Site site, int l, Vec<R>* out, const Vec<R>* stream_before, int from, int to,
              const Tapping<R>& tap) const {
    tap.write(site, l, stream(out), block.layer[l].hat2, d());
    tap.read(site, l, stream(out));
    for (int j = from * d(); j < to * d(); j++) out[j] += stream_before[j];
  }

  Head<R> head(int l, int h) const {
    const LayerBlock<R>& b = block.layer[l];
    return {spec, T(), h, needed.end, b.qkv, b.p, b.rest, block.pads};
  }

  // Scores and pattern as whole arrays, so that they can be tapped. What the mask hides is never used.
  void tapped_pattern(int l, int from, int to, const Tapping<R>& tap) const {
    const LayerBlock<R>& b = block.layer[l];
    for (int h = 0; h < spec.n_heads; h++)
      for (int t = from; t < to; t++) score_row(head(l, h), t, spec.d_head);
    const View<R> pairs = views().pairs(b.p);
    tap.write(Site::attn_scores, l, pairs);
    fill_masked(b.p, from, R(-__builtin_inf()));
    tap.read(Site::attn_scores, l, pairs);
    for (int h = 0; h < spec.n_heads; h++)
      for (int t = from; t < to; t++) softmax_row(head(l, h), t);
    if (block.whole) __builtin_memcpy(b.soft, b.p, size_t(pairs.n) * sizeof(Vec<R>));
    tap.write(Site::pattern, l, pairs);
    fill_masked(b.p, from, R(0));
    tap.read(Site::pattern, l, pairs);
    for (int h = 0; h < spec.n_heads; h++)
      for (int t = from; t < to; t++) mix_row(head(l, h), t, b.z);
  }

  void fill_masked(Vec<R>* p, int from, R value) const {
    for (int h = 0; h < spec.n_heads; h++)
      for (int t = from; t < T(); t++) {
        Vec<R>* row = p + (int64_t(h) * T() + t) * T();
        for (int u = t + 1; spec.causal && u < T(); u++) row[u] = splat<R>(value);
        for (int u = 0; block.pads && u < needed.end; u++) row[u] = select<R>(block.pads[u], splat<R>(value), row[u]);
      }
  }

  void tapped_result(int l, int from, int to, Vec<R>* out, const Tapping<R>& tap) const {
    const R* W_O = packed + at.layer[l].o.W;
    const int e = spec.d_head, wide = spec.n_heads * d();
    for (int t = from; t < to; t++)
      for (int h = 0; h < spec.n_heads; h++)
        for (int i = 0; i < d(); i++) {
          Vec<R> sum{};
          for (int j = 0; j < e; j++) sum += block.layer[l].z[t * heads() + h * e + j] * W_O[(h * e + j) * d() + i];
          block.result[t * wide + h * d() + i] = sum;
        }
    tap.both(Site::result, l, views().rows(block.result, wide));
    for (int t = from; t < to; t++)
      for (int i = 0; i < d(); i++) {
        Vec<R> sum = splat<R>(packed[at.layer[l].o.b + i]);
        for (int h = 0; h < spec.n_heads; h++) sum += block.result[t * wide + h * d() + i];
        out[t * d() + i] = sum;
      }
  }

  void mlp(int l, int from, int to, const Tapping<R>& tap) const {
    const LayerBlock<R>& b = block.layer[l];
    Vec<R>* out = stream_after(l);
    tap.both(Site::resid_mid, l, stream(b.mid));
    if (!block.whole && !tap.maps(Site::mlp_out, l) && tap.replaces(Site::mlp_out, l, T() * d(), -1, Site::ln2_scale))
      return finish(Site::mlp_out, l, out, b.mid, from, to, tap);
    norm(b.mid, b.inverse2, b.hat2, from, to, Site::ln2_scale, Site::ln2_normalized, l, tap);
    if (tap.replaces(Site::mlp_out, l, T() * d(), T(), Site::mlp_pre))
      return finish(Site::mlp_out, l, out, b.mid, from, to, tap);
    const bool out_tapped = tap.any(Site::mlp_out, l);
    neurons(l, out, out_tapped ? nullptr : b.mid, from, to, tap);
    if (out_tapped) finish(Site::mlp_out, l, out, b.mid, from, to, tap);
  }

  // The MLP proper, from its norm on; `stream` is what is added to its output, or null.
  void neurons(int l, Vec<R>* out, const Vec<R>* stream, int from, int to, const Tapping<R>& tap) const {
    const LayerBlock<R>& b = block.layer[l];
    const PackedLayer& w = at.layer[l];
    const int m = spec.d_mlp;
    const MlpWeights<R> weights{packed + w.in.W, packed + w.in.b, packed + w.out.W, packed + w.out.b};
    const bool rectified = spec.act == Activation::relu && !block.whole && !tap.any(Site::mlp_pre, l);
    if (rectified && !tap.any(Site::mlp_post, l) && few<R>(d(), [&](auto n) {
          backward_follows ? narrow_mlp<true, R, n>(weights, b.hat2, stream, b.post, out, from, to, m)
                           : narrow_mlp<false, R, n>(weights, b.hat2, stream, b.post, out, from, to, m);
        }))
      return;
    if (rectified) {
      linear<R>(b.hat2, weights.W_in, weights.b_in, b.post, from, to, d(), m, {Then::rectify});
    } else {
      linear<R>(b.hat2, weights.W_in, weights.b_in, b.pre, from, to, d(), m);
      tap.both(Site::mlp_pre, l, views().rows(b.pre, m));
      for (int j = from * m; j < to * m; j++) b.post[j] = activate<R>(spec.act, b.pre[j]);
    }
    tap.both(Site::mlp_post, l, views().rows(b.post, m));
    linear<R>(b.post, weights.W_out, weights.b_out, out, from, to, m, d(),
              {stream ? Then::add : Then::nothing, stream});
  }
};

}  // namespace
