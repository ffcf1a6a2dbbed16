#include "gang.hpp"

#include <system_error>

namespace openwork {

namespace {

constexpr int kSpins = 20000;  // looks before a waiting thread lets others have the core: more than a step's rest takes

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

template <class Ready>
void wait_until(Ready ready) {
  for (int spins = 0; !ready(); spins++)
    if (spins < kSpins)
      pause();
    else
      std::this_thread::yield();
}

}  // namespace

Gang::Gang(int size) {
  for (int32_t worker = 1; worker < size; worker++) {
    try {
      helpers_.emplace_back([this, worker] { serve(worker); });
    } catch (const std::system_error&) {  // those there are do all the work
      break;
    }
  }
}

Gang::~Gang() {
  over_ = true;
  round_++;
  for (std::thread& helper : helpers_) helper.join();
}

Team Gang::team() {
  const auto call = [](void* self, int64_t n, Job job, void* of) { static_cast<Gang*>(self)->run(n, job, of); };
  return {this, int32_t(helpers_.size()) + 1, call};
}

void Gang::run(int64_t n, Job job, void* of) {
  n_ = n, job_ = job, of_ = of;
  next_ = 0;
  at_work_ = int64_t(helpers_.size());
  round_++;
  take_part(0);
  wait_until([this] { return at_work_ == 0; });
}

void Gang::take_part(int32_t worker) {
  for (int64_t i; (i = next_++) < n_;) job_(of_, i, worker);
}

void Gang::serve(int32_t worker) {
  for (int64_t seen = 0;; seen++) {
    wait_until([this, seen] { return round_ != seen; });
    if (over_) return;
    take_part(worker);
    at_work_--;
  }
}

}  // namespace openwork
