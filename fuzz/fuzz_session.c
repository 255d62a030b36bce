// SPDX-License-Identifier: MIT
//
// fuzz_session.c - parses a snapshot, and offers it as a saved session to a connection. The input
// is sealed here, because whoever has the key can seal any bytes.
#include "common.h"

// Offers the saved session to a client of one version.
static void offer(const ussl_session_source_t *source, uint16_t version) {
    fuzz_end_t end = {0};
    fuzz_open(&end, USSL_CLIENT, version);
    ussl_session_t *session = NULL;
    ussl_failure_t why;
    if (ussl_session_load(end.arena, end.ctx->config.trust, source, &session, &why) == USSL_OK) {
        (void)ussl_conn_set_session(end.conn, session);
        fuzz_feed(end.conn, NULL, 0);
        ussl_session_unref(session);
    }
    fuzz_close(&end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    ussl__snapshot_t record;
    fuzz_start();
    (void)ussl__snapshot_parse(data, len, &record);
    uint8_t *saved = malloc(len + USSL__SAVED_EXTRA);
    if (ussl__snapshot_seal(NULL, 0, data, len, saved) != 0) {
        abort();
    }
    ussl_session_source_t source = {.data = saved, .len = len + USSL__SAVED_EXTRA};
    offer(&source, USSL_VERSION_TLS12);
    offer(&source, USSL_VERSION_TLS13);
    free(saved);
    fuzz_end();
    return 0;
}
