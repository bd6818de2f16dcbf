/* Bringing a papsim up and down: players, server, control socket and capture as options name them.
 * What cannot be brought up costs one line and leaves nothing behind. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/cli/papsim.h"
#include "simulator/control/service.h"

int service_option(int option, const char *value, struct service_options *options)
{
    switch (option) {
    case OPTION_PLAYER:
        if (options->player_count == SERVICE_PLAYERS_MAX)
            return cli_usage("--player %s: more than %d players", value, SERVICE_PLAYERS_MAX);
        options->players[options->player_count++] = value;
        return 0;
    case OPTION_DEVIATE:
        if (defect_find(value) < 0)
            return cli_usage("--deviate %s: no such deviation (papsim deviations lists them)",
                             value);
        if (options->defect_count < DEFECT_COUNT)
            options->defects[options->defect_count++] = value;
        return 0;
    case OPTION_CONTROL:
        options->control = value;
        return 0;
    case OPTION_STATE:
        options->state = value;
        return 0;
    case OPTION_CAPTURE:
        options->capture = value;
        return 0;
    default:
        if (cli_number(value, UINT64_MAX, &options->seed) < 0)
            return cli_usage("--seed %s: expected a number", value);
        return 0;
    }
}

static int make_state(const struct service_options *options, const char *busid, char *path,
                      size_t size)
{
    if (mkdir(options->state, 0777) < 0 && errno != EEXIST)
        return cli_usage("--state %s: %s", options->state, strerror(errno));
    if ((size_t)snprintf(path, size, "%s/%s", options->state, busid) >= size)
        return cli_usage("--state %s: the name is too long", options->state);
    return 0;
}

static int make_device(struct service_player *one)
{
    struct usb_function functions[USB_FUNCTIONS_MAX];
    size_t count = player_functions(one->player, functions);
    int error = usb_device_new(player_identity(one->player), &player_policies(one->player)->on,
                               functions, count, &one->device);

    if (!error)
        player_attach(one->player, one->device);
    return error;
}

/* The player files first: reading them changes nothing. */
static int read_players(const struct service_options *options, struct player_spec **specs)
{
    char path[PATH_MAX], error[512];

    for (size_t i = 0; i < options->player_count; i++) {
        if (cli_player_path(options->players[i], path, sizeof(path)) < 0)
            return cli_usage("--player %s: no such player file (papsim players lists names)",
                             options->players[i]);
        if (player_load(path, &specs[i], error, sizeof(error)) < 0)
            return cli_usage("%s", error);
    }
    return 0;
}

/* Takes over *spec when it succeeds. */
static int make_player(struct service_player *one, const struct service_options *options,
                       struct player_spec **spec)
{
    char state[PATH_MAX], error[512] = "";
    struct player_options how = {.busid = one->busid, .seed = options->seed};

    if (options->state) {
        int status = make_state(options, one->busid, state, sizeof(state));

        if (status)
            return status;
        how.state_dir = state;
    }
    if (player_new(*spec, &how, &one->player, error, sizeof(error)) < 0)
        return cli_usage("%s", error[0] ? error : player_spec_name(*spec));
    *spec = NULL;
    for (size_t i = 0; i < options->defect_count; i++) {
        policies_switch(player_policies(one->player), (enum defect)defect_find(options->defects[i]),
                        true);
    }
    return make_device(one) < 0 ? cli_usage("out of memory") : 0;
}

static int make_players(struct service *service, const struct service_options *options,
                        struct player_spec **specs)
{
    service->players = calloc(options->player_count, sizeof(*service->players));
    if (!service->players)
        return cli_usage("out of memory");
    for (size_t i = 0; i < options->player_count; i++) {
        struct service_player *one = &service->players[service->player_count++];
        int status;

        snprintf(one->busid, sizeof(one->busid), "1-%zu", i + 1);
        status = make_player(one, options, &specs[i]);
        if (status)
            return status;
        if (wire_bus_offer(&service->bus, one->busid, one->device,
                           &player_policies(one->player)->usbip) < 0)
            return cli_usage("out of memory");
    }
    return 0;
}

static int open_sockets(struct service *service, const struct service_options *options)
{
    struct wire_server_options how = {.address = options->address, .port = options->port};
    int error;

    wire_bus_init(&service->bus);
    if (wire_loop_new(&service->loop) < 0)
        return cli_usage("no event loop: %s", strerror(errno));
    error = wire_server_new(service->loop, &service->bus, &how, &service->server);
    if (error)
        return cli_usage("--listen %s:%u: %s", options->address, options->port, strerror(-error));
    if (!options->control)
        return 0;
    error = control_socket_new(service, options->control, &service->control);
    return error ? cli_usage("--control %s: %s", options->control, strerror(-error)) : 0;
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
static int open_specs(struct service *service, const struct service_options *options,
                      struct player_spec **specs)
{
    bool capture_created = false, state_there = options->state && !access(options->state, F_OK);
    int error = 0, status = read_players(options, specs);

    if (!status)
        status = open_sockets(service, options);
    if (!status && options->capture)
        error = probe_capture(service, options->capture, &capture_created);
    if (!status && !error)
        status = make_players(service, options, specs);
    if (!status && !error && options->capture && !service->capture)
        error = wire_capture_open(options->capture, &service->capture);
    if (error)
        status = cli_usage("--capture %s: %s", options->capture, strerror(-error));
    if (status && capture_created)
        unlink(options->capture);
    if (status && options->state && !state_there)
        rmdir(options->state);
    if (!status)
        service->bus.capture = service->capture;
    return status;
}

int service_open(struct service *service, const struct service_options *options)
{
    struct player_spec **specs;
    int status;

    specs = calloc(options->player_count, sizeof(struct player_spec *));
    if (!specs)
        return cli_usage("out of memory");
    status = open_specs(service, options, specs);
    for (size_t i = 0; i < options->player_count; i++)
        player_spec_free(specs[i]);
    free(specs);
    return status;
}

void service_close(struct service *service)
{
    if (service->control)
        control_socket_free(service->control);
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
