/* `papsim exec --umockdev`: programs that look for their device in udev or sysfs find the players
 * there. libumockdev keeps what they see, its preload library shows it to them; both are Debian's
 * and loaded when asked for, so that papsim is not linked to GLib for it. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulator/cli/papsim_exec.h"
#include "simulator/cli/papsim_verbs.h"

#define LIBRARY "libumockdev.so.0"
#define PRELOAD "libumockdev-preload.so.0"
enum { DEVICES_MAX = 126 }; /* of bus 1, less its root hub */

/* Of libumockdev's documentation; a GObject and a GError are nothing here but addresses. */
struct exec_testbed {
    void *testbed;
    void *(*create)(void);
    int (*add)(void *testbed, const char *description, void **ret_error);
    void (*unref)(void *object);
};

static bool load(struct exec_testbed *testbed)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL); /* for good: GLib is never unloaded */

    if (library) {
        *(void **)&testbed->create = dlsym(library, "umockdev_testbed_new");
        *(void **)&testbed->add = dlsym(library, "umockdev_testbed_add_from_string");
        *(void **)&testbed->unref = dlsym(library, "g_object_unref");
    }
    return testbed->create && testbed->add && testbed->unref;
}

static int add_player(const struct exec_testbed *testbed, const struct service_player *player,
                      unsigned index)
{
    /* The drop-in library numbers them so (spcore/libusb/lusb_discovery.c). */
    const struct exec_device where = {player->device, player->busid, 1, index + 2};
    char *description = exec_describe(&where);
    bool added = description && testbed->add(testbed->testbed, description, NULL);

    free(description);
    return added ? 0 : cli_usage("exec: --umockdev: %s cannot be described", player->busid);
}

static int fill(const struct exec_testbed *testbed, const struct service *service)
{
    int status = 0;

    if (service->player_count > DEVICES_MAX)
        return cli_usage("exec: --umockdev: at most %d players", DEVICES_MAX);
    if (!testbed->add(testbed->testbed, exec_describe_hub(), NULL))
        return cli_usage("exec: --umockdev: the bus cannot be described");
    for (unsigned i = 0; i < service->player_count && !status; i++)
        status = add_player(testbed, &service->players[i], i);
    return status;
}

static int preload(void)
{
    const char *before = getenv("LD_PRELOAD");
    char *all;
    int error;

    if (asprintf(&all, "%s%s" PRELOAD, before ? before : "", before && *before ? ":" : "") < 0)
        return cli_usage("out of memory");
    error = setenv("LD_PRELOAD", all, 1);
    free(all);
    return error ? cli_usage("out of memory") : 0;
}

int exec_testbed_new(const struct service *service, struct exec_testbed **ret_testbed)
{
    struct exec_testbed *testbed = calloc(1, sizeof(*testbed));
    int status;

    *ret_testbed = testbed;
    if (!testbed)
        return cli_usage("out of memory");
    if (!load(testbed))
        return cli_usage("exec: --umockdev: %s (it is in Debian's package umockdev)", dlerror());
    testbed->testbed = testbed->create(); /* sets UMOCKDEV_DIR */
    status = fill(testbed, service);
    return status ? status : preload();
}

void exec_testbed_free(struct exec_testbed *testbed)
{
    if (testbed && testbed->testbed)
        testbed->unref(testbed->testbed); /* with its folder */
    free(testbed);
}
