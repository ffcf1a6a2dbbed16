// Says from one thread to others that they may stop.
#pragma once

namespace openwork {

// No order hangs on when the others see it. No std::atomic: its functions have external linkage, and the linker would
// merge those of the levels. These are small enough to be compiled in place, and are so even where nothing else is.
class StopFlag {
 public:
  __attribute__((always_inline)) void set() { __atomic_store_n(&set_, true, __ATOMIC_RELAXED); }
  __attribute__((always_inline)) bool is_set() const { return __atomic_load_n(&set_, __ATOMIC_RELAXED); }

 private:
  bool set_ = false;
};

}  // namespace openwork
