/* A list of pieces for each IN endpoint, the oldest first. */
#include "spcore/transport/tp_kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- room for answers, so that a small call does not allocate */

struct tp_kept *tp_kept_spare(struct tp *tp)
{
    struct tp_kept *spare;

    pthread_mutex_lock(&tp->kept_lock);
    spare = tp->spare;
    if (spare)
        tp->spare = spare->next;
    pthread_mutex_unlock(&tp->kept_lock);
    if (!spare)
        spare = malloc(sizeof(*spare) + TP_ANSWER);
    if (spare)
        *spare = (struct tp_kept){.is_answer = true};
    return spare;
}

/* Under kept_lock. */
static void give_back(struct tp *tp, struct tp_kept *kept)
{
    if (!kept->is_answer) {
        free(kept);
        return;
    }
    kept->next = tp->spare;
    tp->spare = kept;
}

void tp_kept_free_spare(struct tp *tp)
{
    struct tp_kept *spare;

    while ((spare = tp->spare)) {
        tp->spare = spare->next;
        free(spare);
    }
}

/* ---- kept bytes */

void tp_kept_forget(struct tp *tp, uint8_t endpoint)
{
    struct tp_kept *kept;

    pthread_mutex_lock(&tp->kept_lock);
    while ((kept = tp->kept[endpoint & 0x0f])) {
        tp->kept[endpoint & 0x0f] = kept->next;
        give_back(tp, kept);
    }
    pthread_mutex_unlock(&tp->kept_lock);
}

/* Takes it over. */
static void append(struct tp *tp, uint8_t endpoint, struct tp_kept *kept)
{
    struct tp_kept **at = &tp->kept[endpoint & 0x0f];

    pthread_mutex_lock(&tp->kept_lock);
    while (*at)
        at = &(*at)->next;
    *at = kept;
    pthread_mutex_unlock(&tp->kept_lock);
}

static struct tp_kept *copy(const void *data, size_t length)
{
    struct tp_kept *kept = malloc(sizeof(*kept) + length);

    if (!kept)
        return NULL;
    *kept = (struct tp_kept){.to = length};
    if (length > 0)
        memcpy(kept->data, data, length);
    return kept;
}

int tp_kept_put(struct tp *tp, uint8_t endpoint, const void *data, size_t length, bool closes)
{
    struct tp_kept *kept;

    if (length == 0 && !closes)
        return 0;
    kept = copy(data, length);
    if (!kept)
        return -ENOMEM;
    kept->closes = closes;
    append(tp, endpoint, kept);
    return 0;
}

int tp_kept_put_first(struct tp *tp, uint8_t endpoint, const void *data, size_t length)
{
    struct tp_kept **first = &tp->kept[endpoint & 0x0f], *kept = copy(data, length);

    if (!kept)
        return -ENOMEM;
    pthread_mutex_lock(&tp->kept_lock);
    kept->next = *first;
    *first = kept;
    pthread_mutex_unlock(&tp->kept_lock);
    return 0;
}

bool tp_kept_take(struct tp *tp, uint8_t endpoint, void *data, size_t room, size_t *ret_count)
{
    struct tp_kept **first = &tp->kept[endpoint & 0x0f], *kept;
    size_t count = 0;
    bool closes = false;

    pthread_mutex_lock(&tp->kept_lock);
    kept = *first;
    if (kept) {
        count = kept->to - kept->from < room ? kept->to - kept->from : room;
        memcpy(data, kept->data + kept->from, count);
        kept->from += count;
        if (kept->from == kept->to) {
            closes = kept->closes;
            *first = kept->next;
            give_back(tp, kept);
        }
    }
    pthread_mutex_unlock(&tp->kept_lock);
    *ret_count = count;
    return closes;
}

bool tp_kept_any(struct tp *tp, uint8_t endpoint)
{
    bool has;

    pthread_mutex_lock(&tp->kept_lock);
    has = tp->kept[endpoint & 0x0f] != NULL;
    pthread_mutex_unlock(&tp->kept_lock);
    return has;
}

void tp_kept_put_answer(struct tp *tp, uint8_t endpoint, struct tp_kept *answer)
{
    if (answer->to > 0 || answer->closes) {
        append(tp, endpoint, answer);
        return;
    }
    pthread_mutex_lock(&tp->kept_lock);
    give_back(tp, answer);
    pthread_mutex_unlock(&tp->kept_lock);
}
