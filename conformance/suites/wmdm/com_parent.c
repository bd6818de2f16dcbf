/* Children without their parents: what came from an object answers as before when that is let go.
 */
#include <stdlib.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_sweep.h"

struct answers {
    HRESULT hr[WMDM_METHODS];
    bool is_asked[WMDM_METHODS];
};

static void note_answer(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct answers *answers = context;
    size_t id = (size_t)(one->method - wmdm_methods);

    if (!wmdm_only_asks(one->method))
        return;
    answers->hr[id] = TRY_CALL(w, one);
    answers->is_asked[id] = true;
}

static void compare_answer(struct wmdm *w, struct wmdm_try *one, void *context)
{
    struct conf *c = wmdm_conf(w);
    struct answers *answers = context;
    size_t id = (size_t)(one->method - wmdm_methods);

    if (answers->is_asked[id])
        CHECK_HR(TRY_CALL(w, one), answers->hr[id]);
}

CONF_CASE(
    COM_PARENT_BV_01, .title = "Objects outlive what they came from", .reqs = REQS("SP-LIFE-008"),
    .ics = "ANY", .player = "pap-player", .needs = CONF_PROVIDER | CONF_WRITES,
    .steps =
        "Enumerators, a root, its globals, a folder and a file: all that asks, before and after "
        "the device is released")
{
    static const char *const rows[WMDM_KINDS] = {
        [3] = "SP-LIFE-008.enumerators", [4] = "SP-LIFE-008.storage",
        [5] = "SP-LIFE-008.globals",     [6] = "SP-LIFE-008.storage",
        [7] = "SP-LIFE-008.storage",     [8] = "SP-LIFE-008.enumerators"};

    for (size_t i = 3; i < 9; i++) {
        struct answers answers = {.is_asked = {false}};
        struct wmdm *w = wmdm_open(c);
        struct wmdm_kind kinds[WMDM_KINDS];
        IUnknown *child;

        wmdm_kinds(w, kinds);
        child = kinds[i].object;
        kinds[i].object = NULL;
        if (!child) {
            wmdm_kinds_release(c, kinds);
            wmdm_close(w);
            continue;
        }
        wmdm_sweep(w, child, note_answer, &answers);
        wmdm_kinds_release(c, kinds);
        wmdm_let_go(w);
        ROW(rows[i])
            wmdm_sweep(w, child, compare_answer, &answers);
        RELEASE(child);
        wmdm_close(w);
    }
}
