/* The register of open objects: the device itself does not know who reads and who writes, and two
 * interfaces may be of one object. */
#include "spcore/sp/sp_opened.h"

void sp_opened_init(struct sp_opened *opened)
{
    pthread_mutex_init(&opened->lock, NULL);
    opened->first = NULL;
}

void sp_opened_done(struct sp_opened *opened)
{
    pthread_mutex_destroy(&opened->lock);
}

HRESULT sp_opened_add(struct sp_opened *opened, struct sp_opening *opening)
{
    HRESULT hr = S_OK;

    pthread_mutex_lock(&opened->lock);
    for (struct sp_opening *row = opened->first; row; row = row->next) {
        if (row->handle == opening->handle && (row->writing || opening->writing))
            hr = WMDM_E_BUSY;
    }
    if (SUCCEEDED(hr)) {
        opening->next = opened->first;
        opened->first = opening;
    }
    pthread_mutex_unlock(&opened->lock);
    return hr;
}

void sp_opened_remove(struct sp_opened *opened, struct sp_opening *opening)
{
    pthread_mutex_lock(&opened->lock);
    for (struct sp_opening **at = &opened->first; *at; at = &(*at)->next) {
        if (*at == opening) {
            *at = opening->next;
            break;
        }
    }
    pthread_mutex_unlock(&opened->lock);
}

bool sp_opened_has(struct sp_opened *opened, uint32_t storage, uint32_t handle)
{
    bool found = false;

    pthread_mutex_lock(&opened->lock);
    for (struct sp_opening *row = opened->first; row; row = row->next) {
        if ((!storage || row->storage == storage) && (!handle || row->handle == handle))
            found = true;
    }
    pthread_mutex_unlock(&opened->lock);
    return found;
}
