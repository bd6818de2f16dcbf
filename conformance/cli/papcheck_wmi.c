/* `papcheck wmi`: what a repository answers, for people. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/cli/papcheck.h"
#include "conformance/host/cim/cim_print.h"
#include "conformance/host/cim/cim_status.h"
#include "conformance/host/mof/mof.h"
#include "conformance/host/wql/wql.h"
#include "conformance/report/markup.h"

enum { OPTION_NAMESPACE, OPTION_REPOSITORY };

static const struct command_option options[] = {
    {"namespace", "NAME", "what is asked; root\\cimv2", OPTION_NAMESPACE, 0},
    {"repository", "DIR", "of `papcheck mof --repository`; one with the system classes alone",
     OPTION_REPOSITORY, 0},
    {NULL, NULL, NULL, 0, 0},
};

struct asked {
    struct cim_repo *repo;
    int64_t ns;
};

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

static int query(struct asked *asked, const char *text)
{
    struct wql_fault fault;
    struct wql parsed;
    char where[400];
    HRESULT hr = wql_parse(text, &parsed, &fault);

    if (SUCCEEDED(hr)) {
        hr = wql_run(asked->repo, asked->ns, &parsed, print, NULL, &fault);
        wql_done(&parsed);
    }
    if (SUCCEEDED(hr))
        return EXIT_OK;
    if (fault.line)
        snprintf(where, sizeof(where), "query:%u:%u", fault.line, fault.column);
    else
        snprintf(where, sizeof(where), "query");
    return failed(where, hr, fault.text);
}

static int list(struct asked *asked, const char *super)
{
    HRESULT hr = cim_repo_classes(asked->repo, asked->ns, super, true, print_name, NULL);

    return SUCCEEDED(hr) ? EXIT_OK : failed(super ? super : "list", hr, "");
}

static int get(struct asked *asked, const char *text)
{
    struct cim_path path = {.key_count = 0};
    struct cim_object *object = NULL;
    HRESULT hr = cim_path_parse(text, &path);

    if (SUCCEEDED(hr) && path.namespace)
        hr = cim_repo_namespace(asked->repo, path.namespace, false, &asked->ns);
    if (SUCCEEDED(hr) && !path.class_name)
        hr = WBEM_E_INVALID_OBJECT_PATH;
    if (SUCCEEDED(hr))
        hr = cim_path_is_class(&path)
                 ? cim_repo_class(asked->repo, asked->ns, path.class_name, &object)
                 : cim_repo_instance(asked->repo, asked->ns, &path, &object);
    if (SUCCEEDED(hr))
        hr = print(NULL, object);
    cim_object_unref(object);
    cim_path_done(&path);
    return SUCCEEDED(hr) ? EXIT_OK : failed(text, hr, "");
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

static int wmi_command(int argc, char **argv)
{
    const char *namespace = "root\\cimv2", *repository = NULL;
    struct asked asked = {.repo = NULL};
    char error[512], *name = NULL;
    int option, status;

    while ((option = command_next(&cli_wmi, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        if (option == OPTION_NAMESPACE)
        namespace = optarg;
        else repository = optarg;
    }
    if (optind >= argc)
        return cli_usage("wmi: expected a query, list, list CLASS or get PATH");
    if (mof_open(repository, &asked.repo, error, sizeof(error)))
        return cli_usage("%s", error);
    if (FAILED(cim_namespace_of(namespace, CIM_SERVER, &name)) ||
        FAILED(cim_repo_namespace(asked.repo, name, false, &asked.ns)))
        status = cli_usage("--namespace %s: no such namespace", namespace);
    else
        status = ask(&asked, argc - optind, argv + optind);
    cim_repo_close(asked.repo);
    free(name);
    return status;
}

const struct command cli_wmi = {
    .name = "wmi",
    .arguments = "QUERY|list [CLASS]|get PATH",
    .text = "Asks a repository: a WQL query, all classes (below CLASS), or one class or instance "
            "by its path. Exit 0: answered, 1: refused, and why, 2: usage.",
    .options = options,
    .run = wmi_command,
};
