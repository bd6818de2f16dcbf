/* Figures of the INF parser: how fast it reads, and that ten times as much takes at most twelve
 * times as long; parsing and judging, in interleaved rounds, medians count. usage: bench_inf; exit
 * 1 if a figure is beyond its limit. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ci/bench.h"
#include "conformance/host/inf/inf_lint.h"

enum { MIB = 1 << 20, ROUNDS = 7, LINES_A_SECTION = 100 };
#define LIMIT 12.0

/* Sections of values with tokens, quoted strings and comments, as vendors write them; `size` bytes
 * at least. */
static char *make(size_t size, size_t *ret_size)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, ret_size);

    if (!file)
        bench_die("memory");
    fputs("[Version]\nSignature=\"$Windows NT$\"\n[Strings]\nV=\"value\"\nD=0x00010001\n", file);
    for (unsigned i = 0; (size_t)ftell(file) < size; i++) {
        if (i % LINES_A_SECTION == 0)
            fprintf(file, "\n[Section.%u.AddReg] ; what it is for\n", i);
        fprintf(file, "HKR,\"Key\\%u\",Name%u,%%D%%,%u\nHKR,,Text%u, ,\"a %%V%% ; of it\"\n", i, i,
                i, i);
    }
    fclose(file);
    return text;
}

/* Seconds of the CPU, which other load of the machine does not add to. */
static double spent(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Parsing, and both. */
static void measure(const char *text, size_t size, double *ret_parse, double *ret_both)
{
    struct inf_findings findings = {.count = 0};
    char error[256];
    double begin = spent();
    struct inf *inf;

    errno = 0;
    if (inf_parse("bench", text, size, INF_CODE_PAGE, &findings, &inf, error, sizeof(error)))
        bench_die(error);
    *ret_parse = spent() - begin;
    if (inf_lint(inf, NULL, INF_CODE_PAGE) || findings.count)
        bench_die("findings");
    *ret_both = spent() - begin;
    inf_free(inf);
    inf_findings_done(&findings);
}

static bool figure(const char *name, double *small, double *large)
{
    double few = bench_median(small, ROUNDS), many = bench_median(large, ROUNDS);
    bool well = many <= few * LIMIT;

    printf("%-12s %8.1f MB/s at 1 MiB, %8.1f MB/s at 10 MiB: %5.2f times as long, limit %.0f  %s\n",
           name, MIB / few * 1e-6, 10.0 * MIB / many * 1e-6, many / few, LIMIT,
           well ? "ok" : "BEYOND");
    return well;
}

int main(void)
{
    double parse[2][ROUNDS], both[2][ROUNDS];
    size_t sizes[2];
    char *texts[2] = {make(MIB, &sizes[0]), make((size_t)10 * MIB, &sizes[1])};
    bool well;

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++)
            measure(texts[i], sizes[i], &parse[i][round], &both[i][round]);
    }
    well = figure("INF: read", parse[0], parse[1]);
    well = figure("INF: judged", both[0], both[1]) && well;
    free(texts[0]);
    free(texts[1]);
    return well ? 0 : 1;
}
