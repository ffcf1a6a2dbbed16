// Linear layers over positions of a block, in register tiles. Weights are [in][out] scalars that are broadcast.
#pragma once

#include "lanes.hpp"
#include "sized.hpp"

namespace {

// What a tile does to each sum before it stores it; t and j number the position and the unit.
struct AsItIs {
  template <class V>
  V operator()(int, int, V sum) const {
    return sum;
  }
};

template <class R>
struct Rectified {
  Vec<R> operator()(int, int, Vec<R> sum) const { return larger<R>(Vec<R>{}, sum); }
};

// Added to what the layer gives: the residual stream that it reads from, for example.
template <class R>
struct Plus {
  const Vec<R>* base;
  int width;
  Vec<R> operator()(int t, int j, Vec<R> sum) const { return sum + base[t * width + j]; }
};

// Nothing passes where the rectified value is 0.
template <class R>
struct WherePositive {
  const Vec<R>* value;
  int width;
  Vec<R> operator()(int t, int j, Vec<R> sum) const { return value[t * width + j] > Vec<R>{} ? sum : Vec<R>{}; }
};

template <class R>
struct TimesSlope {
  const Vec<R>* slope;
  int width;
  Vec<R> operator()(int t, int j, Vec<R> sum) const { return sum * slope[t * width + j]; }
};

// P positions from t, O outputs from o: y[t][o] = after(bias[o] + sum_i x[t][i] w[i][o]).
template <class R, int P, int O, class In, class After>
inline void forward_tile(const Vec<R>* __restrict x, const R* __restrict w, const R* __restrict bias,
                         Vec<R>* __restrict y, int t, int o, In d_in, int d_out, After after) {
  Vec<R> sum[P][O];
  x += t * d_in, w += o;
  each<O>([&](auto k) {
    const Vec<R> start = all<R>(bias[o + k]);
    each<P>([&](auto p) { sum[p][k] = start; });
  });
#pragma GCC unroll 4
  for (int i = 0; i < d_in; i++)
    each<O>([&](auto k) {
      const Vec<R> weight = all<R>(w[i * d_out + k]);
      each<P>([&](auto p) { sum[p][k] += x[p * d_in + i] * weight; });
    });
  each<P>([&](auto p) { each<O>([&](auto k) { y[(t + p) * d_out + o + k] = after(t + p, o + k, sum[p][k]); }); });
}

template <class R, int P, class In, class After>
inline void forward_rows(const Vec<R>* x, const R* w, const R* bias, Vec<R>* y, int t, In d_in, int d_out,
                         After after) {
  int o = 0;
  for (; o + 4 <= d_out; o += 4) forward_tile<R, P, 4>(x, w, bias, y, t, o, d_in, d_out, after);
  for (; o + 2 <= d_out; o += 2) forward_tile<R, P, 2>(x, w, bias, y, t, o, d_in, d_out, after);
  for (; o < d_out; o++) forward_tile<R, P, 1>(x, w, bias, y, t, o, d_in, d_out, after);
}

// Positions from .. to of x [pos][d_in] into y [pos][d_out].
template <class R, class After = AsItIs>
inline void linear(const Vec<R>* x, const R* w, const R* bias, Vec<R>* y, int from, int to, int d_in, int d_out,
                   After after = {}) {
  constexpr int P = OPENWORK_TILE;
  sized(d_in, [&](auto in) {
    int t = from;
    for (; t + P <= to; t += P) forward_rows<R, P>(x, w, bias, y, t, in, d_out, after);
    for (; t < to; t++) forward_rows<R, 1>(x, w, bias, y, t, in, d_out, after);
  });
}

// dx[t][i] = after(sum_o dy[t][o] w[i][o])
template <class R, int P, int N, class Out, class After>
inline void input_tile(const R* __restrict w, const Vec<R>* __restrict dy, Vec<R>* __restrict dx, int t, int i,
                       int d_in, Out d_out, After after) {
  Vec<R> sum[P][N];
  dy += t * d_out, w += i * d_out;
  each<P>([&](auto p) { each<N>([&](auto k) { sum[p][k] = Vec<R>{}; }); });
#pragma GCC unroll 4
  for (int o = 0; o < d_out; o++)
    each<N>([&](auto k) {
      const Vec<R> weight = all<R>(w[k * d_out + o]);
      each<P>([&](auto p) { sum[p][k] += dy[p * d_out + o] * weight; });
    });
  each<P>([&](auto p) { each<N>([&](auto k) { dx[(t + p) * d_in + i + k] = after(t + p, i + k, sum[p][k]); }); });
}

template <class R, int P, class Out, class After>
inline void input_rows(const R* w, const Vec<R>* dy, Vec<R>* dx, int t, int d_in, Out d_out, After after) {
  int i = 0;
  for (; i + 4 <= d_in; i += 4) input_tile<R, P, 4>(w, dy, dx, t, i, d_in, d_out, after);
  for (; i + 2 <= d_in; i += 2) input_tile<R, P, 2>(w, dy, dx, t, i, d_in, d_out, after);
  for (; i < d_in; i++) input_tile<R, P, 1>(w, dy, dx, t, i, d_in, d_out, after);
}

template <class R, class After = AsItIs>
inline void linear_input_gradient(const R* w, const Vec<R>* dy, Vec<R>* dx, int from, int to, int d_in, int d_out,
                                  After after = {}) {
  constexpr int P = OPENWORK_TILE;
  sized(d_out, [&](auto out) {
    int t = from;
    for (; t + P <= to; t += P) input_rows<R, P>(w, dy, dx, t, d_in, out, after);
    for (; t < to; t++) input_rows<R, 1>(w, dy, dx, t, d_in, out, after);
  });
}

// Per lane: dw[i][o] += sum_t x[t][i] dy[t][o], and with BIAS dbias[o] += sum_t dy[t][o].
template <class R, int N, int O, bool BIAS>
inline void weight_tile(const Vec<R>* __restrict x, const Vec<R>* __restrict dy, Vec<R>* __restrict dw,
                        Vec<R>* __restrict dbias, int from, int to, int i, int o, int d_in, int d_out) {
  Vec<R> sum[N][O], bias[O];
  dw += i * d_out + o, x += from * d_in + i, dy += from * d_out + o;
  each<N>([&](auto k) { each<O>([&](auto j) { sum[k][j] = dw[k * d_out + j]; }); });
  each<O>([&](auto j) { bias[j] = Vec<R>{}; });
  for (int t = from; t < to; t++, x += d_in, dy += d_out) {
    if constexpr (BIAS) each<O>([&](auto j) { bias[j] += dy[j]; });
    each<N>([&](auto k) { each<O>([&](auto j) { sum[k][j] += x[k] * dy[j]; }); });
  }
  each<N>([&](auto k) { each<O>([&](auto j) { dw[k * d_out + j] = sum[k][j]; }); });
  if constexpr (BIAS) each<O>([&](auto j) { dbias[o + j] += bias[j]; });
}

template <class R, int N, bool BIAS>
inline void weight_rows(const Vec<R>* x, const Vec<R>* dy, Vec<R>* dw, Vec<R>* dbias, int from, int to, int i, int d_in,
                        int d_out) {
  int o = 0;
  for (; o + 4 <= d_out; o += 4) weight_tile<R, N, 4, BIAS>(x, dy, dw, dbias, from, to, i, o, d_in, d_out);
  for (; o + 2 <= d_out; o += 2) weight_tile<R, N, 2, BIAS>(x, dy, dw, dbias, from, to, i, o, d_in, d_out);
  for (; o < d_out; o++) weight_tile<R, N, 1, BIAS>(x, dy, dw, dbias, from, to, i, o, d_in, d_out);
}

template <class R>
inline void linear_weight_gradient(const Vec<R>* x, const Vec<R>* dy, Vec<R>* dw, Vec<R>* dbias, int from, int to,
                                   int d_in, int d_out) {
  constexpr int N = OPENWORK_TILE;
  int i = d_in < N ? 1 : N;
  if (d_in < N)
    weight_rows<R, 1, true>(x, dy, dw, dbias, from, to, 0, d_in, d_out);
  else
    weight_rows<R, N, true>(x, dy, dw, dbias, from, to, 0, d_in, d_out);
  for (; i + N <= d_in; i += N) weight_rows<R, N, false>(x, dy, dw, dbias, from, to, i, d_in, d_out);
  for (; i < d_in; i++) weight_rows<R, 1, false>(x, dy, dw, dbias, from, to, i, d_in, d_out);
}

}  // namespace
