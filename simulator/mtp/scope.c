/* The objects an operation speaks of, one after the other, in memory that does not grow with
 * their number. */
#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_quirks.h"

static bool wanted(const struct mtpr_responder *r, const struct mtpr_scope *scope,
                   const struct store_object *object)
{
    if (scope->volume >= 0 && object->volume != scope->volume)
        return false;
    if (scope->no_folders && object->format == MTP_FC_ASSOCIATION)
        return false;
    return scope->format == 0 || mtpr_format_said(r, object) == scope->format;
}

/* Pre-order below `handle`, at most `depth` levels down. */
static struct store_object *below_next(struct mtpr_responder *r, struct mtpr_scope *scope)
{
    struct store_object *top = scope->handle ? store_find(r->store, scope->handle) : NULL;
    struct store_object *at, *next;

    if (!scope->started) {
        scope->started = true;
        scope->level = 1;
        at = store_first_child(r->store, top);
        scope->current = at ? at->handle : 0;
        return at;
    }
    at = scope->current ? store_find(r->store, scope->current) : NULL;
    next = at && scope->level < scope->depth ? store_first_child(r->store, at) : NULL;
    if (next)
        scope->level++;
    while (at && !next) {
        next = store_next_sibling(r->store, at);
        if (next || scope->level == 1)
            break;
        scope->level--;
        at = store_find(r->store, at->parent);
    }
    scope->current = next ? next->handle : 0;
    return next;
}

static struct store_object *any_next(struct mtpr_responder *r, struct mtpr_scope *scope)
{
    if (scope->kind == MTPR_SCOPE_ALL)
        return store_each(r->store, &scope->cursor);
    if (scope->kind == MTPR_SCOPE_BELOW)
        return scope->depth ? below_next(r, scope) : NULL;
    if (scope->started)
        return NULL;
    scope->started = true;
    return store_find(r->store, scope->handle);
}

struct store_object *mtpr_scope_next(struct mtpr_responder *r, struct mtpr_scope *scope)
{
    struct store_object *object;

    while ((object = any_next(r, scope)) != NULL) {
        if (wanted(r, scope, object))
            return object;
    }
    return NULL;
}
