/* All of Windows that there is here. */
#ifndef CONFORMANCE_HOST_INCLUDE_WINDOWS_H
#define CONFORMANCE_HOST_INCLUDE_WINDOWS_H

/* malloc() and wcslen() come with it in Microsoft's, too. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "windef.h"

#include "winnt.h"

#include "winbase.h"

#include "securitybaseapi.h"

#include "winioctl.h"

#include "winreg.h"

#include "winsvc.h"

#include "wchar.h"

#endif
