/* `papsim serve`: everything named on the command line is brought up before the first line says
 * so. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "simulator/cli/papsim_service.h"
#include "simulator/cli/papsim_verbs.h"
#include "spcore/base.h"

enum { OPTION_LISTEN = OPTION_OWN, OPTION_USBREDIR, OPTION_USBREDIR_TO };

static const struct command_option serve_options[] = {
    {"listen", "ADDR:PORT", "127.0.0.1:3240 if not said; port 0 is one that is free", OPTION_LISTEN,
     0},
    {"usbredir", "[BUSID=]ADDR:PORT|PATH",
     "a virtual machine's emulator finds a player there, the next one or that of the busid; may be "
     "said again",
     OPTION_USBREDIR, 0},
    {"usbredir-to", "[BUSID=]ADDR:PORT|PATH", "the same, where the emulator listens",
     OPTION_USBREDIR_TO, 0},
    {NULL, NULL, NULL, 0, 0},
};

/* ADDR:PORT; -EINVAL: it is none. `address` has 64 bytes. */
static int parse_place(const char *text, char *address, uint16_t *ret_port)
{
    const char *colon = strrchr(text, ':');
    uint64_t port;

    if (!colon || colon == text || colon - text >= 64 || cli_number(colon + 1, 65535, &port) < 0)
        return -EINVAL;
    memcpy(address, text, (size_t)(colon - text));
    address[colon - text] = '\0';
    *ret_port = (uint16_t)port;
    return 0;
}

static int parse_listen(const char *text, struct service_options *options)
{
    return parse_place(text, options->address, &options->port) < 0
               ? cli_usage("--listen %s: expected ADDR:PORT", text)
               : 0;
}

/* The text behind a busid, if there is one: what holds a slash or a colon before '=' is none. */
static const char *parse_busid(const char *text, char *ret_busid, size_t size)
{
    size_t length = strcspn(text, "=:/");

    if (text[length] != '=' || length >= size)
        return text;
    memcpy(ret_busid, text, length);
    ret_busid[length] = '\0';
    return text + length + 1;
}

static int parse_usbredir(const char *name, const char *text, bool connects,
                          struct service_options *options)
{
    struct service_redir *redir = &options->redirs[options->redir_count];
    const char *place;

    if (options->redir_count == SERVICE_REDIRS_MAX)
        return cli_usage("%s %s: more than %d of them", name, text, SERVICE_REDIRS_MAX);
    redir->text = text;
    redir->place.connects = connects;
    place = parse_busid(text, redir->busid, sizeof(redir->busid));
    options->redir_count++;
    if (strchr(place, '/') || (*place && !strchr(place, ':'))) {
        redir->place.path = place;
        return 0;
    }
    redir->place.address = redir->address;
    return parse_place(place, redir->address, &redir->place.port) < 0 ||
                   (connects && !redir->place.port)
               ? cli_usage("%s %s: expected [BUSID=]ADDR:PORT or PATH", name, text)
               : 0;
}

static int parse_option(int option, const char *value, struct service_options *options)
{
    switch (option) {
    case OPTION_LISTEN:
        return parse_listen(value, options);
    case OPTION_USBREDIR:
        return parse_usbredir("--usbredir", value, false, options);
    case OPTION_USBREDIR_TO:
        return parse_usbredir("--usbredir-to", value, true, options);
    default:
        return cli_service_option(option, value, options);
    }
}

static int parse_options(int argc, char **argv, struct service_options *options)
{
    int option, status;

    while ((option = command_next(&cli_serve, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        status = parse_option(option, optarg, options);
        if (status)
            return status;
    }
    if (optind < argc)
        return cli_usage("serve: unexpected argument %s", argv[optind]);
    if (!options->player_count)
        return cli_usage("serve: expected --player NAME or FILE (papsim players lists names)");
    return 0;
}

struct stopper {
    struct wire_source source;
    struct wire_loop *loop;
};

static void signalled(struct wire_source *source, uint32_t events)
{
    struct stopper *stopper = container_of(source, struct stopper, source);

    (void)events;
    wire_loop_stop(stopper->loop);
}

/* A line a port, behind the one that all clients look for. */
static void print_ports(const struct service *service)
{
    for (size_t i = 0; i < service->port_count; i++) {
        char name[128];

        redir_port_name(service->ports[i].port, name, sizeof(name));
        printf("usbredir %s %s\n", service->ports[i].busid, name);
    }
}

static int run(struct service *service, const struct service_options *options)
{
    struct stopper stopper = {.source.ready = signalled, .loop = service->loop};
    sigset_t signals;
    int status;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN); /* sendfile has no MSG_NOSIGNAL */
    stopper.source.fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (stopper.source.fd < 0 || wire_loop_add(service->loop, &stopper.source, EPOLLIN) < 0)
        return EXIT_ENVIRONMENT;
    printf("listening %s:%u\n", options->address, wire_server_port(service->server));
    print_ports(service);
    status = cli_finish(EXIT_DONE); /* without that line nobody finds it */
    if (!status)
        wire_loop_run(service->loop);
    wire_loop_remove(service->loop, &stopper.source);
    close(stopper.source.fd);
    return status;
}

/* Each player has a file or three open, each client a socket. */
static void allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int cli_serve_shelved(int argc, char **argv, struct spec_shelf *shelf)
{
    static struct service_options options = {.address = "127.0.0.1", .port = 3240};
    struct service service = {0};
    int status = parse_options(argc, argv, &options);

    if (status)
        return status;
    options.shelf = shelf;
    allow_descriptors();
    status = cli_service_open(&service, &options);
    if (!status)
        status = run(&service, &options);
    service_close(&service);
    return status;
}

static int serve(int argc, char **argv)
{
    return cli_serve_shelved(argc, argv, NULL);
}

const struct command cli_serve = {
    .name = "serve",
    .arguments = "",
    .text = "Offers players over USB/IP, and to virtual machines; the first line says where, and "
            "SIGINT "
            "or SIGTERM ends it.",
    .options = serve_options,
    .shared = service_command_options,
    .run = serve,
};
