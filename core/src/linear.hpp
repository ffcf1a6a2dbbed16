// Linear layers over all positions of a block, in register tiles. Weights are [in][out] scalars that are broadcast.
#pragma once

#include "lanes.hpp"

namespace {

// out[t][o] (+)= bias[o] + sum_i x[t][i] w[i][o] for P positions and O outputs from (t, o).
template <class R, int P, int O, bool ADD>
inline void forward_tile(const Vec<R>* __restrict x, const R* __restrict w, const R* __restrict bias,
                         Vec<R>* __restrict y, int d_in, int d_out) {
  Vec<R> sum[P][O];
  for (int p = 0; p < P; p++)
    for (int o = 0; o < O; o++) sum[p][o] = all<R>(bias ? bias[o] : R(0));
  for (int i = 0; i < d_in; i++) {
    const R* row = w + int64_t(i) * d_out;
    for (int o = 0; o < O; o++) {
      const Vec<R> weight = all<R>(row[o]);
      for (int p = 0; p < P; p++) sum[p][o] += x[int64_t(p) * d_in + i] * weight;
    }
  }
  for (int p = 0; p < P; p++)
    for (int o = 0; o < O; o++) {
      Vec<R>& to = y[int64_t(p) * d_out + o];
      to = ADD ? to + sum[p][o] : sum[p][o];
    }
}

template <class R, int P, bool ADD>
inline void forward_rows(const Vec<R>* __restrict x, const R* __restrict w, const R* __restrict bias,
                         Vec<R>* __restrict y, int d_in, int d_out) {
  int o = 0;
  for (; o + 4 <= d_out; o += 4) forward_tile<R, P, 4, ADD>(x, w + o, bias ? bias + o : nullptr, y + o, d_in, d_out);
  for (; o + 2 <= d_out; o += 2) forward_tile<R, P, 2, ADD>(x, w + o, bias ? bias + o : nullptr, y + o, d_in, d_out);
  for (; o < d_out; o++) forward_tile<R, P, 1, ADD>(x, w + o, bias ? bias + o : nullptr, y + o, d_in, d_out);
}

template <class R, bool ADD = false>
inline void linear(const Vec<R>* x, const R* w, const R* bias, Vec<R>* y, int positions, int d_in, int d_out) {
  constexpr int P = OPENWORK_TILE;
  int t = 0;
  for (; t + P <= positions; t += P)
    forward_rows<R, P, ADD>(x + int64_t(t) * d_in, w, bias, y + int64_t(t) * d_out, d_in, d_out);
  for (; t < positions; t++)
    forward_rows<R, 1, ADD>(x + int64_t(t) * d_in, w, bias, y + int64_t(t) * d_out, d_in, d_out);
}

// dx[t][i] (+)= sum_o dy[t][o] w[i][o]
template <class R, int P, int N, bool ADD>
inline void input_tile(const R* __restrict w, const Vec<R>* __restrict dy, Vec<R>* __restrict dx, int d_in, int d_out) {
  Vec<R> sum[P][N];
  for (int p = 0; p < P; p++)
    for (int i = 0; i < N; i++) sum[p][i] = Vec<R>{};
  for (int o = 0; o < d_out; o++)
    for (int i = 0; i < N; i++) {
      const Vec<R> weight = all<R>(w[int64_t(i) * d_out + o]);
      for (int p = 0; p < P; p++) sum[p][i] += dy[int64_t(p) * d_out + o] * weight;
    }
  for (int p = 0; p < P; p++)
    for (int i = 0; i < N; i++) {
      Vec<R>& to = dx[int64_t(p) * d_in + i];
      to = ADD ? to + sum[p][i] : sum[p][i];
    }
}

template <class R, int P, bool ADD>
inline void input_rows(const R* __restrict w, const Vec<R>* __restrict dy, Vec<R>* __restrict dx, int d_in, int d_out) {
  int i = 0;
  for (; i + 4 <= d_in; i += 4) input_tile<R, P, 4, ADD>(w + int64_t(i) * d_out, dy, dx + i, d_in, d_out);
  for (; i + 2 <= d_in; i += 2) input_tile<R, P, 2, ADD>(w + int64_t(i) * d_out, dy, dx + i, d_in, d_out);
  for (; i < d_in; i++) input_tile<R, P, 1, ADD>(w + int64_t(i) * d_out, dy, dx + i, d_in, d_out);
}

template <class R, bool ADD = false>
inline void linear_input_gradient(const R* w, const Vec<R>* dy, Vec<R>* dx, int positions, int d_in, int d_out) {
  constexpr int P = OPENWORK_TILE;
  int t = 0;
  for (; t + P <= positions; t += P)
    input_rows<R, P, ADD>(w, dy + int64_t(t) * d_out, dx + int64_t(t) * d_in, d_in, d_out);
  for (; t < positions; t++) input_rows<R, 1, ADD>(w, dy + int64_t(t) * d_out, dx + int64_t(t) * d_in, d_in, d_out);
}

// dw[i][o] += sum_t x[t][i] dy[t][o], per lane
template <class R, int N, int O>
inline void weight_tile(const Vec<R>* __restrict x, const Vec<R>* __restrict dy, Vec<R>* __restrict dw, int positions,
                        int d_in, int d_out) {
  Vec<R> sum[N][O];
  for (int i = 0; i < N; i++)
    for (int o = 0; o < O; o++) sum[i][o] = dw[int64_t(i) * d_out + o];
  for (int t = 0; t < positions; t++)
    for (int i = 0; i < N; i++) {
      const Vec<R> value = x[int64_t(t) * d_in + i];
      for (int o = 0; o < O; o++) sum[i][o] += value * dy[int64_t(t) * d_out + o];
    }
  for (int i = 0; i < N; i++)
    for (int o = 0; o < O; o++) dw[int64_t(i) * d_out + o] = sum[i][o];
}

template <class R, int N>
inline void weight_rows(const Vec<R>* __restrict x, const Vec<R>* __restrict dy, Vec<R>* __restrict dw, int positions,
                        int d_in, int d_out) {
  int o = 0;
  for (; o + 4 <= d_out; o += 4) weight_tile<R, N, 4>(x, dy + o, dw + o, positions, d_in, d_out);
  for (; o + 2 <= d_out; o += 2) weight_tile<R, N, 2>(x, dy + o, dw + o, positions, d_in, d_out);
  for (; o < d_out; o++) weight_tile<R, N, 1>(x, dy + o, dw + o, positions, d_in, d_out);
}

template <class R>
inline void linear_weight_gradient(const Vec<R>* x, const Vec<R>* dy, Vec<R>* dw, Vec<R>* dbias, int positions,
                                   int d_in, int d_out) {
  constexpr int N = OPENWORK_TILE;
  for (int o = 0; o < d_out; o++) {
    Vec<R> sum = dbias[o];
    for (int t = 0; t < positions; t++) sum += dy[int64_t(t) * d_out + o];
    dbias[o] = sum;
  }
  int i = 0;
  for (; i + N <= d_in; i += N) weight_rows<R, N>(x + i, dy, dw + int64_t(i) * d_out, positions, d_in, d_out);
  for (; i < d_in; i++) weight_rows<R, 1>(x + i, dy, dw + int64_t(i) * d_out, positions, d_in, d_out);
}

}  // namespace
