/* `papsim exec`: a program whose libusb-1.0 is ours. */
#ifndef SIMULATOR_CLI_PAPSIM_EXEC_H
#define SIMULATOR_CLI_PAPSIM_EXEC_H

#include <stddef.h>

#include "simulator/control/service.h"

/* Why a program cannot be given a library, told from its file; NULL when nothing stands against it,
 * or when the file says nothing of it (a script, another machine's). */
const char *exec_obstacle(const char *path);
/* Where the shell would find `command`; 0, -ENOENT or -EACCES. */
int exec_find(const char *command, char *path, size_t size);

/* A player's device and where it hangs; the name is sysfs's. */
struct exec_device {
    struct usb_device *device;
    const char *name;
    unsigned bus, address;
};
/* What sysfs and udev have of it, as text for umockdev, which the caller frees. The device is
 * attached for it and detached again. NULL: no memory, or no host could read its descriptors. */
char *exec_describe(const struct exec_device *where);
/* The same of bus 1's root hub. */
const char *exec_describe_hub(void);

/* Shows the service's players in udev and sysfs, as they are now, to the program that is started
 * next, by its environment. 0, or the exit status after a line on stderr; exec_testbed_free() is
 * due in both cases. */
struct exec_testbed;
int exec_testbed_new(const struct service *service, struct exec_testbed **ret_testbed);
void exec_testbed_free(struct exec_testbed *testbed);

#endif
