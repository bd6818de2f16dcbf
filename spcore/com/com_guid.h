/* GUIDs as text: "{7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10}". */
#ifndef SPCORE_COM_COM_GUID_H
#define SPCORE_COM_COM_GUID_H

#include "spcore/include/com.h"

#define COM_GUID_TEXT 39 /* characters with the NUL */

void com_guid_format(REFGUID guid, char ret_text[COM_GUID_TEXT]);
/* With or without braces; false and *ret_guid untouched when it is not one. */
bool com_guid_parse(const char *text, GUID *ret_guid);

#endif
