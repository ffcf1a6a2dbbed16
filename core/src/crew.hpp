// Work shared among threads, stopped by Ctrl-C within a twentieth of a second.
#pragma once

#include <cstdint>
#include <functional>

namespace openwork {

// Aligned memory for one thread.
class Scratch {
 public:
  explicit Scratch(int64_t bytes);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  void* get() const { return memory_; }

 private:
  void* memory_;
};

// Calls job(i, scratch) for i in 0..n-1 on up to `threads` threads; each job must write to its own place only, so the
// result does not depend on who does it. `interrupted` is asked now and then on the calling thread; once it says true
// (or a job throws), `cancel` is set, no new job starts, and false is returned (or the exception rethrown).
bool share(int64_t n, int threads, int64_t scratch_bytes, volatile bool& cancel,
           const std::function<void(int64_t, void*)>& job, const std::function<bool()>& interrupted);

}  // namespace openwork
