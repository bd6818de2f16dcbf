/* `papsim serve`: everything named on the command line is brought up before the first line says
 * so. */
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

enum { OPTION_LISTEN = OPTION_OWN };

static const struct command_option serve_options[] = {
    {"listen", "ADDR:PORT", "127.0.0.1:3240 if not said; port 0 is one that is free", OPTION_LISTEN,
     0},
    {NULL, NULL, NULL, 0, 0},
};

static int parse_listen(const char *text, struct service_options *options)
{
    const char *colon = strrchr(text, ':');
    uint64_t port;

    if (!colon || colon == text || (size_t)(colon - text) >= sizeof(options->address) ||
        cli_number(colon + 1, 65535, &port) < 0)
        return cli_usage("--listen %s: expected ADDR:PORT", text);
    memcpy(options->address, text, (size_t)(colon - text));
    options->address[colon - text] = '\0';
    options->port = (uint16_t)port;
    return 0;
}

static int parse_options(int argc, char **argv, struct service_options *options)
{
    int option, status;

    while ((option = command_next(&cli_serve, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        status = option == OPTION_LISTEN ? parse_listen(optarg, options)
                                         : cli_service_option(option, optarg, options);
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
    .text = "Offers players over USB/IP; the first line says where, and SIGINT or SIGTERM ends it.",
    .options = serve_options,
    .shared = service_command_options,
    .run = serve,
};
