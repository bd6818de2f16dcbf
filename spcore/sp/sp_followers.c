/* A list, as the handles of its members change. */
#include "spcore/sp/sp_followers.h"

#include <stddef.h>

void sp_followers_init(struct sp_followers *followers)
{
    pthread_mutex_init(&followers->lock, NULL);
    followers->first = NULL;
}

void sp_followers_done(struct sp_followers *followers)
{
    pthread_mutex_destroy(&followers->lock);
}

void sp_followers_add(struct sp_followers *followers, struct sp_follower *one,
                      _Atomic uint32_t *handle)
{
    pthread_mutex_lock(&followers->lock);
    *one = (struct sp_follower){followers->first, &followers->first, handle};
    if (one->next)
        one->next->link = &one->next;
    followers->first = one;
    pthread_mutex_unlock(&followers->lock);
}

void sp_followers_remove(struct sp_followers *followers, struct sp_follower *one)
{
    pthread_mutex_lock(&followers->lock);
    *one->link = one->next;
    if (one->next)
        one->next->link = one->link;
    pthread_mutex_unlock(&followers->lock);
}

void sp_followers_move(struct sp_followers *followers, uint32_t from, uint32_t to)
{
    pthread_mutex_lock(&followers->lock);
    for (struct sp_follower *one = followers->first; one; one = one->next) {
        if (*one->handle == from)
            *one->handle = to;
    }
    pthread_mutex_unlock(&followers->lock);
}
