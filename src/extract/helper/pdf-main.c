/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The helper executable that reads PDF. Its socket and its sandbox are made by who starts it. */
#include "extract/helper/pdf.h"
#include "extract/worker.h"

int main(void) {
    const Extractor own[] = {pdf_reader, {0}};

    pdf_prepare();
    worker_serve(WORKER_SOCKET_FD, EXTRACT_PDF, own);
}
