// Workers that share one model's batches: they meet thousands of times a second, so they spin rather than sleep.
#pragma once

#include <atomic>
#include <cstdint>

#include "interface.hpp"

namespace openwork {

class SpinTeam {
 public:
  // `size` workers: a leader, and size - 1 helpers who call `serve`.
  explicit SpinTeam(int size) : size_(size) {}
  SpinTeam(const SpinTeam&) = delete;
  SpinTeam& operator=(const SpinTeam&) = delete;

  // The leader's: its plain form for the kernels, and the end of all work.
  Workers workers();
  void finish();

  // A helper's, from 1 to size - 1: takes part in the work until `finish`.
  void serve(int32_t worker);

 private:
  using Job = void (*)(void* of, int64_t i, int32_t worker);

  void run(int64_t n, Job job, void* of);
  void take_part(int32_t worker);

  const int size_;
  // Each on a cache line of its own: some are watched while others change.
  alignas(64) std::atomic<int64_t> round_{0};  // how many rounds of work were opened
  alignas(64) std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<int64_t> at_work_{0};
  std::atomic<bool> over_{false};
  int64_t n_ = 0;
  Job job_ = nullptr;
  void* of_ = nullptr;
};

}  // namespace openwork
