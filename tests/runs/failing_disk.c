/* A disk that fails: loaded before the C library (LD_PRELOAD), it has one write below a folder fail, or all from one on.
 * What counts as a write is every call that a full or broken disk refuses: of Python, of SQLite and of safetensors. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX];
static long at, seen;
static int reason, once;

/* From now on the `number`th write below `under` fails with `error`, alone or with all after it; none where it is 0. */
void failing_disk(const char *under, long number, int error, int alone) {
    snprintf(folder, sizeof folder, "%s", under);
    at = number, reason = error, once = alone, seen = 0;
}

/* Writes since then. */
long failing_disk_seen(void) { return seen; }

static int fails_at(const char *path) {
    if (!folder[0] || strncmp(path, folder, strlen(folder))) return 0;
    seen++;
    if (!at || (once ? seen != at : seen < at)) return 0;
    errno = reason;
    return 1;
}

static int fails_on(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = folder[0] ? readlink(link, path, sizeof path - 1) : -1;
    if (length < 0) return 0;
    path[length] = 0;
    return fails_at(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int f, const void *data, size_t n) { return fails_on(f) ? -1 : REAL(write)(f, data, n); }
ssize_t pwrite(int f, const void *data, size_t n, off_t to) { return fails_on(f) ? -1 : REAL(pwrite)(f, data, n, to); }
ssize_t pwrite64(int f, const void *data, size_t n, off64_t to) {
    return fails_on(f) ? -1 : REAL(pwrite64)(f, data, n, to);
}
int fsync(int f) { return fails_on(f) ? -1 : REAL(fsync)(f); }
int fdatasync(int f) { return fails_on(f) ? -1 : REAL(fdatasync)(f); }
int ftruncate(int f, off_t n) { return fails_on(f) ? -1 : REAL(ftruncate)(f, n); }
int ftruncate64(int f, off64_t n) { return fails_on(f) ? -1 : REAL(ftruncate64)(f, n); }
int rename(const char *old, const char *name) { return fails_at(name) ? -1 : REAL(rename)(old, name); }
int mkdir(const char *path, mode_t mode) { return fails_at(path) ? -1 : REAL(mkdir)(path, mode); }

#define OPENS(name)                                                                                                    \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                        \
        va_end(rest);                                                                                                  \
        return (flags & O_CREAT) && fails_at(path) ? -1 : REAL(name)(path, flags, mode);                               \
    }
OPENS(open)
OPENS(open64)
