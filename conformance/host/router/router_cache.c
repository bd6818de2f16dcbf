/* Providers that are loaded. A name has one at a time; one that was registered anew with another
 * class, or whose process has ended, goes when the calls that are in it have come back. */
#include <stdlib.h>
#include <string.h>

#include "conformance/host/router/router_private.h"

static void loaded_free(struct router_loaded *it)
{
    free(it->namespace);
    free(it->name);
    free(it->clsid);
    free(it);
}

static struct router_loaded *loaded_new(struct router *router,
                                        const struct provider_registration *who)
{
    struct router_loaded *it = calloc(1, sizeof(*it));

    if (!it)
        return NULL;
    it->router = router;
    it->pure = who->pure;
    it->loading = true;
    if (SUCCEEDED(cim_dup(who->namespace, &it->namespace)) &&
        SUCCEEDED(cim_dup(who->name, &it->name)) && SUCCEEDED(cim_dup(who->clsid, &it->clsid)))
        return it;
    loaded_free(it);
    return NULL;
}

/* ---- those that go. Moved over under the lock, and unloaded without it. */
static void move(struct router_loaded **at, struct router_loaded **gone)
{
    struct router_loaded *it = *at;

    *at = it->next;
    it->next = *gone;
    *gone = it;
}

static void unload_all(struct router_loaded *gone)
{
    while (gone) {
        struct router_loaded *next = gone->next;

        if (gone->services)
            router_unload(gone);
        loaded_free(gone);
        gone = next;
    }
}

/* ---- by and by: each time that ClearAfter has passed those go that were idle for as long */
static void start_sweeping(struct router *router, uint64_t clear_after)
{
    struct world *world = router->options.world;

    world_timer_start(world, &router->sweep, world_now(world) + clear_after);
}

static void sweep(void *self)
{
    struct router *router = self;
    const uint64_t clear_after = router_clear_after(router->options.repo);
    const uint64_t now = world_now(router->options.world);
    struct router_loaded *gone = NULL;
    bool more;

    pthread_mutex_lock(&router->lock);
    for (struct router_loaded **at = &router->loaded; *at;) {
        if (!(*at)->users && now - (*at)->idle_since >= clear_after)
            move(at, &gone);
        else
            at = &(*at)->next;
    }
    more = router->sweeping = router->loaded != NULL;
    pthread_mutex_unlock(&router->lock);
    unload_all(gone);
    if (more)
        start_sweeping(router, clear_after);
}

/* ---- in use */
/* Is it still what its name says, or about to be? Under the lock. */
static bool is_current(const struct router_loaded *it, const struct provider_registration *who)
{
    return !it->stale && strcasecmp(it->clsid, who->clsid) == 0 &&
           (it->loading || router_lives(it));
}

/* Under the lock: one that new requests may have; others of its name become stale. */
static struct router_loaded *find(struct router *router, const struct provider_registration *who,
                                  struct router_loaded **gone)
{
    struct router_loaded *found = NULL;

    for (struct router_loaded **at = &router->loaded; *at;) {
        struct router_loaded *it = *at;
        const bool named =
            strcasecmp(it->namespace, who->namespace) == 0 && strcasecmp(it->name, who->name) == 0;

        if (named && is_current(it, who))
            found = it;
        else if (named)
            it->stale = true;
        if (it->stale && !it->users)
            move(at, gone);
        else
            at = &it->next;
    }
    return found;
}

/* Whoever comes first loads it, the others wait for that. Under the lock. */
static void load(struct router *router, struct router_loaded *it,
                 const struct provider_registration *who)
{
    HRESULT hr;

    pthread_mutex_unlock(&router->lock);
    hr = router_load(it, who);
    pthread_mutex_lock(&router->lock);
    it->hr = hr;
    it->loading = false;
    it->stale = it->stale || FAILED(hr); /* the next request tries again */
    pthread_cond_broadcast(&router->changed);
}

HRESULT router_use(struct router *router, const struct provider_registration *who,
                   struct router_loaded **ret)
{
    struct router_loaded *it, *fresh = NULL, *gone = NULL;
    bool starts = false;
    HRESULT hr = WBEM_E_OUT_OF_MEMORY;

    pthread_mutex_lock(&router->lock);
    it = find(router, who, &gone);
    if (!it && (it = fresh = loaded_new(router, who))) {
        it->next = router->loaded;
        router->loaded = it;
        starts = router->options.world && !router->sweeping;
        router->sweeping = router->sweeping || starts;
    }
    if (it)
        it->users++;
    if (fresh)
        load(router, fresh, who);
    while (it && it->loading)
        pthread_cond_wait(&router->changed, &router->lock);
    if (it)
        hr = it->hr;
    pthread_mutex_unlock(&router->lock);
    unload_all(gone);
    if (starts)
        start_sweeping(router, router_clear_after(router->options.repo));
    if (FAILED(hr) && it)
        router_unuse(it, false);
    else if (SUCCEEDED(hr))
        *ret = it;
    return hr;
}

void router_unuse(struct router_loaded *it, bool broken)
{
    struct router *router = it->router;
    struct router_loaded *gone = NULL;
    struct router_loaded **at = &router->loaded;

    pthread_mutex_lock(&router->lock);
    it->stale = it->stale || broken;
    it->users--;
    if (router->options.world)
        it->idle_since = world_now(router->options.world);
    while (*at != it)
        at = &(*at)->next;
    if (it->stale && !it->users)
        move(at, &gone);
    pthread_mutex_unlock(&router->lock);
    unload_all(gone);
}

/* ---- life */
HRESULT router_new(const struct router_options *options, struct router **ret)
{
    struct router *router = calloc(1, sizeof(*router));

    if (!router)
        return WBEM_E_OUT_OF_MEMORY;
    router->options = *options;
    if (!options->patience_ms)
        router->options.patience_ms = ROUTER_PATIENCE_MS;
    router->sweep = (struct world_timer){.fire = sweep, .self = router};
    pthread_mutex_init(&router->lock, NULL);
    pthread_cond_init(&router->changed, NULL);
    *ret = router;
    return WBEM_S_NO_ERROR;
}

void router_free(struct router *router)
{
    if (!router)
        return;
    if (router->options.world)
        world_timer_stop(router->options.world, &router->sweep);
    unload_all(router->loaded);
    pthread_cond_destroy(&router->changed);
    pthread_mutex_destroy(&router->lock);
    free(router);
}
