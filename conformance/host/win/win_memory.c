/* Memory: a block knows its size and its heap, so that another's is found. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win/win_private.h"

/* `data` is what a program has. */
struct block {
    struct block *next, **at;
    struct heap *heap;
    SIZE_T size;
    max_align_t data[];
};

struct heap {
    struct block *blocks;
    struct world_asset asset;
};
static struct heap of_process, of_local;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void put_in(struct heap *heap, struct block *block)
{
    pthread_mutex_lock(&lock);
    block->heap = heap;
    block->next = heap->blocks;
    block->at = &heap->blocks;
    if (block->next)
        block->next->at = &block->next;
    heap->blocks = block;
    pthread_mutex_unlock(&lock);
}

static void take_out(struct block *block)
{
    pthread_mutex_lock(&lock);
    *block->at = block->next;
    if (block->next)
        block->next->at = block->at;
    pthread_mutex_unlock(&lock);
}

/* NULL: it is none of that heap's. */
static struct block *block_of(const struct heap *heap, const void *data, const char *call)
{
    struct block *block =
        data ? (struct block *)((uintptr_t)data - offsetof(struct block, data)) : NULL;

    if (block && block->heap == heap)
        return block;
    if (data)
        world_find(win_world(), WORLD_FAULT, "bad-block",
                   "%s was given memory that is not from the heap that is named", call);
    return NULL;
}

static void *allocate(struct heap *heap, SIZE_T size, bool zeroed)
{
    struct block *block = NULL;

    if (heap && size <= PTRDIFF_MAX - sizeof(*block))
        block = zeroed ? calloc(1, sizeof(*block) + size) : malloc(sizeof(*block) + size);
    if (!block)
        return NULL;
    block->size = size;
    put_in(heap, block);
    return block->data;
}

static void *resize(struct heap *heap, void *data, SIZE_T size, DWORD flags, const char *call)
{
    struct block *block = block_of(heap, data, call), *grown;

    if (!block || size > PTRDIFF_MAX - sizeof(*block) ||
        (flags & HEAP_REALLOC_IN_PLACE_ONLY && size > block->size))
        return NULL;
    take_out(block);
    grown = realloc(block, sizeof(*block) + size);
    if (!grown) {
        put_in(heap, block);
        return NULL;
    }
    if (flags & HEAP_ZERO_MEMORY && size > grown->size)
        memset((char *)grown->data + grown->size, 0, size - grown->size);
    grown->size = size;
    put_in(heap, grown);
    return grown->data;
}

static bool release(const struct heap *heap, void *data, const char *call)
{
    struct block *block = block_of(heap, data, call);

    if (!block)
        return !data;
    take_out(block);
    block->heap = NULL;
    free(block);
    return true;
}

/* ---- Heap… */
HANDLE WINAPI GetProcessHeap(void)
{
    return &of_process;
}

HANDLE WINAPI HeapCreate(DWORD flags, SIZE_T size, SIZE_T most)
{
    struct heap *heap = calloc(1, sizeof(*heap));

    (void)flags, (void)size, (void)most;
    if (heap)
        world_owe(win_world(), &heap->asset, "heap", "0x%zx", (size_t)heap);
    else
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return heap;
}

BOOL WINAPI HeapDestroy(HANDLE handle)
{
    struct heap *heap = handle;

    if (!heap || heap == &of_process || heap == &of_local)
        return win_fail(ERROR_INVALID_HANDLE);
    while (heap->blocks)
        (void)release(heap, heap->blocks->data, "HeapDestroy");
    world_paid(win_world(), &heap->asset);
    free(heap);
    return TRUE;
}

LPVOID WINAPI HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size)
{
    return allocate(heap, size, flags & HEAP_ZERO_MEMORY);
}

LPVOID WINAPI HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T size)
{
    return resize(heap, block, size, flags, "HeapReAlloc");
}

BOOL WINAPI HeapFree(HANDLE heap, DWORD flags, LPVOID block)
{
    (void)flags;
    return release(heap, block, "HeapFree") ? TRUE : win_fail(ERROR_INVALID_PARAMETER);
}

SIZE_T WINAPI HeapSize(HANDLE heap, DWORD flags, LPCVOID block)
{
    const struct block *found = block_of(heap, block, "HeapSize");

    (void)flags;
    return found ? found->size : SIZE_MAX;
}

/* ---- Local… and Global…, which is the same */
HLOCAL WINAPI LocalAlloc(UINT flags, SIZE_T size)
{
    void *data = allocate(&of_local, size, flags & LMEM_ZEROINIT);

    if (!data)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return data;
}

HLOCAL WINAPI LocalReAlloc(HLOCAL block, SIZE_T size, UINT flags)
{
    void *data = resize(&of_local, block, size, flags & LMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0,
                        "LocalReAlloc");

    if (!data)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return data;
}

SIZE_T WINAPI LocalSize(HLOCAL block)
{
    const struct block *found = block_of(&of_local, block, "LocalSize");

    return found ? found->size : 0;
}

HLOCAL WINAPI LocalFree(HLOCAL block)
{
    if (release(&of_local, block, "LocalFree"))
        return NULL;
    SetLastError(ERROR_INVALID_HANDLE);
    return block;
}

HGLOBAL WINAPI GlobalAlloc(UINT flags, SIZE_T size)
{
    return LocalAlloc(flags, size);
}

HGLOBAL WINAPI GlobalFree(HGLOBAL block)
{
    return LocalFree(block);
}
