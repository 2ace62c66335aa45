/* Loaded before the C library (LD_PRELOAD): each flush takes so many microseconds longer, as on disks that have no
 * battery to trust in. SLOW_FLUSH_US says how many. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void take_longer(void) {
  const char *text = getenv("SLOW_FLUSH_US");
  long microseconds = text == NULL ? 0 : atol(text);
  struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
  nanosleep(&time, NULL);
}

int fdatasync(int descriptor) {
  int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  take_longer();
  return flush(descriptor);
}

int fsync(int descriptor) {
  int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  take_longer();
  return flush(descriptor);
}
