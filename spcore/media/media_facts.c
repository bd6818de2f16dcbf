/* The end of what was read of an audio file; apart from the reader since the plug-in and papsim
 * both need it. */
#include <stdlib.h>

#include "spcore/media/media.h"

void media_facts_done(struct media_facts *facts)
{
    for (size_t i = 0; i < MEDIA_TEXTS; i++)
        free(facts->texts[i]);
    free(facts->art);
    *facts = (struct media_facts){0};
}
