/* wmihost: papcheck starts it with a socket for stdin, and ends it by closing that. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/host/wbem/wbem_local.h"
#include "conformance/wmihost/wmihost.h"
#include "spcore/base.h"

static wmihost_op *const ops[HOSTING_OPS] = {
    [HOSTING_STAGE] = wmihost_stage,
    [HOSTING_PLUG] = wmihost_plug,
    [HOSTING_UNPLUG] = wmihost_unplug,
    [HOSTING_ADVANCE] = wmihost_advance,
    [HOSTING_QUIESCE] = wmihost_quiesce,
    [HOSTING_REGISTER] = wmihost_register,
    [HOSTING_LOAD] = wmihost_load,
    [HOSTING_CREATE] = wmihost_create,
    [HOSTING_QUERY] = wmihost_query,
    [HOSTING_RELEASE] = wmihost_release,
    [HOSTING_INITIALIZE] = wmihost_initialize,
    [HOSTING_METHOD] = wmihost_method,
    [HOSTING_HELD] = wmihost_held,
};

static void serve(void *self, struct hosting_message *call, struct hosting_message *answer)
{
    if (ops[call->op])
        ops[call->op](self, call, answer);
    else
        answer->hr = WBEM_E_INVALID_OPERATION;
}

/* Nobody is left to answer to: the provider is not asked to clean up. */
_Noreturn static void ended(void *self, bool is_garbled)
{
    (void)self;
    _exit(is_garbled ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* The socket, out of the way of what a provider reads. -1: stdin is none. */
static int take_socket(void)
{
    int type = 0, fd = -1, nothing;
    socklen_t size = sizeof(type);

    if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_STREAM)
        return -1;
    fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0)
        return -1;
    close(nothing);
    return fd;
}

/* Of a process of its own it is that of who started it. */
static enum principal_account account_of(const char *name)
{
    static const enum principal_account hosts[] = {PRINCIPAL_SYSTEM, PRINCIPAL_LOCAL_SERVICE,
                                                   PRINCIPAL_NETWORK_SERVICE};
    char known[PRINCIPAL_NAME];

    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
        principal_name(&(struct principal){.account = hosts[i]}, known);
        if (strcmp(known, name) == 0)
            return hosts[i];
    }
    return PRINCIPAL_ADMINISTRATOR;
}

int main(int argc, char **argv)
{
    static struct wmihost host = {.lock = PTHREAD_MUTEX_INITIALIZER};
    const int fd = argc == 4 ? take_socket() : -1;

    if (fd < 0) {
        fputs("wmihost: papcheck starts this, to load a class provider in\n", stderr);
        return 2;
    }
    principal_of_process(account_of(argv[1]));
    host.keeps = strcmp(argv[3], "keeps") == 0;
    host.end =
        (struct hosting_end){.self = &host, .serve = serve, .by_maker = true, .ended = ended};
    if (wmihost_windows_new(&host) || hosting_link_new(fd, &host.end, &host.link))
        return EXIT_FAILURE;
    wbem_bind(&wmihost_wmi, &host);
    wbem_bind_plain(&wmihost_plain);
    (void)CoInitializeEx(NULL, COINIT_MULTITHREADED); /* as those are that WMI calls providers on */
    hosting_link_serve(host.link);
    return EXIT_SUCCESS;
}
