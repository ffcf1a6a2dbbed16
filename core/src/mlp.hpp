// An MLP of rectified neurons over a narrow stream, both of its layers at once: what a neuron says goes on while it is
// in a register. Every sum has the order that it has in linear.hpp, layer by layer.
#pragma once

#include "linear.hpp"

namespace {

template <class R>
struct MlpWeights {
  const R *W_in, *b_in, *W_out, *b_out;  // [d][m], [m], [m][d], [d]
};

// P positions: out = stream + W_out max(0, W_in x + b_in) + b_out, without a stream where that is null. With KEEP what
// the neurons say is stored in `post`.
template <bool KEEP, class R, int D, int P>
OPENWORK_INLINE void mlp_tile(const MlpWeights<R>& w, const Vec<R>* __restrict x, const Vec<R>* __restrict stream,
                              Vec<R>* __restrict post, Vec<R>* __restrict out, int m) {
  Vec<R> sum[P][D];
  each<D>([&](auto o) {
    const Vec<R> start = splat<R>(w.b_out[o]);
    each<P>([&](auto p) { sum[p][o] = start; });
  });
  const R* W_out = w.W_out;
  for (int j = 0; j < m; j++, W_out += D) {
    Vec<R> said[P];
    const Vec<R> start = splat<R>(w.b_in[j]);
    each<P>([&](auto p) { said[p] = start; });
    each<D>([&](auto i) {
      const Vec<R> weight = splat<R>((w.W_in + int64_t(i) * m)[j]);
      each<P>([&](auto p) { said[p] += x[p * D + i] * weight; });
    });
    each<P>([&](auto p) {
      said[p] = max<R>(Vec<R>{}, said[p]);
      if constexpr (KEEP) (post + int64_t(p) * m)[j] = said[p];
    });
    each<D>([&](auto o) {
      const Vec<R> weight = splat<R>(W_out[o]);
      each<P>([&](auto p) { sum[p][o] += said[p] * weight; });
    });
  }
  if (stream) each<P>([&](auto p) { each<D>([&](auto o) { sum[p][o] += stream[p * D + o]; }); });
  each<P>([&](auto p) { each<D>([&](auto o) { out[p * D + o] = sum[p][o]; }); });
}

// Positions from .. to of x, stream and out [pos][D] and of post [pos][m].
template <bool KEEP, class R, int D>
__attribute__((noinline)) void narrow_mlp(const MlpWeights<R>& w, const Vec<R>* x, const Vec<R>* stream, Vec<R>* post,
                                          Vec<R>* out, int from, int to, int m) {
  constexpr int P = OPENWORK_TILE;
  const auto tile = [&](auto size, int t) __attribute__((always_inline)) {
    mlp_tile<KEEP, R, D, size>(w, x + t * D, stream ? stream + t * D : nullptr, post + int64_t(t) * m, out + t * D, m);
  };
  int t = from;
  for (; t + P <= to; t += P) tile(Size<P>{}, t);
  for (; t < to; t++) tile(Size<1>{}, t);
}

// The way back, neuron by neuron, from dout [pos][D]: what the neurons said becomes the slope of what they add up, in
// place, and per lane adds to the gradients of W_in, b_in and W_out, which are laid out as those are.
template <class R, int D>
__attribute__((noinline)) void narrow_mlp_gradient(const R* W_out, const Vec<R>* __restrict x, Vec<R>* __restrict post,
                                                   const Vec<R>* __restrict dout, Vec<R>* __restrict dW_in,
                                                   Vec<R>* __restrict db_in, Vec<R>* __restrict dW_out, int from,
                                                   int to, int m) {
  for (int j = 0; j < m; j++, W_out += D, dW_out += D) {
    Vec<R> weight[D], to_in[D], to_out[D], to_bias = db_in[j];
    each<D>([&](auto i) {
      weight[i] = splat<R>(W_out[i]);
      to_in[i] = (dW_in + int64_t(i) * m)[j], to_out[i] = dW_out[i];
    });
    const Vec<R>*here = x + from * D, *above = dout + from * D;
    Vec<R>* neuron = post + int64_t(from) * m + j;
    for (int t = from; t < to; t++, here += D, above += D, neuron += m) {
      const Vec<R> said = once(*neuron);
      Vec<R> slope{};
      each<D>([&](auto o) {
        const Vec<R> g = once(above[o]);
        slope += g * weight[o];
        to_out[o] += said * g;
      });
      slope = where<R>(said > Vec<R>{}, slope);
      *neuron = slope;
      each<D>([&](auto i) { to_in[i] += here[i] * slope; });
      to_bias += slope;
    }
    each<D>([&](auto i) { (dW_in + int64_t(i) * m)[j] = to_in[i], dW_out[i] = to_out[i]; });
    db_in[j] = to_bias;
  }
}

}  // namespace
