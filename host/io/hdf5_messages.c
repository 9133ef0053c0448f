/* hdf5_messages.c - whole messages through a socket. */
#include "io/hdf5_messages.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* Who waits for ever does without the call that can wait less: the reader may not make it. */
static int wait_for(int socket, int patience) {
  struct pollfd wait = {.fd = socket, .events = POLLIN};
  return patience < 0 ? 1 : poll(&wait, 1, patience);
}

bool hdf5_receive(int socket, void *target, size_t bytes, int patience) {
  char *to = target;
  while (bytes > 0) {
    int ready = wait_for(socket, patience);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    ssize_t got = recv(socket, to, bytes, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    bytes -= (size_t)got;
  }
  return true;
}

bool hdf5_deliver(int socket, const void *source, size_t bytes) {
  const char *from = source;
  while (bytes > 0) {
    ssize_t sent = send(socket, from, bytes, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    from += sent;
    bytes -= (size_t)sent;
  }
  return true;
}
