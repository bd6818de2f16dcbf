/* What is found in INFs: where, which requirement it breaks, and how it is mended. */
#ifndef CONFORMANCE_HOST_INF_INF_FINDINGS_H
#define CONFORMANCE_HOST_INF_INF_FINDINGS_H

#include <stddef.h>

/* Of the file, both from 1; a column is a character, a tab is one. */
struct inf_at {
    unsigned line, column;
};

struct inf_finding {
    char *file, *text, *fix; /* owned; `text` and `fix` are half a sentence each */
    const char *row;         /* of the catalogue */
    struct inf_at at;
};

/* Of a hostile file as many as are of use: what is over is counted alone. */
enum { INF_FINDINGS_MAX = 1000 };

struct inf_findings {
    struct inf_finding *at; /* owned */
    size_t count, left_out;
};

/* `fix` stands before what is found, since that may go on. What there is no memory for counts as
 * left out. */
void inf_find(struct inf_findings *findings, const char *file, struct inf_at at, const char *row,
              const char *fix, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* In the order of the lines; of what was found twice, one. */
void inf_findings_sort(struct inf_findings *findings);
void inf_findings_done(struct inf_findings *findings);

#endif
