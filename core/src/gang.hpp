// Threads that share one model's batches: they meet thousands of times a second, so they spin rather than sleep.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "interface.hpp"

namespace openwork {

class Gang {
 public:
  // `size` workers, the calling thread among them; fewer where the machine gives no more threads.
  explicit Gang(int size);
  ~Gang();
  Gang(const Gang&) = delete;
  Gang& operator=(const Gang&) = delete;

  // Its plain form for the kernels.
  Team team();

 private:
  using Job = void (*)(void* of, int64_t i, int32_t worker);

  void run(int64_t n, Job job, void* of);
  void take_part(int32_t worker);
  void serve(int32_t worker);

  std::vector<std::thread> helpers_;
  std::atomic<int64_t> round_{0};  // how many rounds of work were opened
  std::atomic<int64_t> next_{0}, at_work_{0};
  std::atomic<bool> over_{false};
  int64_t n_ = 0;
  Job job_ = nullptr;
  void* of_ = nullptr;
};

}  // namespace openwork
