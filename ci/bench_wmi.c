/* Figures of providers out of process: what a call costs there, beside the same call of the same
 * provider in this process, and in round trips of a bare socket pair. In interleaved rounds,
 * medians count. usage: bench_wmi WMIHOST PROVIDER; exit 1 if a figure is beyond its limit. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ci/bench.h"
#include "conformance/host/hosting/hosting.h"
#include "conformance/host/mof/mof.h"
#include "conformance/host/wbem/wbem_local.h"
#include "conformance/host/wbem/wbem_value.h"
#include "conformance/host/win/win_host.h"
#include "spcore/com/com_guid.h"

enum { ROUNDS = 31, CALLS = 100, FRAME = 128 };
#define CLASS_ID "{7B1F0E52-31C4-4D0A-9577-0BAA416E8D02}" /* of fixtures/providers/shelf */
#define NAMESPACE "root\\shelf"
#define TRIPS_LIMIT 10.0 /* a call wakes two threads at either end, a bare trip one */

static struct wbem_local local;
static struct win_host windows;

/* ---- a sink for both of a provider's kinds of call, counted */
static atomic_int ended;

static HRESULT STDMETHODCALLTYPE query(IWbemObjectSink *This, REFIID riid, void **ret)
{
    (void)riid;
    *ret = This;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE count_nothing(IWbemObjectSink *This)
{
    (void)This;
    return 1;
}

static HRESULT STDMETHODCALLTYPE indicate(IWbemObjectSink *This, LONG count,
                                          IWbemClassObject **objects)
{
    (void)This, (void)count, (void)objects;
    return WBEM_S_NO_ERROR;
}

static HRESULT STDMETHODCALLTYPE set_status(IWbemObjectSink *This, LONG flags, HRESULT hr,
                                            const BSTR text, IWbemClassObject *object)
{
    (void)This, (void)flags, (void)text, (void)object;
    if (FAILED(hr))
        bench_die("a class was not got");
    atomic_fetch_add(&ended, 1);
    return WBEM_S_NO_ERROR;
}

static const IWbemObjectSinkVtbl sink_vtbl = {query, count_nothing, count_nothing, indicate,
                                              set_status};
static IWbemObjectSink sink = {&sink_vtbl};

static HRESULT STDMETHODCALLTYPE init_query(IWbemProviderInitSink *This, REFIID riid, void **ret)
{
    (void)riid;
    *ret = This;
    return S_OK;
}

static ULONG STDMETHODCALLTYPE init_count(IWbemProviderInitSink *This)
{
    (void)This;
    return 1;
}

static HRESULT STDMETHODCALLTYPE init_status(IWbemProviderInitSink *This, LONG status, LONG flags)
{
    (void)This, (void)flags;
    if (status)
        bench_die("the provider does not come up");
    return S_OK;
}

static const IWbemProviderInitSinkVtbl init_vtbl = {init_query, init_count, init_count,
                                                    init_status};
static IWbemProviderInitSink init_sink = {&init_vtbl};

/* ---- the provider, here and there */
static IWbemServices *services_of(IWbemProviderInit *init, IWbemServices *namespace)
{
    IWbemServices *services = NULL;
    WCHAR name[] = u"root\\shelf";

    if (FAILED(
            IWbemProviderInit_Initialize(init, NULL, 0, name, NULL, namespace, NULL, &init_sink)) ||
        FAILED(IWbemProviderInit_QueryInterface(init, &IID_IWbemServices, (void **)&services)))
        bench_die("the provider does not come up");
    return services;
}

static IWbemServices *in_process(const char *library)
{
    void *module = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    void *symbol = module ? dlsym(module, "DllGetClassObject") : NULL;
    HRESULT(STDMETHODCALLTYPE * get)(REFCLSID, REFIID, void **);
    IClassFactory *factory = NULL;
    IWbemProviderInit *init = NULL;
    IWbemServices *namespace = NULL;
    CLSID clsid;

    memcpy(&get, &symbol, sizeof(symbol));
    if (!symbol || !com_guid_parse(CLASS_ID, &clsid) ||
        FAILED(get(&clsid, &IID_IClassFactory, (void **)&factory)) ||
        FAILED(
            IClassFactory_CreateInstance(factory, NULL, &IID_IWbemProviderInit, (void **)&init)) ||
        FAILED(wbem_services_new(&wbem_local_backend, &local, NAMESPACE, NULL, &namespace)))
        bench_die("the provider does not load");
    return services_of(init, namespace);
}

static IWbemServices *out_of_process(const char *program, const char *library)
{
    const struct hosting_options options = {
        .program = program, .backend = &wbem_local_backend, .backend_self = &local};
    struct hosting *hosting = NULL;
    IWbemProviderInit *init = NULL;
    char *why = NULL;

    if (hosting_start(&options, &hosting) ||
        FAILED(hosting_create(hosting, library, CLASS_ID, &init, &why)))
        bench_die(why ? why : "wmihost does not start");
    return services_of(init, NULL);
}

/* ---- calls: seconds for one */
static double refused(IWbemServices *services)
{
    const double begin = bench_now();

    for (int i = 0; i < CALLS; i++) {
        if (IWbemServices_ExecQueryAsync(services, NULL, NULL, 0, NULL, &sink) !=
            WBEM_E_PROVIDER_NOT_CAPABLE)
            bench_die("a query is not refused");
    }
    return (bench_now() - begin) / CALLS;
}

/* One after the other, as each comes to its end. */
static double got(IWbemServices *services)
{
    const double begin = bench_now();
    BSTR path = NULL;

    if (FAILED(wbem_bstr("Shelf_Place", &path)))
        bench_die("memory");
    for (int i = 0; i < CALLS; i++) {
        atomic_store(&ended, 0);
        if (FAILED(IWbemServices_GetObjectAsync(services, path, 0, NULL, &sink)))
            bench_die("a class is not got");
        while (!atomic_load(&ended))
            sched_yield();
    }
    SysFreeString(path);
    return (bench_now() - begin) / CALLS;
}

/* ---- a bare socket pair */
static int echo(void)
{
    char bytes[FRAME];
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        bench_die("socketpair");
    if (fork() == 0) {
        close(ends[0]);
        while (recv(ends[1], bytes, sizeof(bytes), MSG_WAITALL) == sizeof(bytes) &&
               send(ends[1], bytes, sizeof(bytes), MSG_NOSIGNAL) == sizeof(bytes))
            continue;
        _exit(0);
    }
    close(ends[1]);
    return ends[0];
}

static double trip(int fd)
{
    const double begin = bench_now();
    char bytes[FRAME] = {0};

    for (int i = 0; i < CALLS; i++) {
        if (send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes) ||
            recv(fd, bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes))
            bench_die("a socket pair");
    }
    return (bench_now() - begin) / CALLS;
}

/* ---- figures */
struct figure {
    const char *name;
    double (*call)(IWbemServices *services);
    double limit; /* in round trips; 0: none */
};

static bool report(const struct figure *figure, IWbemServices *here, IWbemServices *there, int fd)
{
    double in[ROUNDS], out[ROUNDS], bare[ROUNDS], near, far, one;
    bool well;

    for (int round = 0; round < ROUNDS; round++) {
        in[round] = figure->call(here);
        out[round] = figure->call(there);
        bare[round] = trip(fd);
    }
    near = bench_median(in, ROUNDS);
    far = bench_median(out, ROUNDS);
    one = bench_median(bare, ROUNDS);
    well = figure->limit <= 0 || far <= figure->limit * one;
    printf("%-12s %8.2f us in process, %8.2f us out of process: %6.1f times, "
           "%5.1f round trips of %.2f us",
           figure->name, near * 1e6, far * 1e6, far / near, far / one, one * 1e6);
    if (figure->limit > 0)
        printf(", limit %.0f  %s", figure->limit, well ? "ok" : "BEYOND");
    puts("");
    return well;
}

static void set_up(void)
{
    struct mof_options options = {.namespace = NAMESPACE};
    struct mof_fault fault;
    char error[300];

    if (mof_open(NULL, &local.repo, error, sizeof(error)))
        bench_die(error);
    if (FAILED(mof_compile(local.repo, "bench", "class Bench {};", 15, &options, &fault)))
        bench_die(fault.text);
    windows.world = world_new();
    windows.machine = pnp_machine_new(NULL);
    windows.notify = notify_new(windows.world, windows.machine);
    win_bind(&windows);
}

int main(int argc, char **argv)
{
    static const struct figure figures[] = {
        {"WMI refusal", refused, TRIPS_LIMIT},
        {"WMI class", got, 0},
    };
    IWbemServices *here, *there;
    cpu_set_t before;
    bool well = true;
    int fd;

    if (argc != 3) {
        fputs("usage: bench_wmi WMIHOST PROVIDER\n", stderr);
        return 2;
    }
    (void)bench_pin(&before);
    fd = echo(); /* before there are threads */
    set_up();
    there = out_of_process(argv[1], argv[2]);
    here = in_process(argv[2]);
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        well &= report(&figures[i], here, there, fd);
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
