/* `papsim exec`: a program whose libusb-1.0 is ours. */
#ifndef SIMULATOR_CLI_PAPSIM_EXEC_H
#define SIMULATOR_CLI_PAPSIM_EXEC_H

#include <stddef.h>

/* Why a program cannot be given a library, told from its file; NULL when nothing stands against it,
 * or when the file says nothing of it (a script, another machine's). */
const char *exec_obstacle(const char *path);
/* Where the shell would find `command`; 0, -ENOENT or -EACCES. */
int exec_find(const char *command, char *path, size_t size);

#endif
