/* Winsock's structure and events are POSIX's. */
#include "sys/socket.h"
