/* All storages of a device by the objects they stand for: an object that is sent again whole gets
 * another handle, which every one of them is to follow. Thread safe. */
#ifndef SPCORE_SP_SP_FOLLOWERS_H
#define SPCORE_SP_SP_FOLLOWERS_H

#include <pthread.h>
#include <stdint.h>

struct sp_follower { /* the storage's own, while it lives */
    struct sp_follower *next, **link;
    _Atomic uint32_t *handle; /* its handle */
};

struct sp_followers {
    pthread_mutex_t lock;
    struct sp_follower *first;
};

void sp_followers_init(struct sp_followers *followers);
void sp_followers_done(struct sp_followers *followers);
void sp_followers_add(struct sp_followers *followers, struct sp_follower *one,
                      _Atomic uint32_t *handle);
void sp_followers_remove(struct sp_followers *followers, struct sp_follower *one);
/* From now on the object has the handle `to`. */
void sp_followers_move(struct sp_followers *followers, uint32_t from, uint32_t to);

#endif
