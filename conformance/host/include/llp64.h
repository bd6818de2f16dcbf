/* For sources that write `long` where Windows' headers have it: there it is LONG, of 32 bits, and
 * so it is in what follows this (`-include llp64.h`). What the standard library and Windows have is
 * declared before; a header of another library that is included later and says `long long` does not
 * compile, which is better than two sizes of one type. */
#ifndef CONFORMANCE_HOST_INCLUDE_LLP64_H
#define CONFORMANCE_HOST_INCLUDE_LLP64_H

#ifdef __cplusplus
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#endif
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "cfgmgr32.h"
#include "comdef.h"
#include "dbt.h"
#include "strsafe.h"
#include "wbemidl.h"

#define long int

#endif
