/* A call for which the channel is not asked. */
#ifndef SPCORE_DEVIANT_DEVIANT_UNASKED_H
#define SPCORE_DEVIANT_DEVIANT_UNASKED_H

#include <stdbool.h>

#include "spcore/include/com.h"

/* One call of the book's, on this thread: UNASKED(NAME_book(This, name)). */
#define UNASKED(call) (deviant_unasked(true), deviant_asked_again(call))
void deviant_unasked(bool unasked);
HRESULT deviant_asked_again(HRESULT hr);

#endif
