/* Sockets never block in Windows' eyes (windows_socket.c), whatever their flags are. */
#ifndef SPCORE_WINDOWS_INCLUDE_FCNTL_H
#define SPCORE_WINDOWS_INCLUDE_FCNTL_H

#define O_NONBLOCK 0x0800
#define F_GETFL 3
#define F_SETFL 4

static inline int fcntl(int fd, int command, ...)
{
    (void)fd;
    (void)command;
    return 0;
}

#endif
