/* Generated defects: what a name makes of bytes that pass. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "simulator/defect/generated.h"

static uint8_t bytes[64];

/* A number of 16 bits, a text "ab", an array of two words. */
static struct passing an_answer(uint64_t owner)
{
    static const uint8_t said[] = {7, 1, 3, 'a', 0, 'b', 0, 0, 0, 2, 0, 0, 0, 1, 0x30, 2, 0x30};

    memcpy(bytes, said, sizeof(said));
    return (struct passing){.place = "Answer",
                            .owner = owner,
                            .bytes = bytes,
                            .length = sizeof(said),
                            .room = sizeof(bytes)};
}

static bool spoil(struct generated *generated, struct passing *passing)
{
    if (!generated_begin(generated, passing))
        return false;
    (void)cut_layout(passing, 0, "", "Number=2 Text=s Codes=h");
    return generated_spoil(generated, passing);
}

static struct passing spoilt(const char *name)
{
    struct generated *generated = generated_new(name);
    struct passing passing = an_answer(0);

    cr_assert(spoil(generated, &passing), "%s", name);
    generated_free(generated);
    return passing;
}

Test(generated, a_name_is_place_field_kind_and_draw)
{
    cr_expect(generated_is("GetObjectInfo:Filename:changed"));
    cr_expect(generated_is("GetObjectPropValue.dc44:Value:swapped@12"));
    cr_expect(generated_is(GENERATED_LIST));
    cr_expect_not(generated_is("GetObjectInfo:Filename"));
    cr_expect_not(generated_is("GetObjectInfo:Filename:eaten"));
    cr_expect_not(generated_is("GetObjectInfo:Filename:changed@"));
    cr_expect_not(generated_is("GetObjectInfo:Filename:changed@1x"));
    cr_expect_not(generated_is(":Filename:changed"));
    cr_expect_null(generated_new("session-zero-opens"));
}

Test(generated, what_another_place_says_is_left_alone)
{
    struct generated *generated = generated_new("Other:Number:changed");
    struct passing passing = an_answer(0);

    cr_expect_not(spoil(generated, &passing));
    generated_free(generated);
}

Test(generated, a_changed_number_differs_and_nothing_else_does)
{
    struct passing passing = spoilt("Answer:Number:changed"), good = passing;

    cr_expect_eq(passing.length, 17);
    cr_expect(bytes[0] != 7 || bytes[1] != 1);
    good = an_answer(0);
    cr_expect_eq(bytes[2], 3, "%zu", good.length);
}

Test(generated, the_same_name_spoils_in_the_same_way)
{
    uint8_t first[2];

    (void)spoilt("Answer:Number:changed@3");
    memcpy(first, bytes, sizeof(first));
    (void)spoilt("Answer:Number:changed@3");
    cr_expect_arr_eq(bytes, first, sizeof(first));
}

Test(generated, a_changed_text_is_still_one)
{
    for (unsigned draw = 0; draw < 16; draw++) {
        char name[64];
        struct passing passing;
        size_t units;

        snprintf(name, sizeof(name), "Answer:Text:changed@%u", draw);
        passing = spoilt(name);
        units = bytes[2];
        cr_expect_eq(passing.length, 17 + 2 * units - 6, "%s", name);
        cr_expect_eq(bytes[2 + 2 * units - 1], 0, "%s ends", name);
        cr_expect_eq(bytes[2 + 2 * units], 0, "%s ends", name);
    }
}

Test(generated, a_dropped_element_is_not_counted)
{
    struct passing passing = spoilt("Answer:Codes.one:dropped");

    cr_expect_eq(passing.length, 15);
    cr_expect_eq(bytes[9], 1);
}

Test(generated, a_doubled_element_is_counted)
{
    struct passing passing = spoilt("Answer:Codes.one:doubled");

    cr_expect_eq(passing.length, 19);
    cr_expect_eq(bytes[9], 3);
}

Test(generated, an_array_and_its_count_disagree_when_it_is_changed)
{
    struct passing passing = spoilt("Answer:Codes:changed");

    cr_expect_eq(passing.length, 17);
    cr_expect_neq(bytes[9], 2);
}

Test(generated, a_dropped_field_shortens_the_answer)
{
    struct passing passing = spoilt("Answer:Text:dropped");

    cr_expect_eq(passing.length, 10);
    cr_expect_eq(bytes[2], 2, "the array follows the number");
}

Test(generated, swapped_is_with_what_was_said_of_another_object)
{
    struct generated *generated = generated_new("Answer:Number:swapped");
    struct passing first = an_answer(1), second;

    cr_expect_not(spoil(generated, &first), "there is no other yet");
    second = an_answer(2);
    bytes[0] = 9;
    cr_expect(spoil(generated, &second));
    cr_expect_eq(bytes[0], 7);
    generated_free(generated);
}

Test(generated, what_cannot_grow_is_not_doubled)
{
    struct generated *generated = generated_new("Answer:Number:doubled");
    struct passing passing = an_answer(0);

    passing.room = passing.length;
    cr_expect_not(spoil(generated, &passing));
    cr_expect_eq(passing.length, 17);
    generated_free(generated);
}

Test(generated, a_rigid_answer_keeps_its_length)
{
    struct generated *generated = generated_new("Answer:Text:dropped");
    struct passing passing = an_answer(0);

    passing.rigid = true;
    cr_expect_not(spoil(generated, &passing));
    generated_free(generated);
}

Test(generated, a_torn_answer_is_cut_no_further_than_it_goes)
{
    struct generated *generated = generated_new("Answer:Codes:dropped");
    struct passing passing = an_answer(0);

    passing.length = 12; /* in the midst of the array's count */
    cr_expect_not(spoil(generated, &passing));
    cr_expect_eq(passing.length, 12);
    generated_free(generated);
}
