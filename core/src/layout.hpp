// Where each weight lies in a model's flat array: the order of openwork/models/weights.py.
#pragma once

#include "interface.hpp"

namespace {

using openwork::Norm;
using openwork::Spec;

constexpr int kMaxLayers = 64;

struct NormAt {
  int64_t w = -1, b = -1;
};

struct LayerAt {
  NormAt ln1, ln2;
  int64_t W_Q, W_K, W_V, b_Q, b_K, b_V, W_O, b_O, W_in, b_in, W_out, b_out;
};

struct Layout {
  int64_t W_E, W_pos = -1, W_U, b_U, total = 0;
  LayerAt layer[kMaxLayers];
  NormAt ln_final;

  explicit Layout(const Spec& s) {
    const int64_t d = s.d_model, heads = int64_t(s.n_heads) * s.d_head;
    W_E = take(s.d_vocab * d);
    if (s.positions) W_pos = take(s.n_ctx * d);
    for (int l = 0; l < s.n_layers; l++) {
      LayerAt& at = layer[l];
      at.ln1 = take_norm(s);
      at.W_Q = take(heads * d), at.W_K = take(heads * d), at.W_V = take(heads * d);
      at.b_Q = take(heads), at.b_K = take(heads), at.b_V = take(heads);
      at.W_O = take(heads * d), at.b_O = take(d);
      if (s.d_mlp == 0) continue;
      at.ln2 = take_norm(s);
      at.W_in = take(d * s.d_mlp), at.b_in = take(s.d_mlp);
      at.W_out = take(s.d_mlp * d), at.b_out = take(d);
    }
    ln_final = take_norm(s);
    W_U = take(d * s.d_vocab_out);
    b_U = take(s.d_vocab_out);
  }

 private:
  int64_t take(int64_t n) {
    const int64_t at = total;
    total += n;
    return at;
  }
  NormAt take_norm(const Spec& s) {
    NormAt at;
    if (s.norm == Norm::ln || s.norm == Norm::rms) at.w = take(s.d_model);
    if (s.norm == Norm::ln) at.b = take(s.d_model);
    return at;
  }
};

}  // namespace
