// Calls from Python that let go of its lock: they can be interrupted, and the interpreter's end waits for them.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace openwork {

namespace nb = nanobind;

// What the end of the interpreter waits for: calls on other threads than the main one, from before they let go of the
// GIL until they have it again. After it, taking the GIL would end such a thread within this code, and with it the
// process.
inline std::atomic<int64_t> calls_aside{0};
inline std::atomic<bool> at_end{false};

inline bool on_main_thread() {
  const nb::module_ threading = nb::module_::import_("threading");
  return threading.attr("main_thread")().attr("ident").equal(threading.attr("get_ident")());
}

// Python runs signal handlers on the main thread only.
inline bool signalled() {
  const nb::gil_scoped_acquire gil;
  return PyErr_CheckSignals() != 0;
}

// Called at exit, before Python ends: stops the calls on other threads, which never return, and waits for that.
inline void end_calls_aside() {
  at_end = true;
  const nb::gil_scoped_release release;
  while (calls_aside > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// A call on another thread than the main one.
struct CallAside {
  CallAside() {
    if (at_end) throw std::runtime_error("Python is ending: no other thread can run a model any more");
    calls_aside++;
  }
  ~CallAside() { calls_aside--; }
  CallAside(const CallAside&) = delete;
  CallAside& operator=(const CallAside&) = delete;
  static bool interrupted() { return at_end; }
  [[noreturn]] static void never_return() {
    for (calls_aside--;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
};

// Calls work(interrupted), which uses a pool, without the GIL; what a signal handler raised is raised here.
template <class Work>
void without_gil(Work work) {
  if (on_main_thread()) {
    bool done;
    {
      const nb::gil_scoped_release release;
      done = work(signalled);
    }
    if (!done) throw nb::python_error();
    return;
  }
  const CallAside aside;
  const nb::gil_scoped_release release;
  if (!work(CallAside::interrupted)) CallAside::never_return();
}

}  // namespace openwork
