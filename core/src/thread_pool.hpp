// Threads that stay: starting one for every call costs more than a call, for the system takes its time to give a new
// thread a core of its own. They sleep between calls.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "stop_flag.hpp"

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

class ThreadPool {
 public:
  using Interrupted = std::function<bool()>;

  // Up to `threads` of them; fewer where the machine gives no more, but one at least or std::system_error.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const;
  // Whether this process has its threads: one that was forked since has none, and must not use it.
  bool is_here() const;

  // Calls work(0) .. work(n-1), n at most size(), each on a thread of its own, and returns when all have returned.
  // `interrupted`, which throws nothing, is asked now and then on the calling thread; once it says true (or a call
  // throws), `cancel` is set, and false is returned (or the exception rethrown). Callers on other threads get their
  // turns in the order in which they came; one on the same thread, such as a signal handler that `interrupted` runs,
  // gets threads of its own. Where `interrupted` forks the process, the call throws in the new one, which has none of
  // the threads.
  bool all_at_once(int n, StopFlag& cancel, const std::function<void(int)>& work, const Interrupted& interrupted);

  // Calls job(i, scratch) for i in 0..n-1, shared among all; each job must write to its own place only, so the result
  // does not depend on who does it. No new job starts once `cancel` is set. Returns as all_at_once does.
  bool share(int64_t n, int64_t scratch_bytes, StopFlag& cancel, const std::function<void(int64_t, void*)>& job,
             const Interrupted& interrupted);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace openwork
