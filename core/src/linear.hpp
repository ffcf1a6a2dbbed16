// Linear layers over positions of a block, in register tiles. Weights are [in][out] scalars that are broadcast.
#pragma once

#include "lanes.hpp"
#include "sized.hpp"

// Tiles are called from one place each. With 16 registers a call costs a third of a small tile's instructions; a tile
// for 32 registers is large, and inlined it takes the caller's addresses out of their registers.
#if OPENWORK_TILE == 2
#define OPENWORK_TILE_INLINE OPENWORK_INLINE
#else
#define OPENWORK_TILE_INLINE inline
#endif

namespace {

// What a tile does to its sums before it stores them: `with` is laid out like what it stores.
enum class Then {
  nothing,
  rectify,
  add,             // the residual stream that the layer reads from, for example
  where_positive,  // nothing passes where the rectified value is 0
  multiply,        // by an activation's slope
};

template <class R>
struct After {
  Then then = Then::nothing;
  const Vec<R>* with = nullptr;
  const Vec<R>* beside(const Vec<R>* y) const { return with ? with : y; }  // nothing reads it where it is y
};

// walk(f), where f(sum, with, k) is what becomes of a sum beside whose place `with` points. The switch stands outside
// the inner loops: as a template argument it had every tile compiled five times.
template <class R, class Walk>
OPENWORK_INLINE void finished(Then then, const Walk& walk) {
  switch (then) {
    case Then::nothing:
      return walk([](Vec<R> x, const Vec<R>*, auto) { return x; });
    case Then::rectify:
      return walk([](Vec<R> x, const Vec<R>*, auto) { return max<R>(Vec<R>{}, x); });
    case Then::add:
      return walk([](Vec<R> x, const Vec<R>* with, auto k) { return x + with[k]; });
    case Then::where_positive:
      return walk([](Vec<R> x, const Vec<R>* with, auto k) { return where<R>(with[k] > Vec<R>{}, x); });
    case Then::multiply:
      return walk([](Vec<R> x, const Vec<R>* with, auto k) { return x * with[k]; });
  }
}

// Stores a tile at `y`, `width` numbers from one position to the next; `with` is what lies beside it.
template <class R, int P, int O>
OPENWORK_INLINE void store_tile(const Vec<R> (&sum)[P][O], Vec<R>* __restrict y, const Vec<R>* __restrict with,
                                int width, Then then) {
  finished<R>(then, [&](auto finish) __attribute__((always_inline)) {
    each<P>([&](auto p) __attribute__((always_inline)) {
      const int64_t row = int64_t(p) * width;  // a pointer of its own, of which the outputs are fixed offsets
      each<O>([&](auto k) __attribute__((always_inline)) { (y + row)[k] = finish(sum[p][k], with + row, k); });
    });
  });
}

// Weights as a tile reads them: from one input to the next, and from one output to the next.
template <class R>
struct Weights {
  const R* at;
  int64_t by_input, by_output;
  R operator()(int64_t input, int64_t output) const { return at[input * by_input + output * by_output]; }
};

// O outputs of a layer with few inputs, N: y[t][o] = after(bias[o] + sum_i x[t][i] w(i, o)) at positions from .. to.
// Their weights stay in registers, for a tile with so short an inner loop would cost more to begin and to end than to
// do.
template <class R, int N, int O>
OPENWORK_INLINE void strip(const Vec<R>* __restrict x, const Weights<R> w, const R* bias, Vec<R>* __restrict y,
                           int from, int to, int o, int width, const After<R> after) {
  Vec<R> weight[N][O], start[O];
  each<O>([&](auto k) {
    start[k] = bias ? splat<R>(bias[o + k]) : Vec<R>{};
    each<N>([&](auto i) { weight[i][k] = splat<R>(w(i, o + k)); });
  });
  const auto walk = [&](auto finish) __attribute__((always_inline)) {
    int64_t at = int64_t(from) * width + o;
    const Vec<R>* with = after.beside(y);
#pragma GCC unroll 2
    for (int t = from; t < to; t++, at += width) {
      const Vec<R>* here = x + int64_t(t) * N;
      Vec<R> sum[O];
      each<O>([&](auto k) { sum[k] = start[k]; });
      each<N>([&](auto i) {
        const Vec<R> value = once(here[i]);
        each<O>([&](auto k) { sum[k] += value * weight[i][k]; });
      });
      each<O>([&](auto k) { (y + at)[k] = finish(sum[k], with + at, k); });
    }
  };
  finished<R>(after.then, walk);
}

// A function of its own for each N: forward and backward share it.
template <class R, int N>
__attribute__((noinline)) void strips(const Vec<R>* x, const Weights<R>& w, const R* bias, Vec<R>* y, int from, int to,
                                      int width, const After<R>& after) {
  int o = 0;
  for (; o + OPENWORK_TILE <= width; o += OPENWORK_TILE)
    strip<R, N, OPENWORK_TILE>(x, w, bias, y, from, to, o, width, after);
  if constexpr (OPENWORK_TILE > 2)
    for (; o + 2 <= width; o += 2) strip<R, N, 2>(x, w, bias, y, from, to, o, width, after);
  for (; o < width; o++) strip<R, N, 1>(x, w, bias, y, from, to, o, width, after);
}

// P positions from t, O outputs from o: y[t][o] = after(bias[o] + sum_i x[t][i] w[i][o]).
template <class R, int P, int O>
OPENWORK_TILE_INLINE void forward_tile(const Vec<R>* __restrict x, const R* __restrict w, const R* __restrict bias,
                                       Vec<R>* __restrict y, int t, int o, int d_in, int d_out, const After<R>& after) {
  Vec<R> sum[P][O];
  x += t * d_in, w += o;
  each<O>([&](auto k) {
    const Vec<R> start = splat<R>(bias[o + k]);
    each<P>([&](auto p) { sum[p][k] = start; });
  });
#pragma GCC unroll 4
  for (int i = 0; i < d_in; i++) {
    const R* row = w + int64_t(i) * d_out;
    each<O>([&](auto k) {
      const Vec<R> weight = splat<R>(row[k]);
      each<P>([&](auto p) { sum[p][k] += x[p * d_in + i] * weight; });
    });
  }
  const int64_t at = int64_t(t) * d_out + o;
  store_tile<R, P, O>(sum, y + at, after.beside(y) + at, d_out, after.then);
}

// All positions before the next outputs: what a tile needs of the weights stays where it is.
template <class R, int O>
OPENWORK_TILE_INLINE void forward_tiles(const Vec<R>* x, const R* w, const R* bias, Vec<R>* y, int from, int to, int o,
                                        int d_in, int d_out, const After<R>& after) {
  constexpr int P = OPENWORK_TILE;
  int t = from;
  for (; t + P <= to; t += P) forward_tile<R, P, O>(x, w, bias, y, t, o, d_in, d_out, after);
  for (; t < to; t++) forward_tile<R, 1, O>(x, w, bias, y, t, o, d_in, d_out, after);
}

// Positions from .. to of x [pos][d_in] into y [pos][d_out].
template <class R>
inline void linear(const Vec<R>* x, const R* w, const R* bias, Vec<R>* y, int from, int to, int d_in, int d_out,
                   const After<R>& after = {}) {
  if (few<R>(d_in, [&](auto n) { strips<R, n>(x, {w, d_out, 1}, bias, y, from, to, d_out, after); })) return;
  int o = 0;
  for (; o + 4 <= d_out; o += 4) forward_tiles<R, 4>(x, w, bias, y, from, to, o, d_in, d_out, after);
  for (; o + 2 <= d_out; o += 2) forward_tiles<R, 2>(x, w, bias, y, from, to, o, d_in, d_out, after);
  for (; o < d_out; o++) forward_tiles<R, 1>(x, w, bias, y, from, to, o, d_in, d_out, after);
}

// dx[t][i] = after(sum_o dy[t][o] w[i][o])
template <class R, int P, int N>
OPENWORK_TILE_INLINE void input_tile(const R* __restrict w, const Vec<R>* __restrict dy, Vec<R>* __restrict dx, int t,
                                     int i, int d_in, int d_out, const After<R>& after) {
  Vec<R> sum[P][N];
  dy += t * d_out, w += i * d_out;
  each<P>([&](auto p) { each<N>([&](auto k) { sum[p][k] = Vec<R>{}; }); });
#pragma GCC unroll 4
  for (int o = 0; o < d_out; o++)
    each<N>([&](auto k) {
      const Vec<R> weight = splat<R>(w[k * d_out + o]);
      each<P>([&](auto p) { sum[p][k] += dy[p * d_out + o] * weight; });
    });
  const int64_t at = int64_t(t) * d_in + i;
  store_tile<R, P, N>(sum, dx + at, after.beside(dx) + at, d_in, after.then);
}

template <class R, int N>
OPENWORK_TILE_INLINE void input_tiles(const R* w, const Vec<R>* dy, Vec<R>* dx, int from, int to, int i, int d_in,
                                      int d_out, const After<R>& after) {
  constexpr int P = OPENWORK_TILE;
  int t = from;
  for (; t + P <= to; t += P) input_tile<R, P, N>(w, dy, dx, t, i, d_in, d_out, after);
  for (; t < to; t++) input_tile<R, 1, N>(w, dy, dx, t, i, d_in, d_out, after);
}

// A layer with few inputs, N: with their number known a tile has little left to count. A function of its own for each.
template <class R, int N>
__attribute__((noinline)) void narrow_input_gradient(const R* w, const Vec<R>* dy, Vec<R>* dx, int from, int to,
                                                     int d_out, const After<R>& after) {
  constexpr int P = OPENWORK_TILE;
  const auto tile = [&](auto size, int t)
                        __attribute__((always_inline)) { input_tile<R, size, N>(w, dy, dx, t, 0, N, d_out, after); };
  int t = from;
  for (; t + P <= to; t += P) tile(Size<P>{}, t);
  for (; t < to; t++) tile(Size<1>{}, t);
}

template <class R>
inline void linear_input_gradient(const R* w, const Vec<R>* dy, Vec<R>* dx, int from, int to, int d_in, int d_out,
                                  const After<R>& after = {}) {
  if (few<R>(d_out, [&](auto n) { strips<R, n>(dy, {w, 1, d_out}, nullptr, dx, from, to, d_in, after); })) return;
  if (few<R>(d_in, [&](auto n) { narrow_input_gradient<R, n>(w, dy, dx, from, to, d_out, after); })) return;
  int i = 0;
  for (; i + 4 <= d_in; i += 4) input_tiles<R, 4>(w, dy, dx, from, to, i, d_in, d_out, after);
  for (; i + 2 <= d_in; i += 2) input_tiles<R, 2>(w, dy, dx, from, to, i, d_in, d_out, after);
  for (; i < d_in; i++) input_tiles<R, 1>(w, dy, dx, from, to, i, d_in, d_out, after);
}

// Per lane: dw[i][o] += sum_t x[t][i] dy[t][o].
template <class R, int N, int O>
OPENWORK_TILE_INLINE void weight_tile(const Vec<R>* __restrict x, const Vec<R>* __restrict dy, Vec<R>* __restrict dw,
                                      int from, int to, int i, int o, int d_in, int d_out) {
  Vec<R> sum[N][O];
  dw += i * d_out + o, x += from * d_in + i, dy += from * d_out + o;
  each<N>([&](auto k) { each<O>([&](auto j) { sum[k][j] = (dw + int64_t(k) * d_out)[j]; }); });
#pragma GCC unroll 2
  for (int t = from; t < to; t++, x += d_in, dy += d_out)
    each<N>([&](auto k) { each<O>([&](auto j) { sum[k][j] += x[k] * dy[j]; }); });
  each<N>([&](auto k) { each<O>([&](auto j) { (dw + int64_t(k) * d_out)[j] = sum[k][j]; }); });
}

// dbias[o] += sum_t dy[t][o]: apart from the weights, whose sums fill the registers.
template <class R, int O>
OPENWORK_TILE_INLINE void bias_tile(const Vec<R>* __restrict dy, Vec<R>* __restrict dbias, int from, int to, int o,
                                    int d_out) {
  Vec<R> sum[O];
  dy += from * d_out + o;
  each<O>([&](auto j) { sum[j] = dbias[o + j]; });
#pragma GCC unroll 2
  for (int t = from; t < to; t++, dy += d_out) each<O>([&](auto j) { sum[j] += dy[j]; });
  each<O>([&](auto j) { dbias[o + j] = sum[j]; });
}

template <class R>
inline void bias_gradient(const Vec<R>* dy, Vec<R>* dbias, int from, int to, int d_out) {
  int o = 0;
  for (; o + 4 <= d_out; o += 4) bias_tile<R, 4>(dy, dbias, from, to, o, d_out);
  for (; o < d_out; o++) bias_tile<R, 1>(dy, dbias, from, to, o, d_out);
}

template <class R, int N>
OPENWORK_TILE_INLINE void weight_rows(const Vec<R>* x, const Vec<R>* dy, Vec<R>* dw, int from, int to, int i, int d_in,
                                      int d_out) {
  int o = 0;
  for (; o + 4 <= d_out; o += 4) weight_tile<R, N, 4>(x, dy, dw, from, to, i, o, d_in, d_out);
  for (; o + 2 <= d_out; o += 2) weight_tile<R, N, 2>(x, dy, dw, from, to, i, o, d_in, d_out);
  for (; o < d_out; o++) weight_tile<R, N, 1>(x, dy, dw, from, to, i, o, d_in, d_out);
}

// The same of a layer with few inputs, N, and O outputs from o, with the bias: there is room for it.
template <class R, int N, int O>
OPENWORK_INLINE void narrow_weight_tile(const Vec<R>* __restrict x, const Vec<R>* __restrict dy, Vec<R>* __restrict dw,
                                        Vec<R>* __restrict dbias, int from, int to, int o, int d_out) {
  Vec<R> sum[N][O], bias[O];
  dw += o, dbias += o, x += from * N, dy += from * d_out + o;
  each<O>([&](auto j) {
    bias[j] = dbias[j];
    each<N>([&](auto k) { sum[k][j] = (dw + int64_t(k) * d_out)[j]; });
  });
  for (int t = from; t < to; t++, x += N, dy += d_out) {
    Vec<R> slope[O];
    each<O>([&](auto j) { slope[j] = once(dy[j]), bias[j] += slope[j]; });
    each<N>([&](auto k) {
      const Vec<R> value = once(x[k]);
      each<O>([&](auto j) { sum[k][j] += value * slope[j]; });
    });
  }
  each<O>([&](auto j) {
    dbias[j] = bias[j];
    each<N>([&](auto k) { (dw + int64_t(k) * d_out)[j] = sum[k][j]; });
  });
}

template <class R, int N>
__attribute__((noinline)) void narrow_weight_gradient(const Vec<R>* x, const Vec<R>* dy, Vec<R>* dw, Vec<R>* dbias,
                                                      int from, int to, int d_out) {
  constexpr int O = N < 2 * OPENWORK_TILE ? 4 : 2;  // what fits in registers beside the bias
  int o = 0;
  for (; o + O <= d_out; o += O) narrow_weight_tile<R, N, O>(x, dy, dw, dbias, from, to, o, d_out);
  for (; o + 2 <= d_out; o += 2) narrow_weight_tile<R, N, 2>(x, dy, dw, dbias, from, to, o, d_out);
  for (; o < d_out; o++) narrow_weight_tile<R, N, 1>(x, dy, dw, dbias, from, to, o, d_out);
}

template <class R>
inline void linear_weight_gradient(const Vec<R>* x, const Vec<R>* dy, Vec<R>* dw, Vec<R>* dbias, int from, int to,
                                   int d_in, int d_out) {
  if (few<R>(d_in, [&](auto n) { narrow_weight_gradient<R, n>(x, dy, dw, dbias, from, to, d_out); })) return;
  constexpr int N = OPENWORK_TILE;
  int i = 0;
  for (; i + N <= d_in; i += N) weight_rows<R, N>(x, dy, dw, from, to, i, d_in, d_out);
  for (; i < d_in; i++) weight_rows<R, 1>(x, dy, dw, from, to, i, d_in, d_out);
  bias_gradient<R>(dy, dbias, from, to, d_out);
}

}  // namespace
