/* Defects of what else becomes of an object when it, or what it lies in, is changed as a whole. */
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"
#include "spcore/base.h"

static struct store_object *of_command(struct mtpr_responder *r)
{
    return store_find(mtpr_store(r), mtpr_command(r)->params[0]);
}

/* Of a command that is not the responder's yet. */
static struct store_object *named(struct mtpr_responder *r, const struct mtpr_command *command)
{
    return store_find(mtpr_store(r), command->params[0]);
}

static bool is_folder(const struct store_object *object)
{
    return object && object->format == MTP_FC_ASSOCIATION;
}

/* ---- deletion and protection */

static uint16_t delete_all_nothing(void *self, struct mtpr_responder *r,
                                   struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_DELETE_OBJECT && command->params[0] == 0xffffffffu &&
                   !command->params[1]
               ? MTP_RC_OK
               : 0;
}

static uint16_t protect_no_folder(void *self, struct mtpr_responder *r,
                                  struct mtpr_command *command)
{
    (void)self;
    return command->code == MTP_OP_SET_OBJECT_PROTECTION && is_folder(named(r, command)) ? MTP_RC_OK
                                                                                         : 0;
}

static uint16_t delete_folder(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    struct store_object *object = named(r, command);

    (void)self;
    if (command->code == MTP_OP_DELETE_OBJECT && is_folder(object))
        (void)store_set_protection(mtpr_store(r), object, false);
    return 0;
}

static bool answers_property(const struct mtpr_responder *r, const struct mtpr_answer *answer,
                             uint16_t property)
{
    return mtp_answers(r, answer, MTP_OP_GET_OBJECT_PROP_VALUE) &&
           mtpr_command(r)->params[1] == property;
}

static void protection_of_none(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (answers_property(r, answer, MTP_OPC_PROTECTION_STATUS))
        put_le16(answer->data->data, 0);
}

/* ---- copies */

static uint16_t copy_to_own_store(void *self, struct mtpr_responder *r,
                                  struct mtpr_command *command)
{
    const struct store_object *object = named(r, command);

    (void)self;
    if (command->code == MTP_OP_COPY_OBJECT && object && !command->params[2])
        command->params[1] = store_volume_at(mtpr_store(r), object->volume)->id;
    return 0;
}

/* What CopyObject made; NULL: it did not. */
static struct store_object *copy_of(struct mtpr_responder *r, const struct mtpr_answer *answer)
{
    return mtpr_command(r)->code == MTP_OP_COPY_OBJECT && answer->reply->code == MTP_RC_OK
               ? store_find(mtpr_store(r), answer->reply->params[0])
               : NULL;
}

static void copy_undated(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct store_object *copy = copy_of(r, answer);
    struct store_object *object;
    uint32_t cursor = 0;

    (void)self;
    while (copy && (object = store_each(mtpr_store(r), &cursor)) != NULL) {
        if (store_is_below(mtpr_store(r), object, copy))
            (void)store_set_dates(mtpr_store(r), object, STORE_NO_DATE, STORE_NO_DATE);
    }
}

static void copy_without_references(void *self, struct mtpr_responder *r,
                                    struct mtpr_answer *answer)
{
    struct store_object *copy = copy_of(r, answer);

    (void)self;
    if (copy)
        (void)store_set_references(mtpr_store(r), copy, NULL, 0);
}

static void remove_tree(struct store *store, struct store_object *object)
{
    struct store_object *child;

    while ((child = store_first_child(store, object)) != NULL)
        remove_tree(store, child);
    (void)store_remove(store, object);
}

static void copy_one_level(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store *store = mtpr_store(r);
    struct store_object *copy = copy_of(r, answer), *child, *deep;

    (void)self;
    for (child = copy ? store_first_child(store, copy) : NULL; child;
         child = store_next_sibling(store, child)) {
        while ((deep = store_first_child(store, child)) != NULL)
            remove_tree(store, deep);
    }
}

/* ---- moves and names */

static uint16_t note_store(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    const struct store_object *object = named(r, command);

    if (command->code == MTP_OP_MOVE_OBJECT && is_folder(object)) {
        notes(self)->moved = object->handle;
        notes(self)->old_store = store_volume_at(mtpr_store(r), object->volume)->id;
    }
    return 0;
}

static void old_store(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct store_object *object = of_command(r);

    if (mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO) && object && object->parent &&
        object->parent == notes(self)->moved)
        put_le32(answer->data->data, notes(self)->old_store);
}

/* Nothing of that name is in the place then, but the object itself. */
static void make_room(struct store *store, const struct store_object *object, size_t volume,
                      uint32_t parent, const char *name)
{
    struct store_object *there = store_find_name(store, volume, parent, name);

    if (there && there != object)
        (void)store_remove(store, there); /* not if it has children */
}

static uint16_t move_replaces(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    const struct store_object *object = named(r, command);
    int volume = store_volume_find(mtpr_store(r), command->params[1]);

    (void)self;
    if (command->code == MTP_OP_MOVE_OBJECT && object && volume >= 0)
        make_room(mtpr_store(r), object, (size_t)volume, command->params[2], object->name);
    return 0;
}

static uint16_t move_to_own_store(void *self, struct mtpr_responder *r,
                                  struct mtpr_command *command)
{
    const struct store_object *object = named(r, command);

    (void)self;
    if (command->code == MTP_OP_MOVE_OBJECT && object &&
        store_volume_find(mtpr_store(r), command->params[1]) < 0)
        command->params[1] = store_volume_at(mtpr_store(r), object->volume)->id;
    return 0;
}

/* The object that the dataset is to name. */
static struct store_object *renamed(struct mtpr_responder *r)
{
    const struct mtpr_command *command = mtpr_command(r);

    return command->code == MTP_OP_SET_OBJECT_PROP_VALUE &&
                   command->params[1] == MTP_OPC_OBJECT_FILE_NAME
               ? of_command(r)
               : NULL;
}

static void name_replaces(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    const struct store_object *object = renamed(r);
    struct rd rd = rd_over(dataset->data, dataset->used);
    char name[MTPR_TEXT_MAX];

    (void)self;
    rd_string(&rd, name);
    if (object && !rd.failed)
        make_room(mtpr_store(r), object, object->volume, object->parent, name);
}

static void moved_leaves_lists(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    uint32_t handle = mtpr_command(r)->params[0], cursor = 0;
    struct store_object *list;

    (void)self;
    if (mtpr_command(r)->code != MTP_OP_MOVE_OBJECT || answer->reply->code != MTP_RC_OK)
        return;
    while ((list = store_each(mtpr_store(r), &cursor)) != NULL) {
        for (uint32_t i = 0; list->references && i < list->references->count; i++) {
            if (list->references->handles[i] == handle)
                (void)store_set_references(mtpr_store(r), list, NULL, 0);
        }
    }
}

static void named_without_artist(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store_object *object = renamed(r);

    (void)self;
    if (object && answer->reply->code == MTP_RC_OK)
        (void)store_set_property(mtpr_store(r), object, MTP_OPC_ARTIST, NULL, 0);
}

static void note_old_name(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    const struct store_object *object = renamed(r);
    struct mtp_announced *its = &notes(self)->announced;

    (void)dataset;
    if (!object)
        return;
    its->handle = object->handle;
    memcpy(its->name, object->name, strlen(object->name) + 1);
}

/* Of a list that begins with the name. */
static void note_listed_name(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    struct rd rd = rd_over(dataset->data, dataset->used);
    struct mtp_announced *its = &notes(self)->announced;
    const struct store_object *object;

    (void)rd_u32(&rd);
    object = store_find(mtpr_store(r), rd_u32(&rd));
    if (mtpr_command(r)->code != MTP_OP_SET_OBJECT_PROP_LIST ||
        rd_u16(&rd) != MTP_OPC_OBJECT_FILE_NAME || rd.failed || !object)
        return;
    its->handle = object->handle;
    memcpy(its->name, object->name, strlen(object->name) + 1);
}

static void old_name(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    enum { NAME = 15 };
    struct mtp_field fields[MTP_FIELDS_MAX];
    struct wr text = {0};

    if (!mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO) || !notes(self)->announced.handle ||
        mtpr_command(r)->params[0] != notes(self)->announced.handle ||
        !mtp_cut(answer->data, MTP_OBJECT_INFO, fields))
        return;
    wr_string(&text, notes(self)->announced.name);
    fields[NAME] = (struct mtp_field){text.data, text.used};
    mtp_join(answer->data, MTP_OBJECT_INFO, fields);
    wr_done(&text);
}

static void id_of_place(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct store_object *object = of_command(r);

    (void)self;
    if (answers_property(r, answer, MTP_OPC_PERSISTENT_UID) && object)
        put_le32(answer->data->data + 12, get_le32(answer->data->data + 12) ^ object->parent);
}

/* ---- references */

static bool sets_references(const struct mtpr_responder *r)
{
    return mtpr_command(r)->code == MTP_OP_SET_OBJECT_REFERENCES;
}

static void keep_tail(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    const struct store_object *object = of_command(r);
    const struct store_references *old = object ? object->references : NULL;
    struct rd rd = rd_over(dataset->data, dataset->used);
    uint32_t count = rd_array(&rd, 4);

    (void)self;
    if (!sets_references(r) || !old || rd.failed || !count || count >= old->count)
        return;
    for (uint32_t i = count; i < old->count; i++)
        wr_u32(dataset, old->handles[i]);
    wr_u32_at(dataset, 0, old->count);
}

static void ignore_empty(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    const struct store_object *object = of_command(r);
    const struct store_references *old = object ? object->references : NULL;

    (void)self;
    if (!sets_references(r) || !old || dataset->used != 4 || get_le32(dataset->data))
        return;
    for (uint32_t i = 0; i < old->count; i++)
        wr_u32(dataset, old->handles[i]);
    wr_u32_at(dataset, 0, old->count);
}

/* Who knows nothing of lists: neither deletion nor GetObjectReferences looks whether it is there.
 */
static uint16_t lists_keep_folders(void *self, struct mtpr_responder *r,
                                   struct mtpr_command *command)
{
    struct policies *policies = self;

    if (command->code == MTP_OP_DELETE_OBJECT && is_folder(named(r, command)))
        policies->store.references_clean = policies->mtpr.references_checked = false;
    return 0;
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {DEFECT_##token, how},
#include "simulator/defect/defects_mtp_place.def"
#undef DEFECT
};
const struct policy_table policies_mtp_place = {rows, ARRAY_SIZE(rows)};
