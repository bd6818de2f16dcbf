/* An event that can be waited for with sockets: a datagram to oneself. Only that one was written
 * counts, not how much. */
#ifndef SPCORE_WINDOWS_INCLUDE_SYS_EVENTFD_H
#define SPCORE_WINDOWS_INCLUDE_SYS_EVENTFD_H

#define EFD_CLOEXEC 0x80000
#define EFD_NONBLOCK 0x0800

int eventfd(unsigned value, int flags);

#endif
