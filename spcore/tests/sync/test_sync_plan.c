/* The difference of three lists: single situations, and libraries, devices and interruptions drawn
 * by lot, carried out on a model until nothing is left to do. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/sync/sync_plan.h"

static char text[] = "";

static struct sync_plan plan_of(const struct sync_wanted *wanted, const struct sync_row *row,
                                struct sync_found *found)
{
    struct sync_plan plan = {0};

    cr_assert_eq(
        sync_plan_make(wanted, wanted ? 1 : 0, row, row ? 1 : 0, found, found ? 1 : 0, &plan), 0);
    return plan;
}

/* One object of each list, all at the same path, that is a track. */
static void check(const struct sync_wanted *wanted, const struct sync_row *row,
                  struct sync_found *found, enum sync_do expected, bool with_found)
{
    struct sync_plan plan = plan_of(wanted, row, found);

    cr_assert_eq(plan.count, 1);
    cr_expect_eq(plan.step[0].what, expected, "%d", (int)plan.step[0].what);
    cr_expect_eq(plan.step[0].found, with_found ? found : NULL);
    sync_plan_done(&plan);
}

static char path[] = "Music/a.mp3", id[] = "1", other[] = "2", nothing[] = "";
static const struct sync_wanted track = {
    .kind = SYNC_TRACK, .path = path, .size = 10, .changed = 5};
static struct sync_found at_path(char *its_id, uint64_t size)
{
    return (struct sync_found){.path = path, .id = its_id, .size = size};
}
static struct sync_row row_of(char *its_id, uint64_t size, int64_t changed)
{
    return (struct sync_row){SYNC_TRACK, path, its_id, size, changed, {0}, text, false, 0, 0};
}

Test(sync_plan, what_is_new_is_made)
{
    check(&track, NULL, NULL, SYNC_MAKE, false);
}

Test(sync_plan, what_is_the_same_stays)
{
    struct sync_found found = at_path(id, 10);
    struct sync_row row = row_of(id, 10, 5);

    check(&track, &row, &found, SYNC_KEEP, true);
}

Test(sync_plan, another_time_is_looked_at_and_another_size_replaced)
{
    struct sync_found found = at_path(id, 10), cut = at_path(id, 9);
    struct sync_row later = row_of(id, 10, 6), longer = row_of(id, 11, 5), same = row_of(id, 10, 5);

    check(&track, &later, &found, SYNC_LOOK, true);
    check(&track, &longer, &found, SYNC_REPLACE, true);
    check(&track, &same, &cut, SYNC_REPLACE, true);
}

Test(sync_plan, what_an_intent_left_is_torn)
{
    struct sync_found found = at_path(id, 10);
    struct sync_row row = row_of(NULL, 10, 5);

    check(&track, &row, &found, SYNC_MAKE, true);
    check(&track, &row, NULL, SYNC_MAKE, false);
    check(NULL, &row, &found, SYNC_DELETE, true);
    check(NULL, &row, NULL, SYNC_FORGET, false);
}

Test(sync_plan, what_is_not_ours_is_neither_replaced_nor_deleted)
{
    struct sync_found found = at_path(other, 10);
    struct sync_row row = row_of(id, 10, 5), absent = row_of(nothing, 10, 5);

    check(&track, NULL, &found, SYNC_ADOPT, true);
    check(&track, &row, &found, SYNC_ADOPT, true);
    check(&track, &absent, &found, SYNC_ADOPT, true);
    check(NULL, &row, &found, SYNC_FORGET, false);
    check(NULL, &absent, &found, SYNC_FORGET, false);
}

Test(sync_plan, what_is_not_known_now_is_left_alone_and_its_folder_with_it)
{
    char folder[] = "Music", list[] = "Music/b.mp3";
    const struct sync_wanted wanted[] = {{.path = folder},
                                         {.kind = SYNC_PLAYLIST, .path = list, .stays = true}};
    const struct sync_row rows[] = {{SYNC_FOLDER, folder, id, 0, 0, {0}, text, false, 0, 0},
                                    {SYNC_PLAYLIST, list, other, 0, 0, {0}, text, false, 0, 0}};
    struct sync_found found[] = {{.path = folder, .id = id, .folder = true},
                                 {.path = list, .id = other}};
    struct sync_plan plan = {0};

    for (size_t there = 0; there <= 2; there++) {
        cr_assert_eq(sync_plan_make(wanted, 2, rows, 2, found, there, &plan), 0);
        cr_assert_eq(plan.count, 1);
        cr_expect_eq(plan.step[0].what, there ? SYNC_KEEP : SYNC_MAKE); /* the folder */
        sync_plan_done(&plan);
    }
}

Test(sync_plan, what_was_deleted_on_the_device_is_made_again)
{
    struct sync_row row = row_of(id, 10, 5);

    check(&track, &row, NULL, SYNC_MAKE, false);
    check(NULL, &row, NULL, SYNC_FORGET, false);
}

Test(sync_plan, what_was_moved_on_the_device_is_ours_by_its_id)
{
    struct sync_found found = {.path = (char[]){"Else/b.mp3"}, .id = id, .size = 10};
    struct sync_row row = row_of(id, 10, 5);

    check(&track, &row, &found, SYNC_KEEP, true);
    check(NULL, &row, &found, SYNC_DELETE, true);
}

Test(sync_plan, a_folder_goes_when_nothing_remains_in_it)
{
    char folder[] = "Music/b", inner[] = "Music/b/c", foreign[] = "Music/b/x",
         beside[] = "Music/b.mp3";
    const struct sync_row rows[] = {{SYNC_FOLDER, folder, id, 0, 0, {0}, text, false, 0, 0},
                                    {SYNC_FOLDER, inner, other, 0, 0, {0}, text, false, 0, 0}};
    struct sync_found found[] = {{.path = folder, .id = id, .folder = true},
                                 {.path = beside},
                                 {.path = inner, .id = other, .folder = true},
                                 {.path = foreign}};
    struct sync_plan plan = {0};

    cr_assert_eq(sync_plan_make(NULL, 0, rows, 2, found, 4, &plan), 0);
    cr_assert_eq(plan.count, 2);
    cr_expect_eq(plan.step[0].found, &found[2]); /* the inner first */
    cr_expect_eq(plan.step[1].what, SYNC_FORGET);
    sync_plan_done(&plan);
    found[2].gone = false;
    cr_assert_eq(sync_plan_make(NULL, 0, rows, 2, found, 3, &plan), 0);
    cr_expect_eq(plan.step[1].what, SYNC_DELETE);
    cr_expect_eq(plan.step[1].found, &found[0]);
    sync_plan_done(&plan);
}

Test(sync_plan, what_was_something_else_before_goes_first)
{
    struct sync_found found = {.path = path, .id = id, .folder = true};
    struct sync_row row = {SYNC_FOLDER, path, id, 0, 0, {0}, text, false, 0, 0};
    struct sync_plan plan = plan_of(&track, &row, &found);

    cr_assert_eq(plan.count, 2);
    cr_expect_eq(plan.step[0].what, SYNC_DELETE);
    cr_expect_eq(plan.step[1].what, SYNC_MAKE);
    sync_plan_done(&plan);
}

/* ---- by lot */
enum { NAMES = 12, OBJECTS = 64 };

/* What a device holds, what is remembered of it, what the library wants. Contents are numbers that
 * nobody uses twice; half an object's is 0. */
struct object {
    char path[24], id[12];
    bool is_there, ours;
    uint64_t content;
};
struct remembered {
    char path[24], id[12];
    bool is_there, intends;
    uint64_t content;
};
struct world {
    uint32_t lot;
    unsigned ids;
    uint64_t contents, library[NAMES]; /* 0: not in it */
    struct object device[OBJECTS];
    struct remembered state[NAMES];
};

static uint32_t draw(struct world *world, uint32_t below)
{
    world->lot = world->lot * 1664525u + 1013904223u;
    return (world->lot >> 8) % below;
}

static void name(unsigned index, char ret[24])
{
    sprintf(ret, "Music/%02u.mp3", index);
}

static struct object *on_device(struct world *world, const char *at)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        if (world->device[i].is_there && strcmp(world->device[i].path, at) == 0)
            return &world->device[i];
    }
    return NULL;
}

static void put_on_device(struct world *world, const char *at, uint64_t content, bool ours)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        struct object *object = &world->device[i];

        if (object->is_there)
            continue;
        cr_assert_null(on_device(world, at), "%s is there twice", at);
        *object = (struct object){.is_there = true, .content = content, .ours = ours};
        strcpy(object->path, at);
        sprintf(object->id, "%u", ++world->ids);
        return;
    }
    cr_assert_fail("the device of the test is full");
}

/* What people do with a library and a device in between. */
static void change(struct world *world)
{
    unsigned index = draw(world, NAMES);
    struct object *object = &world->device[draw(world, OBJECTS)];
    char at[24];

    name(index, at);
    switch (draw(world, 4)) {
    case 0:
        world->library[index] = ++world->contents;
        break;
    case 1:
        world->library[index] = 0;
        break;
    case 2: /* somebody deletes it on the device */
        object->is_there = false;
        break;
    default: /* somebody puts something else there */
        if (!on_device(world, at))
            put_on_device(world, at, ++world->contents, false);
    }
}

static size_t list_wanted(const struct world *world, struct sync_wanted wanted[NAMES],
                          char paths[NAMES][24])
{
    size_t count = 0;

    for (unsigned i = 0; i < NAMES; i++) {
        if (!world->library[i])
            continue;
        name(i, paths[count]);
        wanted[count] = (struct sync_wanted){
            .kind = SYNC_TRACK, .path = paths[count], .size = world->library[i]};
        count++;
    }
    return count;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct sync_found *)a)->path, ((const struct sync_found *)b)->path);
}

static size_t list_found(struct world *world, struct sync_found found[OBJECTS])
{
    size_t count = 0;

    for (size_t i = 0; i < OBJECTS; i++) {
        struct object *object = &world->device[i];

        if (object->is_there)
            found[count++] = (struct sync_found){
                .path = object->path, .id = object->id, .size = object->content, .handle = object};
    }
    qsort(found, count, sizeof(*found), by_path);
    return count;
}

static size_t list_rows(struct world *world, struct sync_row rows[NAMES])
{
    size_t count = 0;

    for (size_t i = 0; i < NAMES; i++) {
        struct remembered *one = &world->state[i];

        if (one->is_there)
            rows[count++] = (struct sync_row){.kind = SYNC_TRACK,
                                              .path = one->path,
                                              .id = one->intends ? NULL : one->id,
                                              .size = one->content,
                                              .album = text};
    }
    return count;
}

static void remember(struct world *world, const char *at, const char *its_id, uint64_t content)
{
    struct remembered *one = &world->state[atoi(at + 6)];

    one->is_there = true;
    one->intends = !its_id;
    one->content = content;
    strcpy(one->path, at);
    strcpy(one->id, its_id ? its_id : "");
}

/* One step as the synchronisation takes it; `cut` small: it is interrupted there. */
static bool carry_out(struct world *world, const struct sync_step *step,
                      const struct sync_wanted *wanted, int *cut)
{
    struct object *object = step->found ? step->found->handle : NULL;

#define CUT_HERE                                                                                   \
    if ((*cut)-- == 0)                                                                             \
    return false
    CUT_HERE;
    if (step->wanted == SYNC_NONE) {
        cr_assert(!object || object->ours, "%s is not ours to delete", step->row->path);
        if (object)
            object->is_there = false;
        CUT_HERE;
        world->state[atoi(step->row->path + 6)].is_there = false;
        return true;
    }
    wanted += step->wanted;
    if (step->what == SYNC_ADOPT && object && object->content == wanted->size)
        remember(world, wanted->path, object->id, wanted->size);
    if (step->what == SYNC_KEEP || step->what == SYNC_ADOPT)
        return true;
    remember(world, wanted->path, NULL, wanted->size);
    CUT_HERE;
    cr_assert(!object || object->ours, "%s is not ours to replace", wanted->path);
    if (object)
        object->is_there = false;
    CUT_HERE;
    put_on_device(world, wanted->path, 0, true);
    CUT_HERE;
    on_device(world, wanted->path)->content = wanted->size;
    CUT_HERE;
    remember(world, wanted->path, on_device(world, wanted->path)->id, wanted->size);
    return true;
#undef CUT_HERE
}

/* Number of steps that change something, or -1: it was cut. */
static int synchronise(struct world *world, int cut)
{
    struct sync_wanted wanted[NAMES];
    struct sync_found found[OBJECTS];
    struct sync_row rows[NAMES];
    char paths[NAMES][24];
    size_t wanted_count = list_wanted(world, wanted, paths), row_count = list_rows(world, rows);
    size_t found_count = list_found(world, found);
    struct sync_plan plan = {0};
    bool going = true;
    int changes = 0;

    cr_assert_eq(sync_plan_make(wanted, wanted_count, rows, row_count, found, found_count, &plan),
                 0);
    for (size_t i = 0; i < plan.count && going; i++) {
        /* What is neither: somebody's object in the way stays there, and is said each time. */
        changes += plan.step[i].what != SYNC_KEEP && plan.step[i].what != SYNC_ADOPT;
        going = carry_out(world, &plan.step[i], wanted, &cut);
    }
    sync_plan_done(&plan);
    return going ? changes : -1;
}

static void check_world(struct world *world)
{
    for (unsigned i = 0; i < NAMES; i++) {
        const struct object *object;
        char at[24];

        name(i, at);
        object = on_device(world, at);
        if (world->library[i])
            cr_expect(object && (object->content == world->library[i] || !object->ours), "%s", at);
        else
            cr_expect(!object || !object->ours, "%s is left", at);
    }
    for (size_t i = 0; i < OBJECTS; i++)
        cr_expect(!world->device[i].is_there || world->device[i].content, "one is torn");
}

Test(sync_plan, whatever_is_interrupted_is_whole_in_the_end_and_then_nothing_is_to_do)
{
    static struct world world;

    for (uint32_t seed = 1; seed <= 400; seed++) {
        memset(&world, 0, sizeof(world));
        world.lot = seed;
        for (unsigned round = 0; round < 12; round++) {
            for (unsigned i = draw(&world, 8); i > 0; i--)
                change(&world);
            while (draw(&world, 3) && synchronise(&world, (int)draw(&world, 40)) >= 0)
                ;
            (void)synchronise(&world, -1);
            check_world(&world);
            cr_assert_eq(synchronise(&world, -1), 0, "seed %u, round %u", seed, round);
        }
    }
}
