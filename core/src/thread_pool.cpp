#include "thread_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <list>
#include <mutex>
#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

namespace openwork {

using Moment = std::chrono::milliseconds;
constexpr Moment kLook{50};  // between two looks at whether the caller was interrupted

// How many forks lead from the first process here to this one. A process number would do until one is given out again.
std::atomic<int64_t> forks{0};
[[maybe_unused]] const int counting_forks = pthread_atfork(nullptr, nullptr, [] { forks++; });

Scratch::Scratch(int64_t bytes) : memory_(::operator new(size_t(bytes) + 64, std::align_val_t(64))) {}
Scratch::~Scratch() {
  ::operator delete(memory_, std::align_val_t(64));
}

[[noreturn]] void forked() {
  throw std::runtime_error("this process was forked while a model ran: what ran is lost here, run it again");
}

// Whose call it is: first come, first served, so that a thread that calls again and again leaves others their turns.
class Turns {
 public:
  // Waits for a turn; false if the caller was interrupted, who then has none. Throws where `interrupted` forks.
  bool take(const ThreadPool::Interrupted& interrupted) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto mine = asked_.insert(asked_.end(), std::this_thread::get_id());
    while (mine != asked_.begin()) {
      if (moved_.wait_for(lock, kLook) == std::cv_status::no_timeout) continue;
      lock.unlock();
      const bool stop = interrupted();
      if (fork_ != forks) forked();  // who held the lock then holds it here for ever
      lock.lock();
      if (!stop) continue;
      asked_.erase(mine);
      moved_.notify_all();
      return false;
    }
    return true;
  }

  // Whether this thread has the turn or waits for it.
  bool asked() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::find(asked_.begin(), asked_.end(), std::this_thread::get_id()) != asked_.end();
  }

  // In a fork nobody is left to whom the next turn could go.
  void leave() {
    if (fork_ != forks) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    asked_.pop_front();
    moved_.notify_all();
  }

 private:
  const int64_t fork_ = forks;
  std::mutex mutex_;
  std::condition_variable moved_;
  std::list<std::thread::id> asked_;  // the first has its turn
};

struct ThreadPool::State {
  const int64_t fork = forks;
  Turns turns;
  std::mutex mutex;
  std::condition_variable begun, ended;
  std::vector<std::thread> threads;
  const std::function<void(int)>* work = nullptr;
  StopFlag* cancel = nullptr;
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
        cancel->set();
      }
      if (--running == 0) ended.notify_all();
    }
  }
};

ThreadPool::ThreadPool(int threads) : state_(new State) {
  for (int worker = 0; worker < std::max(threads, 1); worker++) {
    try {
      state_->threads.emplace_back([this, worker] { state_->serve(worker); });
    } catch (const std::system_error&) {  // those there are do all the work
      if (worker == 0) throw;
      break;
    }
  }
}

ThreadPool::~ThreadPool() {
  if (!is_here()) {  // nothing here can be joined or destroyed
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

bool ThreadPool::is_here() const {
  return state_->fork == forks;
}

int ThreadPool::size() const {
  return int(state_->threads.size());
}

bool ThreadPool::all_at_once(int n, StopFlag& cancel, const std::function<void(int)>& work,
                             const Interrupted& interrupted) {
  State& s = *state_;
  if (s.turns.asked()) {
    ThreadPool own(n);
    if (own.size() < n) throw std::runtime_error("the system gives no more threads: run fewer at once");
    return own.all_at_once(n, cancel, work, interrupted);
  }
  if (!s.turns.take(interrupted)) return false;
  struct Turn {
    Turns& turns;
    ~Turn() { turns.leave(); }
  } const ours{s.turns};
  bool stopped = false;
  std::unique_lock<std::mutex> lock(s.mutex);
  s.work = &work, s.cancel = &cancel, s.failure = nullptr;
  s.wanted = s.running = n;
  s.call++;
  s.begun.notify_all();
  while (!s.ended.wait_for(lock, kLook, [&] { return s.running == 0; })) {
    lock.unlock();
    if (!stopped && interrupted()) {
      cancel.set();
      stopped = true;
    }
    if (!is_here()) {
      if (stopped) return false;
      forked();
    }
    lock.lock();
  }
  s.wanted = 0;
  if (s.failure) std::rethrow_exception(s.failure);
  return !stopped;
}

bool ThreadPool::share(int64_t n, int64_t scratch_bytes, StopFlag& cancel,
                       const std::function<void(int64_t, void*)>& job, const Interrupted& interrupted) {
  std::atomic<int64_t> next{0};
  const auto work = [&](int) {
    const Scratch scratch(scratch_bytes);
    for (int64_t i; !cancel.is_set() && (i = next++) < n;) job(i, scratch.get());
  };
  return all_at_once(int(std::min<int64_t>(size(), n)), cancel, work, interrupted);
}

}  // namespace openwork
