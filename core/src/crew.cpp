#include "crew.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace openwork {

using Moment = std::chrono::milliseconds;
constexpr Moment kLook{50};  // between two looks at whether the caller was interrupted

Scratch::Scratch(int64_t bytes) : memory_(::operator new(size_t(bytes) + 64, std::align_val_t(64))) {}
Scratch::~Scratch() {
  ::operator delete(memory_, std::align_val_t(64));
}

struct Crew::State {
  const pid_t process = getpid();
  std::timed_mutex in_use;
  std::mutex mutex;
  std::condition_variable begun, ended;
  std::vector<std::thread> threads;
  const std::function<void(int)>* work = nullptr;
  volatile bool* cancel = nullptr;
  std::exception_ptr failure;
  int64_t call = 0;
  int wanted = 0, running = 0;
  bool over = false;

  void serve(int worker) {
    std::unique_lock<std::mutex> lock(mutex);
    for (int64_t seen = 0;;) {
      begun.wait(lock, [&] { return over || (call != seen && worker < wanted); });
      if (over) return;
      seen = call;
      lock.unlock();
      std::exception_ptr thrown;
      try {
        (*work)(worker);
      } catch (...) {
        thrown = std::current_exception();
      }
      lock.lock();
      if (thrown) {
        failure = thrown;
        *cancel = true;
      }
      if (--running == 0) ended.notify_all();
    }
  }
};

Crew::Crew(int threads) : state_(new State) {
  for (int worker = 0; worker < std::max(threads, 1); worker++) {
    try {
      state_->threads.emplace_back([this, worker] { state_->serve(worker); });
    } catch (const std::system_error&) {  // those there are do all the work
      if (worker == 0) throw;
      break;
    }
  }
}

Crew::~Crew() {
  if (state_->process != getpid()) {  // a fork has no threads but its own: nothing here can be joined or destroyed
    state_.release();
    return;
  }
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->over = true;
  }
  state_->begun.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

int Crew::size() const {
  return int(state_->threads.size());
}

bool Crew::all_at_once(int n, volatile bool& cancel, const std::function<void(int)>& work,
                       const Interrupted& interrupted) {
  State& s = *state_;
  while (!s.in_use.try_lock_for(kLook))
    if (interrupted()) return false;
  const std::lock_guard<std::timed_mutex> ours(s.in_use, std::adopt_lock);
  bool stopped = false;
  std::unique_lock<std::mutex> lock(s.mutex);
  s.work = &work, s.cancel = &cancel, s.failure = nullptr;
  s.wanted = s.running = n;
  s.call++;
  s.begun.notify_all();
  while (!s.ended.wait_for(lock, kLook, [&] { return s.running == 0; })) {
    lock.unlock();
    if (!stopped && interrupted()) cancel = stopped = true;
    lock.lock();
  }
  s.wanted = 0;
  if (s.failure) std::rethrow_exception(s.failure);
  return !stopped;
}

bool Crew::share(int64_t n, int64_t scratch_bytes, volatile bool& cancel,
                 const std::function<void(int64_t, void*)>& job, const Interrupted& interrupted) {
  std::atomic<int64_t> next{0};
  const auto work = [&](int) {
    const Scratch scratch(scratch_bytes);
    for (int64_t i; !cancel && (i = next++) < n;) job(i, scratch.get());
  };
  return all_at_once(int(std::min<int64_t>(size(), n)), cancel, work, interrupted);
}

}  // namespace openwork
