/* What of the subject this case has exercised. The transport is called by several threads. */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "conformance/case/worker.h"
#include "mtp_codes.h"
#include "spcore/base.h"

#define NAME_MAX_BYTES 96
#define TYPE_MASK 0x60u /* of bmRequestType: 0 standard, 0x20 class, 0x40 vendor */
#define GET_DESCRIPTOR 6

void conf_exercised(struct conf *c, enum exercised how, const char *format, ...)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    char name[NAME_MAX_BYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(name, sizeof(name), format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&lock);
    if (c->exercised)
        exercised_say(c->exercised, name, how);
    pthread_mutex_unlock(&lock);
}

void conf_exercised_op(struct conf *c, uint16_t code, uint16_t response)
{
    conf_exercised(c, response == MTP_RC_OK ? EXERCISED_DONE : EXERCISED_ASKED, "operation %04x",
                   code);
}

/* Of a descriptor its type is the request, too. */
void conf_exercised_request(struct conf *c, const uint8_t setup[8], bool succeeded)
{
    enum exercised how = succeeded ? EXERCISED_DONE : EXERCISED_ASKED;

    if ((setup[0] & TYPE_MASK) > 0x20)
        return;
    if (setup[0] == 0x80 && setup[1] == GET_DESCRIPTOR)
        conf_exercised(c, how, "request %02x %02x %02x", setup[0], setup[1], setup[3]);
    else
        conf_exercised(c, how, "request %02x %02x", setup[0], setup[1]);
}
