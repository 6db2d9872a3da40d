/* A helper executable whose reader does what it is told (rig.h); started by test-helper. */
#include "rig.h"

int main(void) {
    worker_serve(WORKER_SOCKET_FD, EXTRACT_PST, rig_helper);
}
