/* What a case checked of our own subjects, without a defect, is the least it checks of any: a loop
 * over nothing, or a branch that is not taken, is no pass. A case in which a subject rightly takes
 * another way says so by conf_excused(). */
#include "conformance/run/minimum.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "conformance/case/context.h"

/* How often the expression was checked, at different places. */
static unsigned made(json_t *places, const char *expression)
{
    unsigned count = 0;
    const char *place;
    json_t *value;

    json_object_foreach(places, place, value)
    {
        const char *one = json_string_value(value);

        count += one && strcmp(one, expression) == 0;
    }
    return count;
}

struct held {
    const struct catalogue_check *checks; /* of the case */
    size_t count;
    json_t *sites, *excused;
};

/* Was it made? Of those of its row with its text it is the n-th. */
static bool is_made(const struct held *held, size_t index)
{
    const struct catalogue_check *check = &held->checks[index];
    unsigned nth = 0;

    for (size_t i = 0; i <= index; i++)
        nth += strcmp(held->checks[i].row, check->row) == 0 &&
               strcmp(held->checks[i].text, check->text) == 0;
    return made(json_object_get(held->sites, check->row), check->text) >= nth;
}

/* Of a row: how many checks are its least, how many were not made, and the first of these. */
struct lack {
    unsigned least, missing;
    const char *first;
};

static struct lack lack_of(const struct held *held, const char *row)
{
    struct lack lack = {0};

    for (size_t i = 0; i < held->count; i++) {
        if (strcmp(held->checks[i].row, row) != 0)
            continue;
        lack.least++;
        if (is_made(held, i))
            continue;
        lack.missing++;
        lack.first = lack.first ? lack.first : held->checks[i].text;
    }
    if (json_object_get(held->excused, MINIMUM_EVERY_ROW) ||
        lack.missing <= json_integer_value(json_object_get(held->excused, row)))
        lack.missing = 0;
    return lack;
}

/* What was not made is the suite's own words: for who mends it, not for a reader. */
static void miss(json_t *rows, const char *row, const struct lack *lack)
{
    json_t *entry = json_object_get(rows, row);

    if (!entry) {
        entry = json_pack("{s:i,s:i}", "pass", 0, "fail", 0);
        json_object_set_new(rows, row, entry);
    }
    json_object_set_new(entry, "missing", json_integer(lack->missing));
    json_object_set_new(entry, "unmade", json_string(lack->first));
}

static bool is_first_of_row(const struct held *held, size_t index)
{
    size_t i = 0;

    while (strcmp(held->checks[i].row, held->checks[index].row) != 0)
        i++;
    return i == index;
}

unsigned minimum_hold(const struct catalogue *catalogue, const char *conf_case, json_t *verdict,
                      char text[MINIMUM_TEXT])
{
    struct held held = {.sites = json_object_get(verdict, "sites"),
                        .excused = json_object_get(verdict, "excused")};
    unsigned rows = 0;
    size_t at = 0;

    held.checks = catalogue_checks(catalogue, conf_case, &held.count);
    text[0] = '\0';
    for (size_t i = 0; i < held.count; i++) {
        const char *row = held.checks[i].row;
        struct lack lack = {0};

        if (is_first_of_row(&held, i))
            lack = lack_of(&held, row);
        if (!lack.missing)
            continue;
        miss(json_object_get(verdict, "rows"), row, &lack);
        rows++;
        if (at < MINIMUM_TEXT)
            at +=
                (size_t)snprintf(text + at, MINIMUM_TEXT - at, "%s%u of %u checks of %s were made",
                                 rows > 1 ? "; " : "", lack.least - lack.missing, lack.least, row);
    }
    return rows;
}
