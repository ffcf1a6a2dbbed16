// The weights as the kernels read them: Q, K and V of all heads side by side, and each norm's own weights folded into
// the layer that reads the norm, so that no position pays for them.
#pragma once

#include "lanes.hpp"
#include "layout.hpp"

namespace {

constexpr int kTableColumn = 16;  // numbers, at least as many as there are lanes

struct LinearAt {
  int64_t W = 0, b = 0;  // [in][out], [out]
};

struct PackedLayer {
  LinearAt qkv, o, in, out;
};

struct PackedLayout {
  int64_t W_E, W_pos = -1, total = 0;
  int64_t table, room;  // behind all weights, for passes only: W_E again, each of its columns in one vector
  PackedLayer layer[kMaxLayers];
  LinearAt unembed;

  explicit PackedLayout(const Spec& s) {
    const int64_t d = s.d_model, heads = int64_t(s.n_heads) * s.d_head;
    W_E = take(s.d_vocab * d);
    if (s.positions) W_pos = take(s.n_ctx * d);
    for (int l = 0; l < s.n_layers; l++) {
      layer[l].qkv = take_linear(d, 3 * heads), layer[l].o = take_linear(heads, d);
      if (s.d_mlp) layer[l].in = take_linear(d, s.d_mlp), layer[l].out = take_linear(s.d_mlp, d);
    }
    unembed = take_linear(d, s.d_vocab_out);
    table = (total + kTableColumn - 1) / kTableColumn * kTableColumn;
    room = table + d * kTableColumn;
  }

 private:
  int64_t take(int64_t n) {
    const int64_t at = total;
    total += n;
    return at;
  }
  LinearAt take_linear(int64_t d_in, int64_t d_out) {
    LinearAt at;
    at.W = take(d_in * d_out), at.b = take(d_out);
    return at;
  }
};

// Calls f(number in the flat weights, number in the packed ones) for every Q, K and V weight of a layer.
template <class F>
void for_qkv(const Spec& s, const LayerAt& at, const LinearAt& to, F f) {
  const int heads = s.n_heads * s.d_head;
  const int64_t matrix[3] = {at.W_Q, at.W_K, at.W_V}, bias[3] = {at.b_Q, at.b_K, at.b_V};
  for (int part = 0; part < 3; part++) {
    for (int h = 0; h < s.n_heads; h++)
      for (int i = 0; i < s.d_model; i++)
        for (int e = 0; e < s.d_head; e++)
          f(matrix[part] + (int64_t(h) * s.d_model + i) * s.d_head + e,
            to.W + int64_t(i) * 3 * heads + part * heads + h * s.d_head + e);
    for (int j = 0; j < heads; j++) f(bias[part] + j, to.b + part * heads + j);
  }
}

template <class F>
void for_linear(int64_t W, int64_t b, const LinearAt& to, int64_t d_in, int64_t d_out, F f) {
  for (int64_t i = 0; i < d_in * d_out; i++) f(W + i, to.W + i);
  for (int64_t j = 0; j < d_out; j++) f(b + j, to.b + j);
}

// Calls f(flat, packed) for every weight that both have, that is all but those of the norms.
template <class F>
void for_weights(const Spec& s, const Layout& at, const PackedLayout& to, F f) {
  const int64_t d = s.d_model, heads = int64_t(s.n_heads) * s.d_head;
  for (int64_t i = 0; i < s.d_vocab * d; i++) f(at.W_E + i, to.W_E + i);
  if (s.positions)
    for (int64_t i = 0; i < s.n_ctx * d; i++) f(at.W_pos + i, to.W_pos + i);
  for (int l = 0; l < s.n_layers; l++) {
    const LayerAt& from = at.layer[l];
    for_qkv(s, from, to.layer[l].qkv, f);
    for_linear(from.W_O, from.b_O, to.layer[l].o, heads, d, f);
    if (!s.d_mlp) continue;
    for_linear(from.W_in, from.b_in, to.layer[l].in, d, s.d_mlp, f);
    for_linear(from.W_out, from.b_out, to.layer[l].out, s.d_mlp, d, f);
  }
  for_linear(at.W_U, at.b_U, to.unembed, d, s.d_vocab_out, f);
}

// Calls f(norm, layer that reads it, that layer's outputs) for every norm that has weights.
template <class F>
void for_norms(const Spec& s, const Layout& at, const PackedLayout& to, F f) {
  if (s.norm != Norm::ln && s.norm != Norm::rms) return;
  for (int l = 0; l < s.n_layers; l++) {
    f(at.layer[l].ln1, to.layer[l].qkv, 3 * s.n_heads * s.d_head);
    if (s.d_mlp) f(at.layer[l].ln2, to.layer[l].in, s.d_mlp);
  }
  f(at.ln_final, to.unembed, s.d_vocab_out);
}

// (x * w + b) W + c is x W' + c' with W' = diag(w) W and c' = b W + c.
template <class R>
void pack(const Spec& s, const Layout& at, const PackedLayout& to, const R* weights, R* packed) {
  for_weights(s, at, to, [&](int64_t from, int64_t i) { packed[i] = weights[from]; });
  for_norms(s, at, to, [&](const NormAt& norm, const LinearAt& linear, int n) {
    R* W = packed + linear.W;
    for (int i = 0; i < s.d_model; i++)
      for (int j = 0; j < n; j++) {
        R& weight = W[int64_t(i) * n + j];
        if (norm.b >= 0) packed[linear.b + j] += weights[norm.b + i] * weight;
        weight *= weights[norm.w + i];
      }
  });
  for (int64_t v = 0; v < s.d_vocab && v < Lanes<R>::count; v++)
    for (int64_t i = 0; i < s.d_model; i++)
      packed[to.table + i * kTableColumn + v] = weights[at.W_E + v * s.d_model + i];
}

// The gradient of the flat weights from that of the packed ones, which it uses up. `unfolded` is scratch, as long.
template <class R>
void unpack_gradient(const Spec& s, const Layout& at, const PackedLayout& to, const R* weights, R* packed, R* unfolded,
                     R* gradient) {
  for_weights(s, at, to, [&](int64_t from, int64_t i) { unfolded[i] = weights[from]; });
  for_norms(s, at, to, [&](const NormAt& norm, const LinearAt& linear, int n) {
    for (int i = 0; i < s.d_model; i++) {
      R dw = 0, db = 0;
      const R w = weights[norm.w + i], b = norm.b >= 0 ? weights[norm.b + i] : R(0);
      for (int j = 0; j < n; j++) {
        const int64_t at_weight = linear.W + int64_t(i) * n + j;
        R& slope = packed[at_weight];
        dw += unfolded[at_weight] * slope;
        db += unfolded[at_weight] * packed[linear.b + j];
        slope = w * slope + b * packed[linear.b + j];
      }
      gradient[norm.w + i] = dw;
      if (norm.b >= 0) gradient[norm.b + i] = db;
    }
  });
  for_weights(s, at, to, [&](int64_t from, int64_t i) { gradient[from] = packed[i]; });
}

}  // namespace
