// Which inputs a block holds, and how their tokens come into lanes.
#pragma once

#include "lanes.hpp"

namespace {

// The inputs of a block, one a lane; lanes from `count` on repeat the last input and count for nothing.
template <class R>
struct LaneRows {
  int64_t row[Lanes<R>::count];
  int64_t count;

  // Rows first, first + 1 .. of a list.
  static LaneRows listed(const int64_t* list, int64_t first, int64_t end) {
    LaneRows rows;
    rows.count = end - first < Lanes<R>::count ? end - first : Lanes<R>::count;
    for (int l = 0; l < Lanes<R>::count; l++) rows.row[l] = list[first + (l < rows.count ? l : rows.count - 1)];
    return rows;
  }

  // Step number `step` through rows lo .. hi, of which every lane walks a piece of its own. Neighbours in a
  // lexicographic domain differ in their last tokens, so that a step changes little in any lane.
  static LaneRows walking(int64_t lo, int64_t hi, int64_t step) {
    LaneRows rows;
    const int64_t each = steps(lo, hi);
    rows.count = 0;
    for (int l = 0; l < Lanes<R>::count; l++) {
      const int64_t here = lo + l * each + step;
      rows.row[l] = here < hi ? here : hi - 1;
      rows.count += here < hi;
    }
    return rows;
  }
  static int64_t steps(int64_t lo, int64_t hi) { return (hi - lo + Lanes<R>::count - 1) / Lanes<R>::count; }

  // Numbers from .. to of every lane into its row of `out`, whose rows have `n`; value(k) is number k of all lanes.
  // A walk's next step will write beside it, at as many places as there are lanes: they are called for ahead.
  template <class Value>
  void store(R* out, int64_t n, int64_t from, int64_t to, Value value) const {
    constexpr int C = Lanes<R>::count;
    if (to - from >= C) {  // whole squares; the last begins early, over what the one before it wrote
      for (int64_t k = from; k < to; k += C) store_square<C>(out, n, k + C <= to ? k : to - C, C, value);
    } else if (to > from) {
      store_square<0>(out, n, from, int(to - from), value);
    }
  }

  // take(k, x) for all numbers k of a table's rows of `n`, of which x has every lane's.
  template <class Take>
  void read(const R* table, int64_t n, Take take) const {
    constexpr int C = Lanes<R>::count;
    for (int64_t k = 0; k < n; k += C) {
      const int64_t width = n - k < C ? n - k : C;
      Vec<R> square[C];
      for (int l = 0; l < C; l++) {
        const R* here = table + row[l] * n + k;
        square[l] = Vec<R>{};
        width == C ? __builtin_memcpy(&square[l], here, sizeof square[l])
                   : __builtin_memcpy(&square[l], here, size_t(width) * sizeof(R));
        __builtin_prefetch(here + n);
      }
      transpose<R>(square);
      for (int64_t j = 0; j < width; j++) take(k + j, square[j]);
    }
  }

  // Calls for the rows of a table that a walk's next step will read.
  void call_next(const int32_t* table, int n) const {
    for (int64_t l = 0; l < count; l++) call_for<false>(table + (row[l] + 1) * n, 4 * n);
  }

  // Columns 0 .. n-1 of these rows of a table, lanes side by side.
  void load(const int32_t* table, int n, Mask<R>* to) const {
    constexpr int C = Lanes<R>::count;
    for (int t = 0; t < n; t += C) {
      Vec<R> square[C];
      columns(table, n, t, square);
      for (int k = 0; k < C && t + k < n; k++) to[t + k] = (Mask<R>)square[k];
    }
  }

  // The same over what was loaded before. Returns the first column in which a lane changed.
  int load_changes(const int32_t* table, int n, Mask<R>* to) const {
    constexpr int C = Lanes<R>::count;
    int first = n;
    for (int t = 0; t < n; t += C) {
      Vec<R> square[C];
      columns(table, n, t, square);
      for (int k = 0; k < C && t + k < n; k++) {
        if (first == n && any_lane<R>((Mask<R>)square[k] != to[t + k])) first = t + k;
        to[t + k] = (Mask<R>)square[k];
      }
    }
    return first;
  }

 private:
  // WIDTH numbers from `from` on, or `width` where it is 0.
  template <int WIDTH, class Value>
  void store_square(R* out, int64_t n, int64_t from, int width, Value value) const {
    constexpr int C = Lanes<R>::count;
    Vec<R> square[C];
    for (int j = 0; j < C; j++) square[j] = WIDTH || j < width ? value(from + j) : Vec<R>{};
    transpose<R>(square);
    const size_t bytes = size_t(WIDTH ? WIDTH : width) * sizeof(R);
    for (int64_t l = 0; l < count; l++) {
      R* here = out + row[l] * n + from;
      __builtin_memcpy(here, &square[l], bytes);
      __builtin_prefetch(here + n, 1);
    }
  }

  // As many columns from `first` on as there are lanes: rows are read, and turned over. Integers lie in them, whatever
  // they are called; beyond the last column there is anything.
  void columns(const int32_t* table, int n, int first, Vec<R>* square) const {
    for (int l = 0; l < Lanes<R>::count; l++) square[l] = (Vec<R>)first_ints<R>(table + row[l] * n + first, n - first);
    transpose<R>(square);
  }
};

}  // namespace
