/* `papsim exec`: starts players, runs a program whose libusb-1.0 is the one that speaks USB/IP, and
 * ends what it started. The server's loop runs here while the program does. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simulator/cli/papsim_exec.h"
#include "simulator/cli/papsim_service.h"
#include "simulator/cli/papsim_verbs.h"
#include "spcore/base.h"
#include "spcore/command/beside.h"

/* As timeout(1), env(1) and the shell have them. */
enum { EXIT_OURS = 125, EXIT_CANNOT_EXECUTE = 126, EXIT_NOT_FOUND = 127, EXIT_SIGNALLED = 128 };
enum { OPTION_CONNECT = OPTION_OWN, OPTION_UMOCKDEV };
#define SERVERS_BYTES 8192
#define CONNECT_MS 5000

static const struct command_option options[] = {
    {"connect", "HOST[:PORT][/BUSID]", "the devices of a USB/IP server, too; may be said again",
     OPTION_CONNECT, 0},
    {"umockdev", NULL, "the players in udev and sysfs, too, by Debian's umockdev", OPTION_UMOCKDEV,
     0},
    {NULL, NULL, NULL, 0, 0},
};

struct exec {
    struct service_options options;
    struct service service;
    char servers[SERVERS_BYTES]; /* what PAPKIT_USBIP will say */
    size_t servers_length;
    bool shown; /* in udev and sysfs, too */
    struct exec_testbed *testbed;
    char **command;
    char **shell;                 /* the same, of a shell: "sh", path, arguments; owned */
    char path[PATH_MAX];          /* of the program */
    char library[PATH_MAX];       /* folder of our libusb-1.0.so.0 */
    int loaded;                   /* a datagram arrives here when the library is loaded */
    char loaded_name[16];         /* of that socket, less the leading NUL */
    struct wire_source signals;   /* what the loop waits for */
    sigset_t mask, caller_mask;   /* waited for; as we found it */
    struct sigaction caller_pipe; /* SIGPIPE as we found it */
    pid_t child;
    int status; /* of the child, once it ended */
};

/* ---- the command line */

static int add_server(struct exec *exec, const char *text)
{
    size_t room = sizeof(exec->servers) - exec->servers_length;
    int length = snprintf(exec->servers + exec->servers_length, room, "%s%s",
                          exec->servers_length ? " " : "", text);

    if ((size_t)length >= room)
        return cli_usage("--connect %s: too many servers", text);
    exec->servers_length += (size_t)length;
    return 0;
}

/* A server that is not there is found out now, not by a program that sees no device. */
static int reach(const char *text, const char *host, const char *port)
{
    static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int error = getaddrinfo(host, port, &hints, &list);

    if (error)
        return cli_usage("--connect %s: %s", text, gai_strerror(error));
    error = ENOENT;
    for (struct addrinfo *at = list; at && error; at = at->ai_next) {
        int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        socklen_t size = sizeof(error);

        error = fd < 0 || connect(fd, at->ai_addr, at->ai_addrlen) < 0 ? errno : 0;
        if (error == EINPROGRESS && (poll(&ready, 1, CONNECT_MS) != 1 ||
                                     getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0))
            error = ETIMEDOUT;
        if (fd >= 0)
            close(fd);
    }
    freeaddrinfo(list);
    return error ? cli_usage("--connect %s: %s", text, strerror(error)) : 0;
}

/* HOST[:PORT][/BUSID]; the library reads the same form (spcore/libusb/lusb_context.c). */
static int take_server(struct exec *exec, const char *text)
{
    char host[128], port[8] = "3240";
    size_t length = strcspn(text, "/:"), digits;
    const char *rest = text + length;
    uint64_t number;

    if (!length || length >= sizeof(host) || strpbrk(text, " \t\n"))
        return cli_usage("--connect %s: expected HOST[:PORT][/BUSID]", text);
    memcpy(host, text, length);
    host[length] = '\0';
    if (*rest == ':') {
        digits = strcspn(++rest, "/");
        if (!digits || digits >= sizeof(port))
            return cli_usage("--connect %s: expected HOST[:PORT][/BUSID]", text);
        memcpy(port, rest, digits);
        port[digits] = '\0';
        rest += digits;
    }
    if (cli_number(port, 65535, &number) < 0 || !number ||
        (*rest && (!rest[1] || strlen(rest + 1) > 31)))
        return cli_usage("--connect %s: expected HOST[:PORT][/BUSID]", text);
    return reach(text, host, port) ? EXIT_OURS : add_server(exec, text);
}

static int parse_options(int argc, char **argv, struct exec *exec)
{
    int option, status;

    while ((option = command_next(&cli_exec, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_OURS;
        exec->shown |= option == OPTION_UMOCKDEV;
        status = option == OPTION_UMOCKDEV  ? 0
                 : option == OPTION_CONNECT ? take_server(exec, optarg)
                                            : cli_service_option(option, optarg, &exec->options);
        if (status)
            return status;
    }
    if (optind == argc)
        return cli_usage("exec: expected -- COMMAND ARGS…");
    exec->command = argv + optind;
    if (!exec->options.player_count && !exec->servers_length)
        return cli_usage("exec: expected --player NAME or FILE, or --connect HOST");
    if (!exec->options.player_count && (exec->options.control || exec->options.capture ||
                                        exec->options.state || exec->options.defect_count))
        return cli_usage("exec: --control, --capture, --state and --deviate need a --player");
    if (exec->shown && (!exec->options.player_count || exec->servers_length))
        return cli_usage("exec: --umockdev shows the players of --player, and no others");
    return 0;
}

/* Beside the program as libusb/, installed as ../lib/papkit. */
static int find_library(struct exec *exec)
{
    static const char *const places[] = {"libusb/libusb-1.0.so.0", "../lib/papkit/libusb-1.0.so.0"};
    char program[PATH_MAX];
    int error = beside_folder(program, sizeof(program));

    if (error)
        return cli_usage("exec: /proc/self/exe: %s", strerror(-error));
    if (beside_program(places, ARRAY_SIZE(places), exec->library, sizeof(exec->library)))
        return cli_usage("exec: no libusb/libusb-1.0.so.0 beside %s", program);
    *strrchr(exec->library, '/') = '\0';
    return 0;
}

/* ---- the program */

/* An abstract address of the kernel's choosing, so that nothing is left on disk. */
static int open_loaded(struct exec *exec)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof(address.sun_family);

    exec->loaded = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (exec->loaded < 0 || bind(exec->loaded, (struct sockaddr *)&address, size) < 0)
        return cli_usage("exec: %s", strerror(errno));
    size = sizeof(address);
    if (getsockname(exec->loaded, (struct sockaddr *)&address, &size) < 0)
        return cli_usage("exec: %s", strerror(errno));
    size -= (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1);
    if (size >= sizeof(exec->loaded_name))
        return cli_usage("exec: %s", strerror(ENAMETOOLONG));
    memcpy(exec->loaded_name, address.sun_path + 1, size);
    exec->loaded_name[size] = '\0';
    return 0;
}

static int set_environment(struct exec *exec)
{
    const char *before = getenv("LD_LIBRARY_PATH");
    char own[32];
    char *path;
    int error;

    if (exec->options.player_count) {
        snprintf(own, sizeof(own), "127.0.0.1:%u", wire_server_port(exec->service.server));
        if (add_server(exec, own))
            return EXIT_OURS;
    }
    if (asprintf(&path, "%s%s%s", exec->library, before && *before ? ":" : "",
                 before ? before : "") < 0)
        return cli_usage("out of memory");
    error = setenv("LD_LIBRARY_PATH", path, 1) || setenv("PAPKIT_USBIP", exec->servers, 1) ||
            setenv("PAPKIT_EXEC", exec->loaded_name, 1);
    free(path);
    return error ? cli_usage("out of memory") : 0;
}

/* In the child: the program as the caller would have started it, or its errno through the pipe. */
static void become(const struct exec *exec, int report)
{
    int error;

    sigprocmask(SIG_SETMASK, &exec->caller_mask, NULL);
    sigaction(SIGPIPE, &exec->caller_pipe, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* nobody serves it after us */
    execv(exec->path, exec->command);
    error = errno;
    if (error == ENOEXEC) /* a script without a first line, as execvp() has it */
        execv("/bin/sh", exec->shell);
    if (write(report, &error, sizeof(error)) < 0)
        _exit(EXIT_OURS);
    _exit(EXIT_CANNOT_EXECUTE);
}

static int start(struct exec *exec)
{
    int report[2], error = 0;

    if (pipe2(report, O_CLOEXEC) < 0)
        return cli_usage("exec: %s", strerror(errno));
    fflush(NULL);
    exec->child = fork();
    if (exec->child == 0)
        become(exec, report[1]);
    close(report[1]);
    if (exec->child < 0)
        error = errno;
    else if (read(report[0], &error, sizeof(error)) != sizeof(error))
        error = 0;
    close(report[0]);
    if (!error)
        return 0;
    if (exec->child > 0)
        waitpid(exec->child, NULL, 0);
    cli_usage("exec: %s: %s", exec->command[0], strerror(error));
    return exec->child < 0 ? EXIT_OURS : error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
}

/* ---- while it runs */

static void reap(struct exec *exec)
{
    if (waitpid(exec->child, &exec->status, WNOHANG) != exec->child)
        return;
    exec->child = 0;
    wire_loop_stop(exec->service.loop);
}

static void signalled(struct wire_source *source, uint32_t events)
{
    struct exec *exec = container_of(source, struct exec, signals);
    struct signalfd_siginfo info;

    (void)events;
    while (read(source->fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            reap(exec);
        else if (exec->child && info.ssi_code != SI_KERNEL)
            kill(exec->child, (int)info.ssi_signo); /* the terminal's reach it without us */
    }
}

static void hold_signals(struct exec *exec)
{
    static const int forwarded[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGUSR1,
                                    SIGUSR2, SIGALRM, SIGCONT, SIGWINCH};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigemptyset(&exec->mask);
    sigaddset(&exec->mask, SIGCHLD);
    for (size_t i = 0; i < ARRAY_SIZE(forwarded); i++)
        sigaddset(&exec->mask, forwarded[i]);
    signal(SIGCHLD, SIG_DFL); /* who ignores it cannot wait */
    sigprocmask(SIG_BLOCK, &exec->mask, &exec->caller_mask);
    sigaction(SIGPIPE, &ignore, &exec->caller_pipe);
}

static int serve(struct exec *exec)
{
    int status;

    exec->signals.ready = signalled;
    exec->signals.fd = signalfd(-1, &exec->mask, SFD_NONBLOCK | SFD_CLOEXEC);
    if (exec->signals.fd < 0 || wire_loop_add(exec->service.loop, &exec->signals, EPOLLIN) < 0)
        return cli_usage("exec: no event loop: %s", strerror(errno));
    status = start(exec);
    if (!status)
        wire_loop_run(exec->service.loop);
    wire_loop_remove(exec->service.loop, &exec->signals);
    close(exec->signals.fd);
    if (status)
        return status;
    return WIFSIGNALED(exec->status) ? EXIT_SIGNALLED + WTERMSIG(exec->status)
                                     : WEXITSTATUS(exec->status);
}

/* What was loaded is known when it has run; what cannot be loaded is said before. Who is shown the
 * players in udev may see them without libusb. */
static int run(struct exec *exec)
{
    const char *obstacle = exec_obstacle(exec->path);
    int status;
    char byte;

    if (obstacle)
        fprintf(stderr, "papsim: exec: %s cannot see the players: %s\n", exec->command[0],
                obstacle);
    status = serve(exec);
    if (!exec->child && !obstacle && !exec->shown && recv(exec->loaded, &byte, 1, 0) < 0 &&
        exec->status != -1)
        fprintf(stderr, "papsim: exec: %s saw no player: it did not load libusb-1.0\n",
                exec->command[0]);
    return status;
}

static int shell_words(struct exec *exec)
{
    size_t count = 0;

    while (exec->command[count])
        count++;
    exec->shell = calloc(count + 2, sizeof(char *));
    if (!exec->shell)
        return cli_usage("out of memory");
    exec->shell[0] = (char *)(uintptr_t) "sh";
    exec->shell[1] = exec->path;
    for (size_t i = 1; i < count; i++)
        exec->shell[i + 1] = exec->command[i];
    return 0;
}

static int bring_up(struct exec *exec)
{
    int error;

    if (find_library(exec))
        return EXIT_OURS;
    error = exec_find(exec->command[0], exec->path, sizeof(exec->path));
    if (error) {
        cli_usage("exec: %s: %s", exec->command[0], strerror(-error));
        return error == -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
    }
    if (exec->options.player_count ? cli_service_open(&exec->service, &exec->options)
                                   : wire_loop_new(&exec->service.loop) < 0)
        return EXIT_OURS;
    if (shell_words(exec) || open_loaded(exec) || set_environment(exec))
        return EXIT_OURS;
    return exec->shown && exec_testbed_new(&exec->service, &exec->testbed) ? EXIT_OURS : 0;
}

static int exec_command(int argc, char **argv)
{
    static struct exec exec = {.options = {.address = "127.0.0.1"}, .loaded = -1, .status = -1};
    int status;

    if (parse_options(argc, argv, &exec))
        return EXIT_OURS;
    hold_signals(&exec);
    status = bring_up(&exec);
    if (!status)
        status = run(&exec);
    exec_testbed_free(exec.testbed);
    service_close(&exec.service);
    if (exec.loaded >= 0)
        close(exec.loaded);
    free(exec.shell);
    return status;
}

const struct command cli_exec = {
    .name = "exec",
    .arguments = "-- COMMAND [ARGUMENT]…",
    .text = "Starts players, runs a program that finds them as its USB devices, and ends what it "
            "started.",
    .options = options,
    .shared = service_command_options,
    .stops = true,
    .run = exec_command,
};
