// Scratch memory, cut into arrays.
#pragma once

#include <cstdint>

namespace {

// Cuts one aligned piece of memory into arrays; with no memory it only counts.
class Arena {
 public:
  explicit Arena(void* memory) : base_(static_cast<char*>(memory)) {}
  template <class T>
  T* take(int64_t n) {
    T* at = reinterpret_cast<T*>(base_ + used_);
    used_ += (n * int64_t(sizeof(T)) + 63) / 64 * 64;
    return base_ ? at : nullptr;
  }
  int64_t used() const { return used_; }

 private:
  char* base_;
  int64_t used_ = 0;
};

}  // namespace
