/* papd: the device service on Linux. Its bus is libusb's, its manager systemd, its work to bring
 * each player up to date with a library. */
#ifndef SPCORE_PAPD_PAPD_H
#define SPCORE_PAPD_PAPD_H

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "spcore/command/command.h"
#include "spcore/papd/papd_models.h"
#include "spcore/service/service_life.h"

enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_AGAIN = 75, /* a device came while it was ending: to be started again (sysexits.h) */
};

struct papd_options {
    const char *library, *provider, *clsid, *inf, *state;
    int64_t settle_ms, retry_ms;
    bool allow_empty;
};

struct papd_bus;

/* The `self` of a shell: all that its tables work on. */
struct papd {
    pthread_mutex_t lock; /* papd_system's */
    pthread_cond_t changed;
    struct papd_options options;
    struct papd_models models;
    struct papd_bus *bus;
    char provider[PATH_MAX], state[PATH_MAX];
};

extern const struct service_bus papd_bus;
extern const struct service_work papd_work;
extern const struct service_manager papd_manager;
extern const struct service_system papd_system;

/* ---- papd_bus.c: what papd_work finds behind a handle */
struct papd_player {
    const struct papd_model *model;
    char uri[192]; /* usb:VID:PID[:SERIAL] */
};
int papd_bus_new(const struct papd_models *models, struct papd_bus **ret_bus); /* libusb's code */
void papd_bus_free(struct papd_bus *bus);
/* Is there a player, other than those that could not be opened? After service_run(). */
bool papd_bus_has_more(struct papd_bus *bus);

/* ---- papd_say.c: a line each on stderr, or on stdout; names cannot steer a terminal */
struct sync_event;
void papd_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void papd_say_event(const char *uri, const struct sync_event *event);

extern const struct command papd_run, papd_install_files;

#endif
