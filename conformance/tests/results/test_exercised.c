/* The best that came of a name counts, in whatever order it is said. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "conformance/results/exercised.h"

Test(exercised, the_best_counts)
{
    json_t *all = json_object();

    exercised_say(all, "operation 1001", EXERCISED_DONE);
    exercised_say(all, "operation 1001", EXERCISED_ASKED);
    exercised_say(all, "event 4002", EXERCISED_ASKED);
    exercised_say(all, "event 4002", EXERCISED_ABSENT);
    cr_expect_eq(exercised_of(all, "operation 1001"), EXERCISED_DONE);
    cr_expect_eq(exercised_of(all, "event 4002"), EXERCISED_ABSENT);
    cr_expect_eq(exercised_of(all, "event 4003"), EXERCISED_NOT);
    json_decref(all);
}

Test(exercised, sorted_it_does_not_show_what_came_first)
{
    json_t *all = json_object(), *sorted;
    char *text;

    exercised_say(all, "b", EXERCISED_DONE);
    exercised_say(all, "a", EXERCISED_ASKED);
    sorted = exercised_sorted(all);
    text = json_dumps(sorted, JSON_COMPACT);
    cr_expect_str_eq(text, "{\"a\":\"asked\",\"b\":\"done\"}");
    free(text);
    json_decref(sorted);
    json_decref(all);
}

/* A file may come from anywhere. */
Test(exercised, what_is_no_word_of_it_is_nothing)
{
    json_t *all = json_object(),
           *file = json_loads("{\"a\":\"best\",\"b\":7,\"c\":\"done\"}", 0, NULL);

    exercised_add(all, file);
    exercised_add(all, NULL);
    cr_expect_eq(json_object_size(all), 1);
    cr_expect_eq(exercised_of(all, "c"), EXERCISED_DONE);
    json_decref(file);
    json_decref(all);
}
