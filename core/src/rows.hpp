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
  // As many columns from `first` on as there are lanes: rows are read, and turned over. Integers lie in them, whatever
  // they are called; beyond the last column there is anything.
  void columns(const int32_t* table, int n, int first, Vec<R>* square) const {
    for (int l = 0; l < Lanes<R>::count; l++) square[l] = (Vec<R>)first_ints<R>(table + row[l] * n + first, n - first);
    transpose<R>(square);
  }
};

}  // namespace
