#include "crew.hpp"

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

Scratch::Scratch(int64_t bytes) : memory_(::operator new(size_t(bytes) + 64, std::align_val_t(64))) {}
Scratch::~Scratch() {
  ::operator delete(memory_, std::align_val_t(64));
}

bool share(int64_t n, int threads, int64_t scratch_bytes, volatile bool& cancel,
           const std::function<void(int64_t, void*)>& job, const std::function<bool()>& interrupted) {
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::condition_variable ended;
  std::exception_ptr failure;
  int running = int(std::min<int64_t>(std::max(threads, 1), n));
  const auto work = [&] {
    try {
      const Scratch scratch(scratch_bytes);
      for (int64_t i; !cancel && (i = next++) < n;) job(i, scratch.get());
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      failure = std::current_exception();
      cancel = true;
    }
    const std::lock_guard<std::mutex> lock(mutex);
    if (--running == 0) ended.notify_all();
  };
  std::vector<std::thread> crew;
  for (int t = running; t > 0; t--) {
    try {
      crew.emplace_back(work);
    } catch (const std::system_error&) {  // the machine gives no more threads: those there are do all the work
      const std::lock_guard<std::mutex> lock(mutex);
      running -= t;
      if (crew.empty()) throw;
      break;
    }
  }
  bool stopped = false;
  {
    std::unique_lock<std::mutex> lock(mutex);
    while (!ended.wait_for(lock, std::chrono::milliseconds(50), [&] { return running == 0; })) {
      lock.unlock();
      if (!stopped && interrupted()) cancel = stopped = true;
      lock.lock();
    }
  }
  for (std::thread& t : crew) t.join();
  if (failure) std::rethrow_exception(failure);
  return !stopped;
}

}  // namespace openwork
