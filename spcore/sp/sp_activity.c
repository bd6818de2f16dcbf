/* The operations that run on a device: each lies on its caller's stack and in this list, so that
 * GetStatus from another thread tells what the device is busy with. */
#include "spcore/sp/sp_activity.h"

void sp_activity_init(struct sp_activity *activity)
{
    pthread_mutex_init(&activity->lock, NULL);
    activity->first = NULL;
}

void sp_activity_done(struct sp_activity *activity)
{
    pthread_mutex_destroy(&activity->lock);
}

/* All of these want the lock. */
static void begin(struct sp_activity *activity, struct sp_running *running, uint32_t storage,
                  DWORD status)
{
    *running = (struct sp_running){activity->first, storage, status};
    activity->first = running;
}

static DWORD status_of(const struct sp_activity *activity, uint32_t storage)
{
    DWORD status = 0;

    for (const struct sp_running *row = activity->first; row; row = row->next) {
        if (!storage || row->storage == storage)
            status |= row->status | WMDM_STATUS_BUSY;
    }
    return status;
}

void sp_activity_begin(struct sp_activity *activity, struct sp_running *running, uint32_t storage,
                       DWORD status)
{
    pthread_mutex_lock(&activity->lock);
    begin(activity, running, storage, status);
    pthread_mutex_unlock(&activity->lock);
}

bool sp_activity_claim(struct sp_activity *activity, struct sp_running *running, uint32_t storage,
                       DWORD status)
{
    bool is_free;

    pthread_mutex_lock(&activity->lock);
    is_free = !status_of(activity, storage);
    if (is_free)
        begin(activity, running, storage, status);
    pthread_mutex_unlock(&activity->lock);
    return is_free;
}

void sp_activity_end(struct sp_activity *activity, struct sp_running *running)
{
    pthread_mutex_lock(&activity->lock);
    for (struct sp_running **at = &activity->first; *at; at = &(*at)->next) {
        if (*at == running) {
            *at = running->next;
            break;
        }
    }
    pthread_mutex_unlock(&activity->lock);
}

DWORD sp_activity_status(struct sp_activity *activity, uint32_t storage)
{
    DWORD status;

    pthread_mutex_lock(&activity->lock);
    status = status_of(activity, storage);
    pthread_mutex_unlock(&activity->lock);
    return status;
}
