/* As much of Criterion as the tests for threads need, one after another in one process: where its
 * own keep what they share, ThreadSanitizer has its shadow memory (VARIANT=tsan). */
#ifndef SPCORE_TESTS_BARE_CRITERION_H
#define SPCORE_TESTS_BARE_CRITERION_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct bare_test {
    const char *suite, *name;
    unsigned timeout; /* not looked at: whoever runs it has one */
    void (*body)(void);
};

static unsigned bare_failures;

static inline bool bare_holds(bool ok, const char *text, int line)
{
    if (!ok) {
        printf("line %d: not true: %s\n", line, text);
        bare_failures++;
    }
    return ok;
}

#define BARE(what, text, ...) (bare_holds((what), text, __LINE__) || printf(" " __VA_ARGS__) < 0)
#define cr_expect(what, ...) ((void)BARE((what), #what, __VA_ARGS__))
#define cr_expect_eq(a, b, ...) ((void)BARE((a) == (b), #a " == " #b, __VA_ARGS__))
#define cr_assert(what, ...) (BARE((what), #what, __VA_ARGS__) ? (void)0 : exit(1))
#define cr_assert_eq(a, b, ...) cr_assert((a) == (b), __VA_ARGS__)
#define cr_assert_geq(a, b, ...) cr_assert((a) >= (b), __VA_ARGS__)
#define cr_assert_gt(a, b, ...) cr_assert((a) > (b), __VA_ARGS__)
#define cr_assert_not_null(a, ...) cr_assert((a) != NULL, __VA_ARGS__)

#define Test(suite_, name_, ...)                                                                   \
    static void suite_##name_(void);                                                               \
    static const struct bare_test suite_##name_##_test = {                                         \
        .suite = #suite_, .name = #name_, .body = suite_##name_, __VA_ARGS__};                     \
    static const struct bare_test *const suite_##name_##_entry                                     \
        __attribute__((used, section("bare_tests"))) = &suite_##name_##_test;                      \
    static void suite_##name_(void)

extern const struct bare_test *const __start_bare_tests[], *const __stop_bare_tests[];

int main(void)
{
    unsigned tested = 0, failing = 0;

    for (const struct bare_test *const *at = __start_bare_tests; at < __stop_bare_tests; at++) {
        unsigned before = bare_failures;

        (*at)->body();
        tested++;
        if (bare_failures != before) {
            printf("FAIL %s::%s\n", (*at)->suite, (*at)->name);
            failing++;
        }
    }
    printf("Synthesis: Tested: %u | Passing: %u | Failing: %u | Crashing: 0\n", tested,
           tested - failing, failing);
    return failing != 0;
}

#endif
