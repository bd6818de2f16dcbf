/* One sparse file for the content of all objects: extents are handed out at its end and given back
 * as holes, so that nothing that was committed is ever written again. */
#include "simulator/store/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
/* The file is made longer in steps, so that few objects pay for a system call. */
#define STEP ((uint64_t)1 << 26)
#define LIMIT ((uint64_t)1 << 62)
/* What of it is mapped at a time. */
#define WINDOW ((size_t)4 << 20)

struct arena {
    int fd;
    uint64_t end;  /* next extent */
    uint64_t size; /* of the file, at least end */
    uint64_t most; /* what may be taken of it */
    /* No less than what is taken: a page that is written again counts again, until the sum comes to
     * the limit and the file is asked. */
    uint64_t taken;
    void (*full)(void *self);
    void *self;
    struct {
        uint8_t *bytes; /* NULL: has holes, or cannot be mapped */
        off_t at;
        size_t length; /* 0: no window */
    } window;
};

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

static void close_window(struct arena *arena)
{
    if (arena->window.bytes)
        munmap(arena->window.bytes, arena->window.length);
    arena->window.bytes = NULL;
    arena->window.length = 0;
}

int arena_open(const char *path, struct arena **ret_arena)
{
    struct arena *arena = calloc(1, sizeof(*arena));
    struct stat status;
    int error;

    if (!arena)
        return -ENOMEM;
    arena->fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)
                     : memfd_create("papsim-content", MFD_CLOEXEC);
    if (arena->fd < 0 || fstat(arena->fd, &status) < 0) {
        error = -errno;
        arena_close(arena);
        return error;
    }
    arena->most = UINT64_MAX;
    arena->size = (uint64_t)status.st_size;
    arena->end = round_up(arena->size, PAGE);
    *ret_arena = arena;
    return 0;
}

void arena_close(struct arena *arena)
{
    if (!arena)
        return;
    close_window(arena);
    if (arena->fd >= 0)
        close(arena->fd);
    free(arena);
}

int arena_fd(const struct arena *arena)
{
    return arena->fd;
}

/* ---- mapped */

static bool in_window(const struct arena *arena, off_t at, size_t length)
{
    return at >= arena->window.at && length <= arena->window.length &&
           (size_t)(at - arena->window.at) <= arena->window.length - length;
}

/* From `from` on to where that ends; as far as a window goes if it does not. */
static size_t length_to(const struct arena *arena, off_t from, int what)
{
    off_t end = lseek(arena->fd, from, what);

    return end < from || end - from > (off_t)WINDOW ? WINDOW : (size_t)(end - from);
}

/* Reading a hole through a mapping fills it, in memory for good: no window has one. That a hole is
 * there is remembered, too, until something else is asked for. */
static void open_window(struct arena *arena, off_t at, size_t length)
{
    off_t start = at - at % (off_t)PAGE;
    size_t data = length_to(arena, start, SEEK_HOLE);
    void *bytes = MAP_FAILED;

    close_window(arena);
    arena->window.at = start;
    arena->window.length = data;
    if (data >= (size_t)(at - start) + length)
        bytes = mmap(NULL, data, PROT_READ, MAP_SHARED, arena->fd, start);
    else
        arena->window.length = data + length_to(arena, start + (off_t)data, SEEK_DATA);
    if (bytes != MAP_FAILED)
        arena->window.bytes = bytes;
}

const void *arena_map(struct arena *arena, off_t at, size_t length)
{
    if (length > WINDOW - PAGE)
        return NULL;
    if (!in_window(arena, at, length))
        open_window(arena, at, length);
    return arena->window.bytes ? arena->window.bytes + (at - arena->window.at) : NULL;
}

/* ---- what it may take */

static bool has_room(struct arena *arena, uint64_t more)
{
    struct stat status;

    if (more <= arena->most && arena->taken <= arena->most - more)
        return true;
    if (fstat(arena->fd, &status) == 0)
        arena->taken = (uint64_t)status.st_blocks * 512;
    return more <= arena->most && arena->taken <= arena->most - more;
}

bool arena_limit(struct arena *arena, uint64_t most)
{
    arena->most = most;
    return has_room(arena, 0);
}

void arena_tell(struct arena *arena, void (*full)(void *self), void *self)
{
    arena->full = full;
    arena->self = self;
}

/* Before so much is written. */
static int take(struct arena *arena, uint64_t length)
{
    uint64_t pages = round_up(length, PAGE) + PAGE; /* it may begin within one */

    if (arena->most == UINT64_MAX)
        return 0;
    if (!has_room(arena, pages)) {
        if (arena->full)
            arena->full(arena->self);
        return -EDQUOT;
    }
    arena->taken += pages;
    return 0;
}

/* ---- extents */

int arena_begin_at(struct arena *arena, uint64_t end)
{
    end = round_up(end, PAGE);
    close_window(arena);
    if (ftruncate(arena->fd, (off_t)end) < 0)
        return -errno;
    arena->size = end;
    arena->end = end;
    return 0;
}

/* sendfile ends at the end of the file, so the file covers every extent. */
static int cover(struct arena *arena, uint64_t end)
{
    uint64_t size;

    if (end > LIMIT)
        return -EFBIG;
    if (end <= arena->size)
        return 0;
    size = round_up(end, STEP);
    if (ftruncate(arena->fd, (off_t)size) < 0)
        return -errno;
    arena->size = size;
    return 0;
}

int arena_reserve(struct arena *arena, uint64_t length, off_t *ret_offset)
{
    uint64_t at = arena->end;
    int error;

    if (length > LIMIT)
        return -EFBIG;
    length = round_up(length, PAGE);
    error = cover(arena, at + length);
    if (error)
        return error;
    arena->end = at + length;
    *ret_offset = (off_t)at;
    return 0;
}

int arena_extend(struct arena *arena, off_t offset, uint64_t old_length, uint64_t new_length)
{
    uint64_t old_end = (uint64_t)offset + round_up(old_length, PAGE), end;
    int error;

    if (new_length > LIMIT)
        return -EFBIG;
    end = (uint64_t)offset + round_up(new_length, PAGE);
    if (end <= old_end)
        return 0;
    if (old_end != arena->end)
        return -ENOSPC;
    error = cover(arena, end);
    if (error)
        return error;
    arena->end = end;
    return 0;
}

void arena_trim(struct arena *arena, off_t offset, uint64_t old_length, uint64_t length)
{
    uint64_t old_end = (uint64_t)offset + round_up(old_length, PAGE);
    uint64_t end = (uint64_t)offset + round_up(length, PAGE);

    if (end >= old_end)
        return;
    arena_discard(arena, (off_t)end, old_end - end);
    if (old_end == arena->end)
        arena->end = end;
}

/* ---- bytes */

static bool all_zero(const uint8_t *data, size_t length)
{
    return length == 0 || (data[0] == 0 && memcmp(data, data + 1, length - 1) == 0);
}

int arena_write(struct arena *arena, off_t at, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    int error = take(arena, length);

    if (error)
        return error;
    while (length > 0) {
        ssize_t done = pwrite(arena->fd, bytes, length, at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        bytes += done;
        at += done;
        length -= (size_t)done;
    }
    return 0;
}

int arena_write_fresh(struct arena *arena, off_t at, const void *data, size_t length)
{
    return all_zero(data, length) ? 0 : arena_write(arena, at, data, length);
}

int arena_read(struct arena *arena, off_t at, void *ret_data, size_t length)
{
    uint8_t *bytes = ret_data;

    while (length > 0) {
        ssize_t done = pread(arena->fd, bytes, length, at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? -errno : -EIO;
        bytes += done;
        at += done;
        length -= (size_t)done;
    }
    return 0;
}

static int copy_run(struct arena *arena, off_t from, off_t to, uint64_t length)
{
    while (length > 0) {
        off_t in = from, out = to;
        ssize_t done = copy_file_range(arena->fd, &in, arena->fd, &out, length, 0);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            /* Some file systems cannot: by hand. */
            uint8_t block[PAGE];
            size_t part = length < sizeof(block) ? (size_t)length : sizeof(block);
            int error = arena_read(arena, from, block, part);

            if (!error)
                error = arena_write_fresh(arena, to, block, part);
            if (error)
                return error;
            done = (ssize_t)part;
        }
        from += done;
        to += done;
        length -= (uint64_t)done;
    }
    return 0;
}

int arena_copy(struct arena *arena, off_t from, off_t to, uint64_t length)
{
    off_t end = from + (off_t)length, at = from;

    while (at < end) {
        off_t data = lseek(arena->fd, at, SEEK_DATA), hole;
        int error;

        if (data < 0 && errno == ENXIO)
            return 0;
        if (data < 0)
            return -errno;
        if (data >= end)
            return 0;
        hole = lseek(arena->fd, data, SEEK_HOLE);
        if (hole < 0)
            return -errno;
        if (hole > end)
            hole = end;
        error = take(arena, (uint64_t)(hole - data));
        if (!error)
            error = copy_run(arena, data, to + (data - from), (uint64_t)(hole - data));
        if (error)
            return error;
        at = hole;
    }
    return 0;
}

void arena_discard(struct arena *arena, off_t offset, uint64_t length)
{
    length = round_up(length, PAGE);
    if (length == 0)
        return;
    close_window(arena);
    /* A file system that cannot punch holes keeps the bytes; nobody can reach them any more. */
    (void)fallocate(arena->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, (off_t)length);
}
