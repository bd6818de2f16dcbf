/* What a control verb is given: as its table says, or refused in one line. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulator/control/arguments.h"
#include "spcore/base.h"

static const struct verb_argument arguments[] = {
    {.name = "level", .kind = ARGUMENT_NUMBER, .needed = true, .least = -5, .most = 100},
    {.name = "name", .kind = ARGUMENT_TEXT},
    {.name = "on", .kind = ARGUMENT_FLAG},
    {.name = "key", .kind = ARGUMENT_WORD, .words = "play, stop or next"},
    {.name = "after", .kind = ARGUMENT_SECONDS, .least = 0, .most = 10},
    {.name = "list", .kind = ARGUMENT_NUMBERS, .most = 9},
    {.name = "texts", .kind = ARGUMENT_TEXTS},
    {.name = NULL},
};

/* The request as it is taken, or what is wrong with it. */
static const char *taken(const char *text)
{
    static char result[400];
    json_t *request = json_loads(text, 0, NULL), *refusal;
    json_t *own = arguments_take("try", arguments, request, &refusal);
    char *said = own ? json_dumps(own, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

    snprintf(result, sizeof(result), "%s",
             said ? said : json_string_value(json_object_get(refusal, "error")));
    free(said);
    json_decref(own);
    json_decref(refusal);
    json_decref(request);
    return result;
}

Test(arguments, values_become_what_the_verb_wants)
{
    cr_expect_str_eq(taken("{\"level\":\"0x10\",\"verb\":\"try\",\"busid\":\"1-1\"}"),
                     "{\"busid\":\"1-1\",\"level\":16,\"verb\":\"try\"}");
    cr_expect_str_eq(taken("{\"level\":-5,\"name\":7,\"on\":\"off\"}"),
                     "{\"level\":-5,\"name\":\"7\",\"on\":false}");
    cr_expect_str_eq(taken("{\"level\":1,\"key\":\"next\",\"after\":0.5,\"list\":[1,\"0x9\"]}"),
                     "{\"after\":0.5,\"key\":\"next\",\"level\":1,\"list\":[1,9]}");
    cr_expect_str_eq(taken("{\"level\":1,\"on\":true,\"texts\":{\"0xdc44\":\"a\",\"7\":1}}"),
                     "{\"level\":1,\"on\":true,\"texts\":{\"0xdc44\":\"a\",\"7\":\"1\"}}");
}

Test(arguments, nonsense_is_refused_with_what_is_expected)
{
    static const struct {
        const char *request, *refusal;
    } bad[] = {
        {"{}", "level: is missing: expected -5 to 100"},
        {"{\"level\":101}", "level: 101: expected -5 to 100"},
        {"{\"level\":\"7 \"}", "level: \"7 \": expected -5 to 100"},
        {"{\"level\":\" 7\"}", "level: \" 7\": expected -5 to 100"},
        {"{\"level\":\"99999999999999999999\"}",
         "level: \"99999999999999999999\": expected -5 to 100"},
        {"{\"level\":true}", "level: true: expected -5 to 100"},
        {"{\"level\":1,\"name\":null}", "name: null: expected a text"},
        {"{\"level\":1,\"on\":\"maybe\"}", "on: \"maybe\": expected true or false"},
        {"{\"level\":1,\"on\":1}", "on: 1: expected true or false"},
        {"{\"level\":1,\"key\":\"or\"}", "key: \"or\": expected play, stop or next"},
        {"{\"level\":1,\"key\":\"pla\"}", "key: \"pla\": expected play, stop or next"},
        {"{\"level\":1,\"key\":\"\"}", "key: \"\": expected play, stop or next"},
        {"{\"level\":1,\"after\":10.5}", "after: 10.5: expected 0 to 10 seconds"},
        {"{\"level\":1,\"list\":[10]}", "list: [10]: expected a list of numbers, each 0 to 9"},
        {"{\"level\":1,\"list\":1}", "list: 1: expected a list of numbers, each 0 to 9"},
        {"{\"level\":1,\"texts\":{\"x\":\"y\"}}",
         "texts: {\"x\":\"y\"}: expected an object of texts, by codes from 0 to 0xffff"},
        {"{\"level\":1,\"busid\":true}", "busid: true: expected a text"},
        {"{\"level\":1,\"lvl\":2}",
         "lvl: try takes no such argument: expected level, name, on, key, after, list, texts"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        cr_expect_str_eq(taken(bad[i].request), bad[i].refusal, "%s", bad[i].request);
}

Test(arguments, a_verb_without_any_takes_none)
{
    json_t *request = json_pack("{s:s,s:i}", "verb", "status", "more", 1), *refusal;

    cr_assert_null(arguments_take("status", NULL, request, &refusal));
    cr_expect_str_eq(json_string_value(json_object_get(refusal, "error")),
                     "more: status takes no such argument: expected none");
    json_decref(refusal);
    json_decref(request);
}
