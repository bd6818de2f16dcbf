/* What happened in a world: the trace, the findings, what is owed; and the points where a script
 * steps in. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/world/world_private.h"

/* ---- lists of what stays */
static bool add(struct world_list *list, void *item)
{
    if (list->count == list->room) {
        const size_t room = list->room ? list->room * 2 : 64;
        void **at = realloc(list->at, room * sizeof(*at));

        if (!at)
            return false;
        list->at = at;
        list->room = room;
    }
    list->at[list->count++] = item;
    return true;
}

/* Under the lock. */
static bool fill(struct world *world, struct world_entry *entry, const char *format, va_list args)
{
    entry->order = ++world->order;
    entry->thread = world_thread_number(world_self());
    entry->time = world->now;
    return vasprintf(&entry->text, format, args) >= 0;
}

void world_trace(struct world *world, const char *format, ...)
{
    struct world_entry *entry = calloc(1, sizeof(*entry));
    va_list args;

    if (!entry)
        return;
    va_start(args, format);
    world_lock(world);
    if (!fill(world, entry, format, args)) {
        free(entry);
    } else if (!add(&world->entries, entry)) {
        free(entry->text);
        free(entry);
    }
    world_unlock(world);
    va_end(args);
}

static const void *at(struct world *world, const struct world_list *list, size_t index)
{
    const void *item;

    world_lock(world);
    item = index < list->count ? list->at[index] : NULL;
    world_unlock(world);
    return item;
}

const struct world_entry *world_entry(struct world *world, size_t index)
{
    return at(world, &world->entries, index);
}

const struct world_finding *world_finding(struct world *world, size_t index)
{
    return at(world, &world->findings, index);
}

const struct world_finding *world_found(struct world *world, const char *word)
{
    const struct world_finding *finding;

    for (size_t i = 0; (finding = world_finding(world, i)) != NULL; i++) {
        if (strcmp(finding->word, word) == 0)
            return finding;
    }
    return NULL;
}

void world_find(struct world *world, enum world_kind kind, const char *word, const char *format,
                ...)
{
    struct world_finding *finding = calloc(1, sizeof(*finding));
    va_list args;

    if (!finding)
        return;
    finding->kind = kind;
    finding->word = word;
    va_start(args, format);
    world_lock(world);
    if (!fill(world, &finding->entry, format, args)) {
        free(finding);
    } else if (!add(&world->findings, finding)) {
        free(finding->entry.text);
        free(finding);
    }
    world_unlock(world);
    va_end(args);
}

/* ---- what is owed */
void world_owe(struct world *world, struct world_asset *asset, const char *kind, const char *format,
               ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(asset->text, sizeof(asset->text), format, args);
    va_end(args);
    world_lock(world);
    asset->kind = kind;
    asset->order = ++world->order;
    asset->thread = world_thread_number(world_self());
    asset->next = world->assets;
    asset->at = &world->assets;
    if (asset->next)
        asset->next->at = &asset->next;
    world->assets = asset;
    world_unlock(world);
}

void world_paid(struct world *world, struct world_asset *asset)
{
    world_lock(world);
    if (asset->at) {
        *asset->at = asset->next;
        if (asset->next)
            asset->next->at = asset->at;
        asset->at = NULL;
    }
    world_unlock(world);
}

static struct world_asset *owed(struct world *world, const char *kind, unsigned index)
{
    struct world_asset *asset;

    world_lock(world);
    for (asset = world->assets; asset; asset = asset->next) {
        if ((!kind || strcmp(asset->kind, kind) == 0) && index-- == 0)
            break;
    }
    world_unlock(world);
    return asset;
}

unsigned world_audit(struct world *world, const char *kind)
{
    struct world_asset *asset;
    unsigned count = 0;

    while ((asset = owed(world, kind, count)) != NULL) {
        count++;
        world_find(world, WORLD_FAULT, "leak",
                   "%s %s, made by thread %u at step %u, was never given back", asset->kind,
                   asset->text, asset->thread, asset->order);
    }
    return count;
}

/* ---- injection */
void world_inject(struct world *world, enum world_point point, unsigned nth,
                  void (*hook)(void *self, const char *detail), void *self)
{
    world_lock(world);
    world->hooks[point] = (struct world_hook){.nth = nth, .call = hook, .self = self};
    world_unlock(world);
}

void world_reach(struct world *world, enum world_point point, const char *detail)
{
    struct world_hook *hook = &world->hooks[point];
    struct world_hook chosen;

    world_lock(world);
    hook->reached++;
    chosen = *hook;
    world_unlock(world);
    if (chosen.call && (!chosen.nth || chosen.nth == chosen.reached))
        chosen.call(chosen.self, detail);
}

unsigned world_reached(struct world *world, enum world_point point)
{
    unsigned reached;

    world_lock(world);
    reached = world->hooks[point].reached;
    world_unlock(world);
    return reached;
}

void world_record_done(struct world *world)
{
    for (size_t i = 0; i < world->entries.count; i++) {
        struct world_entry *entry = world->entries.at[i];

        free(entry->text);
        free(entry);
    }
    for (size_t i = 0; i < world->findings.count; i++) {
        struct world_finding *finding = world->findings.at[i];

        free(finding->entry.text);
        free(finding);
    }
    free(world->entries.at);
    free(world->findings.at);
}
