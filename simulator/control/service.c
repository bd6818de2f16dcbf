/* Bringing a papsim up and down: players, server, control socket and capture as options name them.
 * What cannot be brought up costs one line and leaves nothing behind. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/control/service.h"
#include "simulator/player/players.h"
#include "simulator/spec/shelf.h"

/* One that is on its way up, and who is told what keeps it down. */
struct opening {
    struct service *service;
    const struct service_options *options;
    struct player_spec **specs; /* one a player; NULL: taken over, or not read */
    char *error;
    size_t error_size;
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct opening *opening,
                                                        const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(opening->error, opening->error_size, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

static int make_state(const struct opening *opening, const char *busid, char *path, size_t size)
{
    const struct service_options *options = opening->options;

    if (mkdir(options->state, 0777) < 0 && errno != EEXIST)
        return refuse(opening, "--state %s: %s", options->state, strerror(errno));
    if ((size_t)snprintf(path, size, "%s/%s", options->state, busid) >= size)
        return refuse(opening, "--state %s: the name is too long", options->state);
    return 0;
}

static int make_device(struct service_player *one)
{
    struct usb_function functions[USB_FUNCTIONS_MAX];
    size_t count = player_functions(one->player, functions);
    int error = usb_device_new(player_identity(one->player), &player_policies(one->player)->usb,
                               functions, count, &one->device);

    if (!error)
        player_attach(one->player, one->device);
    return error;
}

/* The player files first: reading them changes nothing. */
static int read_players(const struct opening *opening)
{
    const struct service_options *options = opening->options;
    char path[PATH_MAX];

    for (size_t i = 0; i < options->player_count; i++) {
        if (beside_player(options->players[i], path, sizeof(path)) < 0)
            return refuse(opening, "--player %s: no such player file (papsim players lists names)",
                          options->players[i]);
        if (options->shelf)
            opening->specs[i] = spec_shelf_take(options->shelf, path);
        if (!opening->specs[i] &&
            spec_load(path, &opening->specs[i], opening->error, opening->error_size) < 0)
            return -EINVAL;
    }
    return 0;
}

/* Takes over *spec when it succeeds. */
static int make_player(const struct opening *opening, struct service_player *one,
                       struct player_spec **spec)
{
    const struct service_options *options = opening->options;
    struct player_options how = {
        .busid = one->busid, .seed = options->seed, .memory = options->memory};
    char state[PATH_MAX];

    if (options->state) {
        int error = make_state(opening, one->busid, state, sizeof(state));

        if (error)
            return error;
        how.state_dir = state;
    }
    if (player_new(*spec, &how, &one->player, opening->error, opening->error_size) < 0)
        return -EINVAL;
    *spec = NULL;
    for (size_t i = 0; i < options->defect_count; i++) {
        if (policies_deviate(player_policies(one->player), options->defects[i], true) < 0)
            return refuse(opening, "out of memory");
    }
    return make_device(one) < 0 ? refuse(opening, "out of memory") : 0;
}

static int make_players(const struct opening *opening)
{
    struct service *service = opening->service;

    service->players = calloc(opening->options->player_count, sizeof(*service->players));
    if (!service->players)
        return refuse(opening, "out of memory");
    for (size_t i = 0; i < opening->options->player_count; i++) {
        struct service_player *one = &service->players[service->player_count++];
        int error;

        snprintf(one->busid, sizeof(one->busid), "1-%zu", i + 1);
        error = make_player(opening, one, &opening->specs[i]);
        if (error)
            return error;
        if (wire_bus_offer(&service->bus, one->busid, one->device,
                           &player_policies(one->player)->usbip) < 0)
            return refuse(opening, "out of memory");
    }
    return 0;
}

static int open_sockets(const struct opening *opening)
{
    const struct service_options *options = opening->options;
    struct service *service = opening->service;
    struct wire_server_options how = {.address = options->address, .port = options->port};
    int error;

    wire_bus_init(&service->bus);
    if (wire_loop_new(&service->loop) < 0)
        return refuse(opening, "no event loop: %s", strerror(errno));
    error = wire_server_new(service->loop, &service->bus, &how, &service->server);
    if (error)
        return refuse(opening, "--listen %s:%u: %s", options->address, options->port,
                      strerror(-error));
    if (!options->control)
        return 0;
    error = control_socket_new(service, options->control, &service->control);
    return error ? refuse(opening, "--control %s: %s", options->control, strerror(-error)) : 0;
}

static const char *option_of(const struct service_redir *redir)
{
    return redir->place.connects ? "--usbredir-to" : "--usbredir";
}

static int open_ports(const struct opening *opening)
{
    const struct service_options *options = opening->options;
    struct service *service = opening->service;

    for (size_t i = 0; i < options->redir_count; i++) {
        const struct service_redir *redir = &options->redirs[i];
        struct service_port *one = &service->ports[service->port_count];
        int error = redir_port_new(service->loop, &service->bus, &redir->place, &one->port);

        if (error)
            return refuse(opening, "%s %s: %s", option_of(redir), redir->text, strerror(-error));
        memcpy(one->busid, redir->busid, sizeof(one->busid));
        service->port_count++;
    }
    return 0;
}

/* The first player that no port is for. */
static const char *next_player(const struct service *service)
{
    for (size_t i = 0; i < service->player_count; i++) {
        const char *busid = service->players[i].busid;
        size_t at = 0;

        while (at < service->port_count && strcmp(service->ports[at].busid, busid) != 0)
            at++;
        if (at == service->port_count)
            return busid;
    }
    return "";
}

static int offer_players(const struct opening *opening)
{
    struct service *service = opening->service;

    for (size_t i = 0; i < service->port_count; i++) {
        struct service_port *one = &service->ports[i];
        const struct service_redir *redir = &opening->options->redirs[i];

        if (!one->busid[0])
            snprintf(one->busid, sizeof(one->busid), "%s", next_player(service));
        if (redir_port_offer(one->port, one->busid) < 0)
            return refuse(opening, "%s %s: there is no player %s", option_of(redir), redir->text,
                          one->busid[0] ? one->busid : "left for it");
    }
    return 0;
}

/* Whether the capture can be written. What an earlier run left in a file stays until all else is
 * up; a pipe or a device has nothing to lose and is opened at once. */
static int probe_capture(struct service *service, const char *path, bool *ret_created)
{
    struct stat found;
    int fd;

    if (stat(path, &found) == 0) {
        if (!S_ISREG(found.st_mode))
            return wire_capture_open(path, &service->capture);
        return access(path, W_OK) < 0 ? -errno : 0;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    close(fd);
    *ret_created = true;
    return 0;
}

/* In the order of what can be undone: files read, sockets, then what stays on disk. */
static int open_all(const struct opening *opening)
{
    const struct service_options *options = opening->options;
    struct service *service = opening->service;
    bool capture_created = false, state_there = options->state && !access(options->state, F_OK);
    int unwritable = 0, error = read_players(opening);

    if (!error)
        error = open_sockets(opening);
    if (!error)
        error = open_ports(opening);
    if (!error && options->capture)
        unwritable = probe_capture(service, options->capture, &capture_created);
    if (!error && !unwritable)
        error = make_players(opening);
    if (!error && !unwritable)
        error = offer_players(opening);
    if (!error && !unwritable && options->capture && !service->capture)
        unwritable = wire_capture_open(options->capture, &service->capture);
    if (unwritable)
        error = refuse(opening, "--capture %s: %s", options->capture, strerror(-unwritable));
    if (error && capture_created)
        unlink(options->capture);
    if (error && options->state && !state_there)
        rmdir(options->state);
    if (!error)
        service->bus.capture = service->capture;
    return error;
}

int service_open(struct service *service, const struct service_options *options, char *error,
                 size_t error_size)
{
    struct opening opening = {service, options, NULL, error, error_size};
    int result;

    error[0] = '\0';
    opening.specs = calloc(options->player_count, sizeof(struct player_spec *));
    if (!opening.specs)
        return refuse(&opening, "out of memory");
    result = open_all(&opening);
    for (size_t i = 0; i < options->player_count; i++)
        spec_free(opening.specs[i]);
    free(opening.specs);
    return result && !error[0] ? refuse(&opening, "out of memory") : result;
}

void service_close(struct service *service)
{
    if (service->control)
        control_socket_free(service->control);
    for (size_t i = 0; i < service->port_count; i++)
        redir_port_free(service->ports[i].port);
    wire_server_free(service->server);
    wire_bus_done(&service->bus);
    for (size_t i = 0; i < service->player_count; i++) {
        if (service->players[i].player && service->players[i].device)
            player_attach(service->players[i].player, NULL);
        usb_device_free(service->players[i].device);
        player_free(service->players[i].player);
    }
    free(service->players);
    wire_capture_close(service->capture);
    wire_loop_free(service->loop);
}
