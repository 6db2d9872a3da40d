#pragma once
#include "extract/extract.h"
#define HOST_E_DIED 2
typedef struct Host Host;
int host_extract(Host *h, ExtractPlace place, int fd, uint64_t size, Span name, const ExtractLimits *limits, const Receiver *to, Ending *ret);
