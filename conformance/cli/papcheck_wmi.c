/* `papcheck wmi`: what a repository, and the class providers that are registered in it, answer, for
 * people. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/host/cim/cim_print.h"
#include "conformance/host/cim/cim_status.h"
#include "conformance/host/mof/mof.h"
#include "conformance/host/router/router_process.h"
#include "conformance/host/wbem/wbem_local.h"
#include "conformance/program/program.h"
#include "conformance/report/markup.h"
#include "player_inf.h"

enum { OPTION_NAMESPACE, OPTION_REPOSITORY, OPTION_CLASS_PROVIDER, OPTION_DEVICE };

static const struct command_option options[] = {
    {"namespace", "NAME", "what is asked; root\\cimv2", OPTION_NAMESPACE, 0},
    {"repository", "DIR", "of `papcheck mof --repository`; one with the system classes alone",
     OPTION_REPOSITORY, 0},
    {"class-provider", "LIB",
     "a library that may have the class of a provider that is registered; several, one each",
     OPTION_CLASS_PROVIDER, 0},
    {"device", "URI", "a player that is plugged in where class providers live", OPTION_DEVICE, 0},
    {NULL, NULL, NULL, 0, 0},
};

/* The host: WMI with its repository, and where it loads providers. */
struct asked {
    struct wbem_local local, plain; /* plain: what providers have for WMI */
    struct wbem_call call;
    struct router_processes *processes; /* NULL: no library is given */
    struct router *router;
};

/* A provider that failed has a reason that no client is told. */
static void print_reason(const struct asked *asked)
{
    const char *said = asked->processes ? router_processes_said(asked->processes) : "";

    if (*said)
        cli_complain("%s", said);
}

static int failed(const char *what, HRESULT hr, const char *more)
{
    rep_plain(stdout, what);
    printf(": %s", cim_status(hr));
    if (more[0])
        fputs(": ", stdout);
    rep_plain(stdout, more);
    putchar('\n');
    return EXIT_NONCONFORMANT;
}

static HRESULT print(void *self, struct cim_object *object)
{
    char *text = cim_mof(object, 0);

    (void)self;
    if (!text)
        return WBEM_E_OUT_OF_MEMORY;
    cli_print_lines(text);
    free(text);
    return WBEM_S_NO_ERROR;
}

static HRESULT print_name(void *self, struct cim_object *object)
{
    (void)self;
    rep_plain(stdout, object->class_name);
    if (cim_superclass(object)) {
        fputs(" : ", stdout);
        rep_plain(stdout, cim_superclass(object));
    }
    putchar('\n');
    return WBEM_S_NO_ERROR;
}

/* A partial result is printed as far as it goes. */
static int answered(const struct asked *asked, const char *what, HRESULT hr, const char *more)
{
    print_reason(asked);
    return hr == WBEM_S_NO_ERROR ? EXIT_OK : failed(what, hr, more);
}

static int query(struct asked *asked, const char *text)
{
    struct wql_fault fault = {.line = 0};
    char where[400] = "query";
    HRESULT hr = wbem_local_query(&asked->local, &asked->call, text, print, NULL, &fault);

    if (fault.line)
        snprintf(where, sizeof(where), "query:%u:%u", fault.line, fault.column);
    return answered(asked, where, hr, fault.text);
}

static int list(struct asked *asked, const char *super)
{
    HRESULT hr = wbem_local_backend.find(&asked->local, &asked->call, WBEM_CLASSES,
                                         super ? super : "", print_name, NULL);

    return answered(asked, super ? super : "list", hr, "");
}

static int get(struct asked *asked, const char *path)
{
    struct cim_object *object = NULL;
    HRESULT hr = wbem_local_backend.get(&asked->local, &asked->call, path, &object);

    if (SUCCEEDED(hr))
        hr = print(NULL, object);
    cim_object_unref(object);
    return answered(asked, path, hr, "");
}

static int ask(struct asked *asked, int count, char **words)
{
    if (count == 2 && strcmp(words[0], "get") == 0)
        return get(asked, words[1]);
    if (count <= 2 && strcmp(words[0], "list") == 0)
        return list(asked, count == 2 ? words[1] : NULL);
    if (count == 1)
        return query(asked, words[0]);
    return cli_usage("wmi: expected a query, list, list CLASS or get PATH");
}

/* ---- the host */
struct given {
    const char *namespace, *repository, *device;
    const char **libraries; /* ends with NULL */
    size_t library_count;
};

/* 0, or an exit code. */
static int load_with(struct asked *asked, const struct given *given)
{
    static char program[PATH_MAX];
    const struct router_processes_options processes = {.hosting = {.program = program,
                                                                   .backend = &wbem_local_backend,
                                                                   .backend_self = &asked->plain},
                                                       .libraries = given->libraries,
                                                       .inf = player_inf,
                                                       .device = given->device};
    struct router_options routes = {.repo = asked->local.repo,
                                    .activator = &router_process_activator};

    for (size_t i = 0; i < given->library_count; i++) {
        int status = cli_check_library("class-provider", given->libraries[i]);
        if (status)
            return status;
    }
    if (program_beside("wmihost", program, sizeof(program))) {
        cli_complain("wmihost: not beside papcheck");
        return EXIT_ERROR;
    }
    asked->processes = router_processes_new(&processes);
    routes.activator_self = asked->processes;
    if (!asked->processes || FAILED(router_new(&routes, &asked->router))) {
        cli_complain("no memory");
        return EXIT_ERROR;
    }
    asked->local.source = &router_source;
    asked->local.source_self = asked->router;
    return 0;
}

static int open_and_ask(const struct given *given, int count, char **words)
{
    struct asked asked = {.processes = NULL};
    char error[512], *name = NULL;
    int64_t ns;
    int status = 0;

    if (mof_open(given->repository, &asked.local.repo, error, sizeof(error)))
        return cli_usage("%s", error);
    asked.plain.repo = asked.local.repo;
    if (FAILED(cim_namespace_of(given->namespace, CIM_SERVER, &name)) ||
        FAILED(cim_repo_namespace(asked.local.repo, name, false, &ns)))
        status = cli_usage("--namespace %s: no such namespace", given->namespace);
    if (!status && given->library_count)
        status = load_with(&asked, given);
    asked.call.namespace = name;
    if (!status)
        status = ask(&asked, count, words);
    router_free(asked.router);
    router_processes_free(asked.processes);
    cim_repo_close(asked.local.repo);
    free(name);
    return status;
}

/* 0, or an exit code. */
static int read_options(int argc, char **argv, struct given *given)
{
    const char **const values[] = {[OPTION_NAMESPACE] = &given->namespace,
                                   [OPTION_REPOSITORY] = &given->repository,
                                   [OPTION_DEVICE] = &given->device};
    int option;

    while ((option = command_next(&cli_wmi, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        if (option == OPTION_CLASS_PROVIDER)
            given->libraries[given->library_count++] = optarg;
        else
            *values[option] = optarg;
    }
    if (optind >= argc)
        return cli_usage("wmi: expected a query, list, list CLASS or get PATH");
    return given->device && !given->library_count
               ? cli_usage("--device wants --class-provider: nobody else lives with it")
               : 0;
}

static int wmi_command(int argc, char **argv)
{
    struct given given = {.namespace = "root\\cimv2",
                          .libraries = calloc((size_t)argc + 1, sizeof(*given.libraries))};
    int status;

    if (!given.libraries) {
        cli_complain("no memory");
        return EXIT_ERROR;
    }
    status = read_options(argc, argv, &given);
    if (!status)
        status = open_and_ask(&given, argc - optind, argv + optind);
    free(given.libraries);
    return status;
}

const struct command cli_wmi = {
    .name = "wmi",
    .arguments = "QUERY|list [CLASS]|get PATH",
    .text = "Asks a repository: a WQL query, all classes (below CLASS), or one class or instance "
            "by its path. With --class-provider what is registered in it is loaded and answers, "
            "too. Exit 0: answered, 1: refused, or not by all, and why, 2: usage.",
    .options = options,
    .run = wmi_command,
};
