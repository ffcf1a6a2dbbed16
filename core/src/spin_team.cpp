#include "spin_team.hpp"

#include <thread>

namespace openwork {

namespace {

constexpr int kSpins = 20000;  // looks before a waiting thread lets others have the core: more than a step's rest takes

template <class Ready>
void wait_until(Ready ready) {
  for (int spins = 0; !ready(); spins++)
    if (spins >= kSpins) std::this_thread::yield();
}

}  // namespace

Workers SpinTeam::workers() {
  const auto call = [](void* self, int64_t n, Job job, void* of) { static_cast<SpinTeam*>(self)->run(n, job, of); };
  return {this, size_, call};
}

void SpinTeam::run(int64_t n, Job job, void* of) {
  n_ = n, job_ = job, of_ = of;
  next_ = 0;
  at_work_ = size_ - 1;
  round_++;
  take_part(0);
  wait_until([this] { return at_work_ == 0; });
}

void SpinTeam::finish() {
  over_ = true;
  round_++;
}

void SpinTeam::take_part(int32_t worker) {
  for (int64_t i; (i = next_++) < n_;) job_(of_, i, worker);
}

void SpinTeam::serve(int32_t worker) {
  for (int64_t seen = 0;; seen++) {
    wait_until([this, seen] { return round_ != seen; });
    if (over_) return;
    take_part(worker);
    at_work_--;
  }
}

}  // namespace openwork
