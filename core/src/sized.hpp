// Sizes as compile-time constants, so that loops over them unroll and their sums stay in registers.
#pragma once

namespace {

template <int N>
struct Size {
  constexpr operator int() const { return N; }
};

// f of `n`, as a constant where it is one of these sizes. By reference and inlined: a closure that is copied is written
// field by field and read back whole, and that read waits for the writes.
template <int... COMMON, class F>
inline __attribute__((always_inline)) void sized_among(int n, F&& f) {
  if (!((n == COMMON && (f(Size<COMMON>{}), true)) || ...)) f(n);
}

// f of a width; of a vocabulary.
template <class F>
inline __attribute__((always_inline)) void sized(int n, F&& f) {
  sized_among<1, 2, 4, 8, 16>(n, f);
}

template <class F>
inline __attribute__((always_inline)) void sized_vocabulary(int n, F&& f) {
  sized_among<2, 3, 4, 5, 6, 8, 10, 11>(n, f);
}

// f of 0 .. N-1, each a constant. Arrays indexed so are registers from the start; a loop that the compiler unrolls
// later leaves them in memory.
template <int N, int I = 0, class F>
inline __attribute__((always_inline)) void each(F&& f) {
  if constexpr (I < N) {
    f(Size<I>{});
    each<N, I + 1>(f);
  }
}

}  // namespace
