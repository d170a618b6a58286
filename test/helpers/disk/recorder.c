// A layer between a process and its disk, for tests: loaded with LD_PRELOAD it writes down each change below
// DISK_ROOT, and can kill the process, or refuse with an errno, at the one that it is told.
//   DISK_ROOT    the folder that counts
//   DISK_TRACE   where to write what happens
//   DISK_KILL    the number of the change before which the process is killed
// unlink("/disk-fault/N/E") lets the Nth change from now, and each after it, fail with errno E; 0/0 ends that.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(ret, name, ...) \
  static ret (*real)(__VA_ARGS__); \
  if (!real) real = (ret (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static const char *root;
static size_t root_length;
static int trace = -1;
static long count, kill_at, fault_at = -1;
static int fault_errno;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
  root = getenv("DISK_ROOT");
  root_length = root ? strlen(root) : 0;
  const char *path = getenv("DISK_TRACE");
  if (path) trace = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const char *at = getenv("DISK_KILL");
  kill_at = at ? atol(at) : 0;
}

static int ours(const char *path) {
  return root && path && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static int path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, 4095);
  if (length <= 0) return 0;
  path[length] = 0;
  return ours(path);
}

// One change: counted, perhaps deadly, perhaps refused, and written down. Returns -1 when it is refused.
static int change(char op, uint64_t inode, uint64_t at, const char *a, const char *b, const void *data, uint64_t size) {
  pthread_mutex_lock(&lock);
  count++;
  if (kill_at && count == kill_at) kill(getpid(), SIGKILL);
  int refused = fault_at >= 0 && fault_at-- <= 1;
  if (refused) fault_at = 1;
  // A full disk still syncs, renames and removes.
  if (refused && fault_errno == ENOSPC && strchr("SRU", op)) refused = 0;
  if (!refused && trace >= 0) {
    uint64_t head[] = { (uint64_t)op, inode, at, a ? strlen(a) : 0, b ? strlen(b) : 0, size };
    struct iovec parts[] = { { head, sizeof head }, { (void *)(a ? a : ""), head[3] }, { (void *)(b ? b : ""), head[4] }, { (void *)data, size } };
    if (syscall(SYS_writev, trace, parts, 4) < 0) abort();
  }
  pthread_mutex_unlock(&lock);
  if (refused) errno = fault_errno;
  return refused ? -1 : 0;
}

static uint64_t inode_of(int fd) {
  struct stat found;
  return fstat(fd, &found) == 0 ? found.st_ino : 0;
}

static int opened(int fd, const char *path, int there, int flags) {
  if (fd < 0) return fd;
  int keep = errno;
  if (!there) change('C', inode_of(fd), 0, path, 0, 0, 0);
  else if (flags & O_TRUNC) change('T', inode_of(fd), 0, 0, 0, 0, 0);
  errno = keep;
  return fd;
}

static int open_any(const char *path, int flags, mode_t mode) {
  if (!ours(path) || !(flags & (O_CREAT | O_TRUNC))) return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  struct stat found;
  int there = stat(path, &found) == 0;
  if (!there && fault_at >= 0 && fault_at <= 1) { errno = fault_errno; return -1; }
  return opened(syscall(SYS_openat, AT_FDCWD, path, flags, mode), path, there, flags);
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest); \
    return open_any(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)
int openat(int folder, const char *path, int flags, ...) {
  va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest);
  if (folder == AT_FDCWD || *path == '/') return open_any(path, flags, mode);
  return syscall(SYS_openat, folder, path, flags, mode);
}

static int writing(int fd, const void *data, size_t size, off_t at) {
  char path[4096];
  int keep = errno;
  int refused = path_of(fd, path) ? change('W', inode_of(fd), at, 0, 0, data, size) : 0;
  if (!refused) errno = keep;
  return refused;
}

ssize_t write(int fd, const void *data, size_t size) {
  off_t at = lseek(fd, 0, SEEK_CUR);
  if (at >= 0 && writing(fd, data, size, at)) return -1;
  return syscall(SYS_write, fd, data, size);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) {
  if (writing(fd, data, size, at)) return -1;
  return syscall(SYS_pwrite64, fd, data, size, at);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }
ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t at) {
  ssize_t all = 0;
  for (int i = 0; i < n; i++) {
    ssize_t one = pwrite64(fd, parts[i].iov_base, parts[i].iov_len, at + all);
    if (one < 0) return all > 0 ? all : -1;
    all += one;
  }
  return all;
}
ssize_t pwritev64(int fd, const struct iovec *parts, int n, off_t at) { return pwritev(fd, parts, n, at); }
// What copies within the kernel would not be seen here.
ssize_t sendfile(int out, int in, off_t *at, size_t size) { errno = EINVAL; return -1; }
ssize_t sendfile64(int out, int in, off_t *at, size_t size) { errno = EINVAL; return -1; }
ssize_t copy_file_range(int in, off_t *a, int out, off_t *b, size_t size, unsigned flags) { errno = ENOSYS; return -1; }
long syscall(long number, ...) {
  static long (*real)(long, ...);
  if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  long a[6];
  va_list rest; va_start(rest, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_copy_file_range) { errno = ENOSYS; return -1; }
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int ftruncate64(int fd, off_t size) {
  char path[4096];
  if (path_of(fd, path) && change('T', inode_of(fd), size, 0, 0, 0, 0)) return -1;
  return syscall(SYS_ftruncate, fd, size);
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
static int sync_any(int fd, long number) {
  char path[4096];
  if (path_of(fd, path)) {
    struct stat found;
    fstat(fd, &found);
    if (change('S', found.st_ino, S_ISDIR(found.st_mode), path, 0, 0, 0)) return -1;
  }
  // What is tested is the order; that the disk of this machine keeps its word is not.
  return 0;
}
int fsync(int fd) { return sync_any(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_any(fd, SYS_fdatasync); }

int rename(const char *from, const char *to) {
  if (ours(from) && change('R', 0, 0, from, to, 0, 0)) return -1;
  return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int unlink(const char *path) {
  long at; int number;
  if (sscanf(path, "/disk-fault/%ld/%d", &at, &number) == 2) {
    fault_at = number ? at : -1;
    fault_errno = number;
    errno = ENOENT;
    return -1;
  }
  struct stat found;
  if (ours(path) && lstat(path, &found) == 0 && change('U', 0, 0, path, 0, 0, 0)) return -1;
  return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
int rmdir(const char *path) {
  if (ours(path) && change('U', 0, 1, path, 0, 0, 0)) return -1;
  return syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}
int unlinkat(int folder, const char *path, int flags) {
  char whole[8192];
  if (*path == '/') snprintf(whole, sizeof whole, "%s", path);
  else if (folder != AT_FDCWD && path_of(folder, whole)) { size_t n = strlen(whole); snprintf(whole + n, sizeof whole - n, "/%s", path); }
  else whole[0] = 0;
  if (whole[0] && ours(whole) && change('U', 0, flags & AT_REMOVEDIR ? 1 : 0, whole, 0, 0, 0)) return -1;
  return syscall(SYS_unlinkat, folder, path, flags);
}
int remove(const char *path) {
  struct stat found;
  return lstat(path, &found) == 0 && S_ISDIR(found.st_mode) ? rmdir(path) : unlink(path);
}
int mkdir(const char *path, mode_t mode) {
  struct stat found;
  if (ours(path) && stat(path, &found) != 0 && change('M', 0, 0, path, 0, 0, 0)) return -1;
  return syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
int link(const char *from, const char *to) {
  if (ours(to) && change('L', 0, 0, from, to, 0, 0)) return -1;
  return syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}
