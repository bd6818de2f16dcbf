/* The store: what it takes and refuses, in memory and again from disk. */
#include "simulator/store/store.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mtp_codes.h"

static int64_t noon(void *self)
{
    (void)self;
    return 1767225600;
}

static struct store *open_store(const char *dir)
{
    static const struct store_volume volumes[] = {
        {.id = 0x00010001, .capacity = (uint64_t)8 << 30, .present = true},
        {.id = 0x00020001, .capacity = 1 << 20, .present = true, .keep_both = true},
    };
    struct store_options options = {
        .volumes = volumes,
        .volume_count = 2,
        .state_dir = dir,
        .seed = 5,
        .clock = {noon, NULL},
        .policy = &store_by_the_book,
    };
    struct store *store;
    char error[300];

    cr_assert_eq(store_new(&options, &store, error, sizeof(error)), 0, "%s", error);
    return store;
}

static int make(struct store *store, size_t volume, uint32_t parent, const char *name,
                const char *text, struct store_object **ret_object)
{
    struct store_draft draft = {.volume = volume,
                                .parent = parent,
                                .format = text ? MTP_FC_TEXT : MTP_FC_ASSOCIATION,
                                .name = name,
                                .size = text ? strlen(text) : 0};

    cr_assert_eq(arena_reserve(store_arena(store), draft.size, &draft.offset), 0);
    if (text)
        cr_assert_eq(arena_write_fresh(store_arena(store), draft.offset, text, draft.size), 0);
    return store_create(store, &draft, ret_object);
}

static bool holds(struct store *store, const struct store_object *object, const char *text)
{
    char bytes[256] = "";

    return object && object->size == strlen(text) &&
           arena_read(store_arena(store), object->offset, bytes, strlen(text)) == 0 &&
           memcmp(bytes, text, strlen(text)) == 0;
}

Test(store, a_name_taken_is_refused_or_kept_twice_as_the_volume_says)
{
    struct store *store = open_store(NULL);
    struct store_object *object;

    cr_assert_eq(make(store, 0, 0, "a", "1", &object), 0);
    cr_assert_eq(make(store, 0, 0, "a", "2", &object), -EEXIST);
    cr_assert_eq(make(store, 1, 0, "a", "1", &object), 0);
    cr_assert_eq(make(store, 1, 0, "a", "2", &object), 0);
    store_free(store);
}

Test(store, names_follow_the_rules)
{
    char long_name[300];

    memset(long_name, 'x', sizeof(long_name));
    long_name[254] = '\0';
    cr_assert(store_name_legal(long_name));
    long_name[254] = 'x';
    long_name[255] = '\0';
    cr_assert_not(store_name_legal(long_name));
    cr_assert_not(store_name_legal(""));
    cr_assert_not(store_name_legal(".."));
    cr_assert_not(store_name_legal("a/b"));
    cr_assert_not(store_name_legal("a\\b"));
    cr_assert_not(store_name_legal("a\x01"));
    cr_assert(store_name_legal("\xf0\x9f\x8e\xb5.mp3"));
}

Test(store, what_does_not_fit_is_refused_and_leaves_nothing)
{
    struct store *store = open_store(NULL);
    struct store_draft draft = {
        .volume = 1, .format = 0x3000, .name = "big", .size = (1 << 20) + 1};
    struct store_object *object;
    uint32_t cursor = 0;

    cr_assert_eq(store_create(store, &draft, &object), -ENOSPC);
    cr_assert_null(store_each(store, &cursor));
    cr_assert_eq(store_free_space(store, 1), 1 << 20);
    store_free(store);
}

Test(store, a_folder_cannot_move_into_itself)
{
    struct store *store = open_store(NULL);
    struct store_object *a, *b;

    cr_assert_eq(make(store, 0, 0, "a", NULL, &a), 0);
    cr_assert_eq(make(store, 0, a->handle, "b", NULL, &b), 0);
    cr_assert_eq(store_move(store, a, 0, b->handle), -ELOOP);
    cr_assert_eq(store_move(store, a, 0, a->handle), -ELOOP);
    store_free(store);
}

Test(store, a_tree_moved_to_another_volume_takes_its_space_along)
{
    struct store *store = open_store(NULL);
    struct store_object *folder, *one, *two;

    cr_assert_eq(make(store, 0, 0, "f", NULL, &folder), 0);
    cr_assert_eq(make(store, 0, folder->handle, "1", "abc", &one), 0);
    cr_assert_eq(make(store, 0, folder->handle, "2", "defg", &two), 0);
    cr_assert_eq(store_move(store, folder, 1, 0), 0);
    cr_assert_eq(one->volume, 1);
    cr_assert_eq(two->volume, 1);
    cr_assert_eq(store_volume_at(store, 0)->used, 0);
    cr_assert_eq(store_volume_at(store, 1)->used, 7);
    cr_assert_eq(store_first_child(store, folder), one);
    store_free(store);
}

Test(store, a_deleted_object_leaves_the_lists_it_stood_in)
{
    struct store *store = open_store(NULL);
    struct store_object *list, *a, *b;
    uint32_t handles[3];

    cr_assert_eq(make(store, 0, 0, "list", "", &list), 0);
    cr_assert_eq(make(store, 0, 0, "a", "1", &a), 0);
    cr_assert_eq(make(store, 0, 0, "b", "2", &b), 0);
    handles[0] = a->handle;
    handles[1] = b->handle;
    handles[2] = a->handle;
    cr_assert_eq(store_set_references(store, list, handles, 3), 0);
    cr_assert_eq(store_remove(store, b), 0);
    cr_assert_eq(list->references->count, 2);
    cr_assert_eq(list->references->handles[1], a->handle);
    store_free(store);
}

Test(store, a_sparse_object_of_three_gigabytes_is_copied_with_its_data)
{
    struct store *store = open_store(NULL);
    uint64_t size = (uint64_t)3 << 30;
    struct store_draft draft = {.volume = 0, .format = 0x3000, .name = "big", .size = size};
    struct store_object *object, *copy;
    char bytes[4];

    cr_assert_eq(arena_reserve(store_arena(store), size, &draft.offset), 0);
    cr_assert_eq(arena_write_fresh(store_arena(store), draft.offset + (off_t)size - 4, "tail", 4),
                 0);
    cr_assert_eq(store_create(store, &draft, &object), 0);
    cr_assert_eq(make(store, 0, 0, "to", NULL, &copy), 0);
    cr_assert_eq(store_copy(store, object, 0, copy->handle, &copy), 0);
    cr_assert_eq(arena_read(store_arena(store), copy->offset + (off_t)size - 4, bytes, 4), 0);
    cr_assert_arr_eq(bytes, "tail", 4);
    store_free(store);
}

Test(store, a_snapshot_brings_back_what_was_deleted_and_handles_go_on)
{
    struct store *store = open_store(NULL);
    struct store_object *a, *b;
    struct store_snapshot *snapshot;
    uint32_t handle;

    cr_assert_eq(make(store, 0, 0, "a", "text", &a), 0);
    handle = a->handle;
    cr_assert_eq(store_snapshot_take(store, &snapshot), 0);
    cr_assert_eq(store_remove(store, a), 0);
    cr_assert_eq(make(store, 0, 0, "b", "more", &b), 0);
    cr_assert_eq(store_snapshot_restore(store, snapshot), 0);
    cr_assert(holds(store, store_find(store, handle), "text"));
    cr_assert_null(store_find_name(store, 0, 0, "b"));
    cr_assert_gt(store_reserve_handle(store), handle + 1);
    store_snapshot_free(store, snapshot);
    store_free(store);
}

/* Random trees against a plain list of what should be there. */
Test(store, random_changes_keep_tree_space_and_names_in_step)
{
    struct store *store = open_store(NULL);
    struct store_object *objects[400], *at;
    uint64_t random = 42, used = 0;
    uint32_t cursor = 0;
    size_t count = 0, seen = 0;

    for (size_t i = 0; i < 3000; i++) {
        char name[16];
        size_t pick;

        random = random * 6364136223846793005u + 1442695040888963407u;
        pick = count ? (size_t)(random >> 33) % count : 0;
        snprintf(name, sizeof(name), "n%zu", i);
        if (count < 390 && (random >> 20) % 3) {
            struct store_object *above =
                count && objects[pick]->format == MTP_FC_ASSOCIATION ? objects[pick] : NULL;

            cr_assert_eq(make(store, 0, above ? above->handle : 0, name,
                              (random >> 21) % 2 ? "12345" : NULL, &objects[count]),
                         0);
            count++;
        } else if (count && !store_first_child(store, objects[pick])) {
            cr_assert_eq(store_remove(store, objects[pick]), 0);
            objects[pick] = objects[--count];
        }
    }
    for (size_t i = 0; i < count; i++) {
        used += objects[i]->size;
        cr_assert_eq(store_find(store, objects[i]->handle), objects[i]);
        cr_assert_eq(store_find_name(store, 0, objects[i]->parent, objects[i]->name), objects[i]);
    }
    while ((at = store_each(store, &cursor)) != NULL)
        seen++;
    cr_assert_eq(seen, count);
    cr_assert_eq(store_volume_at(store, 0)->used, used);
    store_free(store);
}

/* The child reports each finished object and dies in the middle of the next one. */
Test(store, an_object_acknowledged_survives_a_kill_and_a_half_one_does_not)
{
    char dir[] = "/tmp/papsim-store-XXXXXX", command[64];
    struct store_object *object;
    struct store *store;
    uint8_t before[16], after[16];
    uint32_t handle;
    int pipes[2], status;
    pid_t child;

    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        off_t offset;

        store = open_store(dir);
        if (make(store, 0, 0, "whole", "all of it", &object))
            _exit(1);
        store_unique_id(store, object, before);
        arena_reserve(store_arena(store), 4096, &offset);
        arena_write_fresh(store_arena(store), offset, "half", 4);
        handle = object->handle;
        if (write(pipes[1], &handle, 4) != 4 || write(pipes[1], before, 16) != 16)
            _exit(1);
        raise(SIGKILL);
    }
    cr_assert_eq(read(pipes[0], &handle, 4), 4);
    cr_assert_eq(read(pipes[0], before, 16), 16);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    store = open_store(dir);
    object = store_find(store, handle);
    cr_assert(holds(store, object, "all of it"));
    store_unique_id(store, object, after);
    cr_assert_arr_eq(before, after, 16);
    cr_assert_eq(store_volume_at(store, 0)->objects, 1);
    cr_assert_gt(store_reserve_handle(store), handle);
    store_free(store);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    cr_assert_eq(system(command), 0);
}

/* Entries of the indexes move when others go: all that is left must still be found, what went not.
 */
Test(store, thousands_come_and_go_and_each_is_found_by_handle_and_name)
{
    enum { MANY = 6000 };
    static uint32_t handles[MANY];
    struct store *store = open_store(NULL);
    struct store_object *object;
    char name[32];

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "%u.bin", i);
        cr_assert_eq(make(store, 0, 0, name, "", &object), 0);
        handles[i] = object->handle;
    }
    for (unsigned i = 0; i < MANY; i++) {
        object = store_find(store, handles[i]);
        cr_assert(object);
        snprintf(name, sizeof(name), "new %u.bin", i);
        if (i % 3 == 0)
            cr_assert_eq(store_remove(store, object), 0);
        else if (i % 3 == 1)
            cr_assert_eq(store_rename(store, object, name), 0);
    }
    for (unsigned i = 0; i < MANY; i++) {
        object = store_find(store, handles[i]);
        snprintf(name, sizeof(name), "%u.bin", i);
        cr_assert_eq(store_find_name(store, 0, 0, name), i % 3 == 2 ? object : NULL, "%u", i);
        snprintf(name, sizeof(name), "new %u.bin", i);
        cr_assert_eq(store_find_name(store, 0, 0, name), i % 3 == 1 ? object : NULL, "%u", i);
        cr_assert_eq(object != NULL, i % 3 != 0, "%u", i);
    }
    store_free(store);
}

/* A crash may come after a handle was told and before anything else was written. */
Test(store, a_handle_told_before_a_kill_is_never_given_out_again)
{
    char dir[] = "/tmp/test-store-XXXXXX", command[64];
    struct store *store;
    struct store_object *object;
    uint32_t told;
    int ends[2];

    cr_assert(mkdtemp(dir));
    cr_assert_eq(pipe(ends), 0);
    if (fork() == 0) {
        store = open_store(dir);
        if (make(store, 0, 0, "first", "1", &object) == 0) {
            told = store_reserve_handle(store);
            (void)!write(ends[1], &told, sizeof(told));
        }
        kill(getpid(), SIGKILL);
    }
    wait(NULL);
    cr_assert_eq(read(ends[0], &told, sizeof(told)), (ssize_t)sizeof(told));
    store = open_store(dir);
    cr_assert_eq(make(store, 0, 0, "second", "2", &object), 0);
    cr_assert_gt(object->handle, told);
    told = object->handle;
    store_free(store);
    /* In peace none is skipped. */
    store = open_store(dir);
    cr_assert_eq(make(store, 0, 0, "third", "3", &object), 0);
    cr_assert_eq(object->handle, told + 1);
    store_free(store);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    cr_assert_eq(system(command), 0);
}
