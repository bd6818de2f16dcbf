/* IMDSPEnumStorage: what is left, what is past the end, what a clone is; and what a storage has for
 * children. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"

#define ENUM_CASE(token, ics_, title_, steps_, ...)                                                \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = ics_,                      \
              .needs = CONF_PROVIDER | CONF_WRITES, .steps = steps_)
#define SEVEN_CASE(token, title_, steps_, ...)                                                     \
    ENUM_CASE(token, "PROVIDER.MEDIUM.FOLDERS", title_, steps_, __VA_ARGS__)

static IMDSPEnumStorage *children_of(struct wmdm *w, IMDSPStorage *folder)
{
    struct conf *c = wmdm_conf(w);
    IMDSPEnumStorage *children = NULL;

    SETUP_CALL(IMDSPStorage, EnumStorage, folder, &children);
    return children;
}

/* Seven files in a folder of their own. */
static IMDSPEnumStorage *seven(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    char name[] = "0.bin";

    for (unsigned i = 0; i < 7; i++) {
        IMDSPStorage *file;

        name[0] = (char)('0' + i);
        file = wmdm_put(w, wmdm_work_folder(w), name, "x", 1);
        RELEASE(file);
    }
    return children_of(w, wmdm_work_folder(w));
}

/* One Next; what it fetched are references of the caller's. */
struct batch {
    HRESULT hr;
    DWORD got;
    IMDSPStorage *item[16];
};

static struct batch next(struct wmdm *w, IMDSPEnumStorage *children, DWORD count)
{
    struct conf *c = wmdm_conf(w);
    struct batch batch = {.got = 99};

    for (size_t i = 0; i < 16; i++)
        batch.item[i] = POISON;
    batch.hr = CALL(IMDSPEnumStorage, Next, children, count, batch.item, &batch.got);
    return batch;
}

static void release(struct wmdm *w, struct batch *batch, DWORD count)
{
    struct conf *c = wmdm_conf(w);

    for (DWORD i = 0; i < batch->got && i < count; i++) {
        if (batch->item[i] != POISON)
            RELEASE(batch->item[i]);
    }
}

/* Five characters and a slash each, as "0.bin/1.bin/"; of what is longer the first five. */
struct names {
    char text[16 * 6 + 1];
};

static struct names names(struct wmdm *w, IMDSPEnumStorage *children, DWORD count)
{
    struct batch batch = next(w, children, count);
    struct names names = {""};

    for (DWORD i = 0; i < batch.got && i < count; i++) {
        char *name = batch.item[i] && batch.item[i] != POISON ? wmdm_name(w, batch.item[i]) : NULL;

        snprintf(names.text + 6 * (size_t)i, 7, "%-5.5s/", name ? name : "");
        free(name);
    }
    release(w, &batch, count);
    return names;
}

/* All seven, and back: in which order another enumerator has them is its own matter. */
static struct names whole_of(struct wmdm *w, IMDSPEnumStorage *children)
{
    struct conf *c = wmdm_conf(w);
    struct names whole = names(w, children, 7);

    (void)CALL(IMDSPEnumStorage, Reset, children);
    return whole;
}

static bool is_nth(const struct names *whole, unsigned nth, const struct names *one)
{
    return memcmp(whole->text + 6 * (size_t)nth, one->text, 6) == 0 && !one->text[6];
}

static DWORD take(struct wmdm *w, IMDSPEnumStorage *children, DWORD count, HRESULT expected)
{
    struct conf *c = wmdm_conf(w);
    struct batch batch = next(w, children, count);

    CHECK_HR(batch.hr, expected);
    release(w, &batch, count);
    return batch.got;
}

/* Nothing is left, and what says so. */
static void check_end(struct wmdm *w, IMDSPEnumStorage *children, const char *end, const char *null)
{
    struct conf *c = wmdm_conf(w);
    struct batch batch;

    ROW(end) {
        batch = next(w, children, 1);
        CHECK_HR(batch.hr, S_FALSE);
        CHECK_EQ(batch.got, 0);
    }
    ROW(null)
        CHECK(batch.item[0] == NULL);
}

SEVEN_CASE(STORAGE_ENUM_BV_01, "Next counts as documented",
           "seven children: Next 7; Next 3, Next 10, Next 1 at the end", "SP-ENUM-022")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumStorage *children = seven(w);
    struct names first, rest;
    char name[] = "0.bin/";

    ROW("SP-ENUM-022.all")
        CHECK_EQ(take(w, children, 7, S_OK), 7);
    RELEASE(children);
    children = children_of(w, wmdm_work_folder(w));
    ROW("SP-ENUM-022.count")
        CHECK_EQ(take(w, children, 3, S_OK), 3);
    ROW("SP-ENUM-022.fewer")
        CHECK_EQ(take(w, children, 10, S_FALSE), 4);
    check_end(w, children, "SP-ENUM-022.end", "SP-ENUM-022.null");
    RELEASE(children);
    children = children_of(w, wmdm_work_folder(w));
    first = names(w, children, 3);
    rest = names(w, children, 10);
    ROW("SP-ENUM-022.each") {
        for (unsigned i = 0; i < 7; i++) {
            name[0] = (char)('0' + i);
            CHECK(!strstr(first.text, name) != !strstr(rest.text, name));
        }
    }
    RELEASE(children);
}

SEVEN_CASE(STORAGE_SKIP_BV_01, "Skip counts as documented",
           "seven children: Next 7, Reset; Skip 3, Next 1, Skip 10, Next 1", "SP-ENUM-023")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumStorage *children = seven(w);
    struct names whole = whole_of(w, children), one;
    DWORD got = 99;

    ROW("SP-ENUM-023.within")
        CHECK_HR(CALL(IMDSPEnumStorage, Skip, children, 3, &got), S_OK);
    ROW("SP-ENUM-023.count")
        CHECK_EQ(got, 3);
    one = names(w, children, 1);
    ROW("SP-ENUM-023.advances")
        CHECK(is_nth(&whole, 3, &one));
    got = 99;
    ROW("SP-ENUM-023.beyond")
        CHECK_HR(CALL(IMDSPEnumStorage, Skip, children, 10, &got), S_FALSE);
    ROW("SP-ENUM-023.count")
        CHECK_EQ(got, 3);
    ROW("SP-ENUM-023.end")
        CHECK_EQ(take(w, children, 1, S_FALSE), 0);
    RELEASE(children);
}

SEVEN_CASE(STORAGE_RESET_BV_01, "Reset begins the same sequence again",
           "seven children: Next 7, Reset, Next 7; Reset, Next 3, Reset, Next 7; Reset, Next 7",
           "SP-ENUM-024")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumStorage *children = seven(w);
    struct names whole = names(w, children, 7), again;

    ROW("SP-ENUM-024.code")
        CHECK_HR(CALL(IMDSPEnumStorage, Reset, children), S_OK);
    ROW("SP-ENUM-024.exhausted")
        CHECK_EQ(take(w, children, 7, S_OK), 7);
    (void)CALL(IMDSPEnumStorage, Reset, children);
    (void)names(w, children, 3);
    ROW("SP-ENUM-024.amid") {
        (void)CALL(IMDSPEnumStorage, Reset, children);
        CHECK_EQ(take(w, children, 7, S_OK), 7);
    }
    (void)CALL(IMDSPEnumStorage, Reset, children);
    again = names(w, children, 7);
    ROW("SP-ENUM-024.order")
        CHECK(strcmp(whole.text, again.text) == 0);
    RELEASE(children);
}

SEVEN_CASE(STORAGE_CLONE_BV_01, "A clone has its own place in the same sequence",
           "seven children: Next 7, Reset; Next 2, Clone, Next 1 of both; Clone, Next 2, Next 1 of "
           "the clone; "
           "Clone, Release, Next 1 of the clone; Next to its end, Clone, Next 1",
           "SP-ENUM-025")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPEnumStorage *children = seven(w), *clone = NULL;
    struct names whole = whole_of(w, children), one;

    (void)names(w, children, 2);
    ROW("SP-ENUM-025.place") {
        REQUIRE_HR(CALL(IMDSPEnumStorage, Clone, children, &clone), S_OK);
        one = names(w, clone, 1);
        CHECK(is_nth(&whole, 2, &one));
    }
    RELEASE(clone);
    one = names(w, children, 1);
    ROW("SP-ENUM-025.original")
        CHECK(is_nth(&whole, 2, &one));
    ROW("SP-ENUM-025.clone") {
        REQUIRE_HR(CALL(IMDSPEnumStorage, Clone, children, &clone), S_OK);
        (void)names(w, children, 2);
        one = names(w, clone, 1);
        CHECK(is_nth(&whole, 3, &one));
    }
    RELEASE(clone);
    ROW("SP-ENUM-025.outlives") {
        REQUIRE_HR(CALL(IMDSPEnumStorage, Clone, children, &clone), S_OK);
        RELEASE(children);
        one = names(w, clone, 1);
        CHECK(is_nth(&whole, 5, &one));
    }
    (void)names(w, clone, 7);
    ROW("SP-ENUM-025.exhausted") {
        REQUIRE_HR(CALL(IMDSPEnumStorage, Clone, clone, &children), S_OK);
        CHECK_EQ(take(w, children, 1, S_FALSE), 0);
    }
    RELEASE(children);
    RELEASE(clone);
}

static HRESULT next_of(struct wmdm *w, IMDSPEnumStorage *children)
{
    struct batch batch = next(w, children, 1);

    release(w, &batch, 1);
    return batch.hr;
}

ENUM_CASE(
    STORAGE_ENUM_BV_02, "ANY", "Empty folders and files have no children",
    "EnumStorage on an empty folder, on it with a file, and on the file; Next of the first one; "
    "the file deleted, EnumStorage",
    "SP-ENUM-030", "SP-ENUM-026", "SP-ENUM-031")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *work = wmdm_work_folder(w), *file;
    bool is_new = work != wmdm_root(w);
    IMDSPEnumStorage *children = NULL;
    HRESULT hr;

    if (is_new) {
        ROW("SP-ENUM-030.code")
            REQUIRE_HR(CALL(IMDSPStorage, EnumStorage, work, &children), S_OK);
        check_end(w, children, "SP-ENUM-030.empty", "SP-ENUM-030.null");
    }
    RELEASE(children);
    children = children_of(w, work);
    file = wmdm_put(w, work, "f.bin", "x", 1);
    ROW("SP-ENUM-026.old") {
        hr = next_of(w, children);
        CHECK_ANSWER(hr == S_OK || hr == S_FALSE, hr, "an answer");
    }
    RELEASE(children);
    ROW("SP-ENUM-026.new")
        CHECK(pv_is_listed(w, work, "f.bin"));
    if (is_new) {
        children = children_of(w, work);
        ROW("SP-ENUM-030.filled")
            CHECK(strcmp(names(w, children, 2).text, "f.bin/") == 0);
    }
    RELEASE(children);
    ROW("SP-ENUM-031.none") {
        hr = CALL(IMDSPStorage, EnumStorage, file, &children);
        if (FAILED(hr))
            conf_excused(c, 1, "a file has no enumerator at all");
        CHECK_SEEN(FAILED(hr) || take(w, children, 1, S_FALSE) == 0, value_hr(hr));
    }
    RELEASE(children);
    wmdm_delete(w, file);
    RELEASE(file);
    children = children_of(w, work);
    ROW("SP-ENUM-026.gone")
        CHECK(is_new ? next_of(w, children) == S_FALSE : !pv_is_listed(w, work, "f.bin"));
    RELEASE(children);
}

/* How many objects the way down meets; no more than `most`, as a way may have no end. */
static unsigned count_below(struct wmdm *w, IMDSPStorage *folder, unsigned most)
{
    struct wmdm_list list = wmdm_children(w, folder);
    unsigned count = 0;

    for (size_t i = 0; i < list.count && count < most; i++) {
        count++;
        if (pv_attributes(w, list.item[i]) & WMDM_FILE_ATTR_FOLDER)
            count += count_below(w, list.item[i], most - count);
    }
    wmdm_release_all(w, &list);
    return count;
}

ENUM_CASE(STORAGE_ENUM_BV_03, "PROVIDER.MEDIUM.NESTED",
          "A folder's children are what is in it, and nothing of what is in those",
          "A folder with a file and a folder, which has a file, too", "SP-ENUM-028", "SP-ENUM-029")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPStorage *over =
        wmdm_create(w, wmdm_work_folder(w), "over", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *under = wmdm_create(w, over, "under", WMDM_FILE_ATTR_FOLDER, 0, NULL);
    IMDSPStorage *a = wmdm_put(w, over, "a.bin", "x", 1), *b = wmdm_put(w, under, "b.bin", "x", 1);

    ROW("SP-ENUM-028.folder") {
        CHECK(pv_is_listed(w, over, "a.bin") && pv_is_listed(w, over, "under"));
        CHECK(pv_is_listed(w, under, "b.bin") && !pv_is_listed(w, under, "a.bin"));
    }
    ROW("SP-ENUM-028.deeper")
        CHECK(!pv_is_listed(w, over, "b.bin"));
    ROW("SP-ENUM-029.ends")
        CHECK_EQ(count_below(w, over, 32), 3);
    RELEASE(b);
    RELEASE(a);
    RELEASE(under);
    RELEASE(over);
}
