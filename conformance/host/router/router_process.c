/* The processes of a host. One lock is held while an object is made: a process is begun once. */
#include "conformance/host/router/router_process.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

enum { SLICE_MS = 5 };

struct process {
    struct process *next;
    struct router_processes *all;
    struct hosting *hosting;
    char *account, *group; /* NULL: it is one provider's own */
    unsigned users;
    bool stays; /* what was let go of in it goes on by itself */
};

struct router_processes {
    struct router_processes_options options;
    pthread_mutex_t lock; /* of all that follows */
    struct process *first;
    char said[300];
};

/* Under the lock. Takes `why`. */
static HRESULT say(struct router_processes *all, HRESULT hr, const char *what, char *why)
{
    snprintf(all->said, sizeof(all->said), "%s: %s", what, why ? why : "it does not answer");
    free(why);
    return hr;
}

/* ---- a process */
static void process_free(struct process *it)
{
    hosting_stop(it->hosting);
    free(it->account);
    free(it->group);
    free(it);
}

static HRESULT plug(struct process *it)
{
    const struct router_processes_options *options = &it->all->options;
    char *why = NULL;
    HRESULT hr = options->inf ? hosting_stage(it->hosting, options->inf, &why) : S_OK;

    if (SUCCEEDED(hr) && options->device)
        hr = hosting_plug(it->hosting, options->device, &why);
    return FAILED(hr) ? say(it->all, hr, options->device ? options->device : "INF", why) : hr;
}

static HRESULT begin(struct router_processes *all, const struct provider_registration *provider,
                     struct process **ret)
{
    struct hosting_options options = all->options.hosting;
    struct process *it = calloc(1, sizeof(*it));
    HRESULT hr = it ? cim_dup(provider->model->account, &it->account) : WBEM_E_OUT_OF_MEMORY;
    int error;

    if (SUCCEEDED(hr))
        hr = cim_dup(provider->group, &it->group);
    if (SUCCEEDED(hr)) {
        it->all = all;
        options.account = it->account;
        options.group = it->group;
        error = hosting_start(&options, &it->hosting);
        if (error)
            hr = say(all, WBEM_E_PROVIDER_LOAD_FAILURE, options.program, strdup(strerror(-error)));
    }
    if (SUCCEEDED(hr))
        hr = plug(it);
    if (FAILED(hr) && it)
        process_free(it);
    else
        *ret = it;
    return hr;
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcasecmp(a, b) == 0 : a == b;
}

static bool lives(struct process *it)
{
    const char *how;

    return hosting_fate(it->hosting, &how) == HOSTING_LIVES;
}

/* Under the lock. */
static HRESULT process_for(struct router_processes *all,
                           const struct provider_registration *provider, struct process **ret)
{
    struct process *it = all->first;
    HRESULT hr;

    while (it && !(it->account && same(it->account, provider->model->account) &&
                   same(it->group, provider->group) && lives(it)))
        it = it->next;
    if (it) {
        *ret = it;
        return S_OK;
    }
    hr = begin(all, provider, &it);
    if (FAILED(hr))
        return hr;
    it->next = all->first;
    all->first = it;
    *ret = it;
    return S_OK;
}

/* Under the lock: where nobody is any more, and nothing goes on, it ends. */
static void let_go(struct process *it)
{
    struct process **at = &it->all->first;
    const char *how;

    if (it->users || (it->stays && lives(it)))
        return;
    if (hosting_fate(it->hosting, &how) != HOSTING_LIVES)
        (void)say(it->all, S_OK, "a provider's process", strdup(how));
    while (*at != it)
        at = &(*at)->next;
    *at = it->next;
    process_free(it);
}

/* ---- an object */
/* The class is what the library's registration says, which has to suit any thread. */
static HRESULT create_from(struct process *it, const char *library, const char *clsid,
                           IWbemProviderInit **ret)
{
    char *threading = NULL, *why = NULL, what[200];
    HRESULT hr = hosting_register(it->hosting, library, clsid, &threading, &why);

    snprintf(what, sizeof(what), FAILED(hr) ? "%s: DllRegisterServer" : "%s", library);
    if (SUCCEEDED(hr) && (!threading || !*threading)) {
        hr = WBEM_E_PROVIDER_LOAD_FAILURE;
        why = strdup("no library registers it");
        snprintf(what, sizeof(what), "%s", clsid);
    } else if (SUCCEEDED(hr) && strcasecmp(threading, "Both") != 0 &&
               strcasecmp(threading, "Free") != 0) {
        hr = WBEM_E_PROVIDER_LOAD_FAILURE;
        why = strdup("its ThreadingModel is neither Both nor Free");
    } else if (SUCCEEDED(hr)) {
        hr = hosting_create(it->hosting, library, clsid, ret, &why);
    }
    free(threading);
    return FAILED(hr) ? say(it->all, hr, what, why) : hr;
}

static HRESULT activate(void *self, const struct provider_registration *provider,
                        IWbemProviderInit **ret, void **ret_place)
{
    struct router_processes *all = self;
    struct process *it = NULL;
    HRESULT hr;

    pthread_mutex_lock(&all->lock);
    hr = process_for(all, provider, &it);
    if (SUCCEEDED(hr)) {
        hr = WBEM_E_PROVIDER_LOAD_FAILURE;
        for (size_t i = 0; FAILED(hr) && all->options.libraries[i]; i++)
            hr = create_from(it, all->options.libraries[i], provider->clsid, ret);
        if (SUCCEEDED(hr)) {
            it->users++;
            all->said[0] = '\0'; /* that another library has not the class */
        } else {
            let_go(it);
        }
    }
    pthread_mutex_unlock(&all->lock);
    if (SUCCEEDED(hr))
        *ret_place = it;
    return hr;
}

static void turn(void *self, void *place)
{
    (void)self;
    (void)hosting_advance(((struct process *)place)->hosting, SLICE_MS, NULL);
}

static bool place_lives(void *self, void *place)
{
    (void)self;
    return lives(place);
}

static void leave(void *self, void *place, bool pure)
{
    struct router_processes *all = self;
    struct process *it = place;

    pthread_mutex_lock(&all->lock);
    it->users--;
    it->stays = it->stays || !pure;
    let_go(it);
    pthread_mutex_unlock(&all->lock);
}

const struct router_activator router_process_activator = {
    .activate = activate, .lives = place_lives, .turn = turn, .leave = leave};

/* ---- life */
struct router_processes *router_processes_new(const struct router_processes_options *options)
{
    struct router_processes *all = calloc(1, sizeof(*all));

    if (!all)
        return NULL;
    all->options = *options;
    pthread_mutex_init(&all->lock, NULL);
    return all;
}

void router_processes_free(struct router_processes *all)
{
    if (!all)
        return;
    while (all->first) {
        struct process *it = all->first;

        all->first = it->next;
        process_free(it);
    }
    pthread_mutex_destroy(&all->lock);
    free(all);
}

const char *router_processes_said(struct router_processes *all)
{
    return all->said;
}

size_t router_processes_count(struct router_processes *all)
{
    size_t count = 0;

    pthread_mutex_lock(&all->lock);
    for (const struct process *it = all->first; it; it = it->next)
        count++;
    pthread_mutex_unlock(&all->lock);
    return count;
}
