// SPDX-License-Identifier: MIT
//
// session.c - what a connection leaves behind for the next one to the same host: kept, offered,
// saved and loaded (RFC 5077, RFC 8446 2.2).
//
// Notes: mbedTLS resumes a TLS 1.2 session for any host and under any settings, and then neither
// chain nor name is looked at again. So a session carries what was proven when it was made: the
// host, whether its chain and its name were checked, and by which trust. It is offered only where
// that is enough; elsewhere a full handshake is made.
//
// The same record, sealed, is what our server writes into its tickets.
#include "der.h"

#if USSL_SESSIONS

// ---- the record: what is kept of a session ----
// u8 form | u8 proven | u64 made | u64 proven at | u32 count, 32 mark of the trust | u8 host | u16
// peer | u16 secret
enum { FORM = 2, FIXED = 1 + 1 + 8 + 8 + 4 + USSL_MARK_SIZE };
#define WEEK (7 * 86400) // seconds; the most that a ticket may last, too (RFC 8446 4.6.1)
// A chain of resumptions ends here, and the certificate is looked at again.
#define PROOF_LIFETIME WEEK

static uint8_t *put_number(uint8_t *at, uint64_t number, size_t bytes) {
    while (bytes-- > 0) {
        *at++ = (uint8_t)(number >> 8 * bytes);
    }
    return at;
}

static uint8_t *put_bytes(uint8_t *at, const void *data, size_t len, size_t length_bytes) {
    at = put_number(at, len, length_bytes);
    if (len > 0) {
        memcpy(at, data, len);
    }
    return at + len;
}

static bool get_number(const uint8_t **at, const uint8_t *end, size_t bytes, uint64_t *out) {
    if ((size_t)(end - *at) < bytes) {
        return false;
    }
    *out = 0;
    while (bytes-- > 0) {
        *out = *out << 8 | *(*at)++;
    }
    return true;
}

static bool get_bytes(const uint8_t **at, const uint8_t *end, size_t length_bytes,
    const uint8_t **out, size_t *out_len) {
    uint64_t len;
    if (!get_number(at, end, length_bytes, &len) || (size_t)(end - *at) < len) {
        return false;
    }
    *out = *at;
    *out_len = (size_t)len;
    *at += len;
    return true;
}

bool ussl_record_parse(const uint8_t *data, size_t len, ussl_record_t *out) {
    const uint8_t *at = data, *end = data + len;
    uint64_t form, proven, made, proven_at, count;
    if (!get_number(&at, end, 1, &form) || form != FORM || !get_number(&at, end, 1, &proven)
        || !get_number(&at, end, 8, &made) || !get_number(&at, end, 8, &proven_at)
        || !get_number(&at, end, 4, &count) || (size_t)(end - at) < USSL_MARK_SIZE) {
        return false;
    }
    // Before 1970: ages could not be told.
    if (made > INT64_MAX || proven_at > INT64_MAX) {
        return false;
    }
    out->proven = (uint8_t)proven;
    out->made = (int64_t)made;
    out->proven_at = (int64_t)proven_at;
    out->trust_count = (uint32_t)count;
    out->trust_mark = at;
    at += USSL_MARK_SIZE;
    return get_bytes(&at, end, 1, &out->host, &out->host_len)
        && get_bytes(&at, end, 2, &out->peer, &out->peer_len)
        && get_bytes(&at, end, 2, &out->secret, &out->secret_len) && at == end;
}

// TLS 1.3 sessions lose the peer's certificate when mbedTLS saves them; 1.2 ones keep it.
static void peer_of(
    const ussl_conn_t *conn, const mbedtls_ssl_session *session, const uint8_t **der, size_t *len) {
    const mbedtls_x509_crt *peer =
        session->peer_cert || conn->full ? session->peer_cert : conn->kept_peer;
    bool wanted = session->tls_version == MBEDTLS_SSL_VERSION_TLS1_3 && peer != NULL
        && peer->raw.len <= UINT16_MAX;
    *der = wanted ? peer->raw.p : NULL;
    *len = wanted ? peer->raw.len : 0;
}

// When the session began to age: in TLS 1.3 when its ticket came.
static bool received_at(const mbedtls_ssl_session *session, int64_t *seconds) {
    *seconds = session->start;
#if USSL_TLS13
    if (session->tls_version == MBEDTLS_SSL_VERSION_TLS1_3) {
        *seconds = session->ticket_reception_time / 1000;
    }
#endif
    return *seconds != 0;
}

int ussl_record_write(const ussl_conn_t *conn, const mbedtls_ssl_session *session, bool ours,
    uint8_t *out, size_t room, size_t *len) {
    const ussl_config_t *config = &conn->ctx->config;
    const char *host = ours && conn->hostname ? conn->hostname : "";
    const uint8_t *peer;
    size_t peer_len, secret_len = 0, host_len = strlen(host);
    peer_of(conn, session, &peer, &peer_len);
    size_t before = FIXED + 1 + host_len + 2 + peer_len + 2;
    size_t left = room > before ? room - before : 0;
    int code = mbedtls_ssl_session_save(session, out + (left ? before : 0), left, &secret_len);
    *len = before + secret_len;
    if (code != 0 || secret_len > UINT16_MAX) {
        return code ? code : MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
    }
    int64_t made = 0;
    if (!ours || !received_at(session, &made)) {
        made = ussl_seconds();
    }
    uint8_t *at = put_number(out, FORM, 1);
    // Dates that are held back may still be refused.
    at = put_number(at, conn->check.held ? 0 : ussl_conn_proven(conn), 1);
    at = put_number(at, (uint64_t)made, 8);
    at = put_number(at, (uint64_t)(conn->full ? made : conn->proven_at), 8);
    at = put_number(at, ours && config->trust ? config->trust->count : 0, 4);
    memset(at, 0, USSL_MARK_SIZE);
    if (ours && config->trust) {
        memcpy(at, config->trust->mark, USSL_MARK_SIZE);
    }
    at = put_bytes(at + USSL_MARK_SIZE, host, host_len, 1);
    at = put_bytes(at, peer, peer_len, 2);
    put_number(at, secret_len, 2);
    return 0;
}

// ---- the object ----
struct ussl_session {
    ussl_object_t object;
    ussl_arena_t *arena; // counted
    uint8_t *data;       // owned; NULL: it cannot be resumed
    size_t len;
    ussl_record_t record; // points into data
    ussl_session_info_t info;
};

static void session_drop(ussl_object_t *object) {
    ussl_session_t *session = (ussl_session_t *)object;
    ussl_arena_t *arena = session->arena;
    ussl_free(session->data);
    ussl_free(session);
    ussl_arena_unref(arena);
}

static ussl_session_t *session_new(ussl_arena_t *arena) {
    ussl_session_t *session = ussl_calloc(1, sizeof(*session));
    if (session != NULL) {
        session->object.refs = 1;
        session->object.drop = session_drop;
        session->arena = ussl_arena_ref(arena);
    }
    return session;
}

static bool has_ticket(const mbedtls_ssl_session *session) {
    return session->ticket != NULL && session->ticket_len > 0;
}

// As OpenSSL: a ticket is named by its hash, because the server gives it no id.
static int fill_info(const mbedtls_ssl_session *from, ussl_session_info_t *info) {
    if (from->id_len > sizeof(info->id)) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA; // mbedTLS loads it without looking
    }
    info->made = from->start;
    info->timeout = USSL_TICKET_LIFETIME;
    info->has_ticket = has_ticket(from);
    info->id_len = from->tls_version == MBEDTLS_SSL_VERSION_TLS1_3 ? 0 : from->id_len;
    memcpy(info->id, from->id, info->id_len);
    if (!info->has_ticket) {
        return 0;
    }
    info->lifetime_hint = from->ticket_lifetime;
    if (from->ticket_lifetime > 0) {
        info->timeout = from->ticket_lifetime < WEEK ? from->ticket_lifetime : WEEK;
    }
    info->id_len = sizeof(info->id);
    return mbedtls_sha256(from->ticket, from->ticket_len, info->id, 0);
}

static bool can_be_resumed(const ussl_conn_t *conn, const mbedtls_ssl_session *session) {
    if (conn->ctx->config.role != USSL_CLIENT) {
        return false;
    }
    return has_ticket(session)
        || (session->tls_version == MBEDTLS_SSL_VERSION_TLS1_2 && session->id_len > 0);
}

static int session_fill(ussl_session_t *session, ussl_conn_t *conn) {
    const mbedtls_ssl_session *from = conn->ssl.session;
    int code = fill_info(from, &session->info);
    if (session->info.made == 0) {
        session->info.made = ussl_seconds();
    }
    if (code != 0 || !can_be_resumed(conn, from)) {
        return code;
    }
    size_t len;
    uint8_t none;
    code = ussl_record_write(conn, from, true, &none, 0, &len);
    if (code != MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL) {
        return code;
    }
    session->data = ussl_calloc(1, len);
    if (session->data == NULL) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    code = ussl_record_write(conn, from, true, session->data, len, &session->len);
    if (code == 0 && !ussl_record_parse(session->data, session->len, &session->record)) {
        code = MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    }
    return code;
}

// ---- offering one ----
static bool same_host(const ussl_conn_t *conn, const ussl_record_t *record) {
    const char *host = conn->hostname ? conn->hostname : "";
    return strlen(host) == record->host_len && memcmp(host, record->host, record->host_len) == 0;
}

static bool still_fresh(const ussl_session_t *session) {
    int64_t now = ussl_seconds();
    return ussl_clock_is_set() && now >= session->record.made
        && now - session->record.made < session->info.timeout
        && ussl_record_is_fresh(&session->record, now);
}

// Trap 17: everything that a full handshake of this connection would prove has been proven.
static bool is_enough(const ussl_conn_t *conn, const ussl_session_t *session) {
    uint8_t wanted = ussl_conn_rules(conn);
    return (session->record.proven & wanted) == wanted && same_host(conn, &session->record)
        && ussl_trust_began_as(
            conn->ctx->config.trust, session->record.trust_count, session->record.trust_mark);
}

static int keep_peer(ussl_conn_t *conn, const ussl_record_t *record) {
    ussl_conn_forget_peer(conn);
    if (record->peer_len == 0) {
        return 0;
    }
    conn->kept_peer = ussl_calloc(1, sizeof(*conn->kept_peer));
    if (conn->kept_peer == NULL) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    mbedtls_x509_crt_init(conn->kept_peer);
    return ussl_crt_parse(conn->kept_peer, record->peer, record->peer_len);
}

int ussl_conn_take_record(ussl_conn_t *conn, const ussl_record_t *record) {
    int code = keep_peer(conn, record);
    if (code != 0) {
        ussl_conn_forget_peer(conn);
        return code;
    }
    conn->proven_before = record->proven;
    conn->proven_at = record->proven_at;
    return 0;
}

bool ussl_record_is_fresh(const ussl_record_t *record, int64_t now) {
    return now >= record->proven_at && now - record->proven_at < PROOF_LIFETIME;
}

void ussl_conn_forget_peer(ussl_conn_t *conn) {
    conn->proven_before = 0;
    if (conn->kept_peer != NULL) {
        mbedtls_x509_crt_free(conn->kept_peer);
        ussl_free(conn->kept_peer);
        conn->kept_peer = NULL;
    }
}

// A session that mbedTLS cannot use any more is like one that the server forgot.
static int offer(ussl_conn_t *conn, const ussl_session_t *session) {
    mbedtls_ssl_session loaded;
    mbedtls_ssl_session_init(&loaded);
    int code =
        mbedtls_ssl_session_load(&loaded, session->record.secret, session->record.secret_len);
    if (code == 0 && loaded.tls_version <= conn->ctx->conf.max_tls_version
        && loaded.tls_version >= conn->ctx->conf.min_tls_version) {
        code = ussl_conn_take_record(conn, &session->record);
        if (code == 0) {
            code = mbedtls_ssl_set_session(&conn->ssl, &loaded);
            conn->offered = code == 0;
            if (code != 0) {
                ussl_conn_forget_peer(conn);
            }
        }
    }
    mbedtls_ssl_session_free(&loaded);
    return code;
}

// ---- public, in header order ----
ussl_result_t ussl_conn_session(ussl_conn_t *conn, ussl_session_t **out) {
    *out = NULL;
    if (!ussl_conn_established(conn) || conn->busy || conn->ssl.session == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl_scope_t scope;
    ussl_scope_enter(&scope, conn->ctx->arena); // it outlives the connection and its place
    ussl_result_t result = USSL_ERR_MEMORY;
    ussl_session_t *session = session_new(conn->ctx->arena);
    if (session != NULL) {
        int code = session_fill(session, conn);
        result = code == 0 ? USSL_OK : scope.failed ? USSL_ERR_MEMORY : USSL_ERR_INTERNAL;
        if (result == USSL_OK) {
            *out = session;
        } else {
            ussl_session_unref(session);
        }
    }
    ussl_scope_leave(&scope);
    return result;
}

ussl_result_t ussl_conn_set_session(ussl_conn_t *conn, const ussl_session_t *session) {
    if (conn->state != CONN_START || conn->busy || conn->ctx->config.role != USSL_CLIENT) {
        return USSL_ERR_USAGE;
    }
    ussl_scope_t scope;
    ussl_scope_enter(&scope, conn->arena);
    if (session->data != NULL && !conn->ctx->config.no_tickets && still_fresh(session)
        && is_enough(conn, session)) {
        (void)offer(conn, session);
    }
    ussl_scope_leave(&scope);
    return scope.failed ? USSL_ERR_MEMORY : USSL_OK;
}

ussl_session_t *ussl_session_ref(ussl_session_t *session) {
    return ussl_object_ref(session);
}

void ussl_session_unref(ussl_session_t *session) {
    ussl_object_unref(session);
}

const ussl_session_info_t *ussl_session_info(const ussl_session_t *session) {
    return &session->info;
}

// ---- saving ----
static const uint8_t magic[4] = {'u', 's', 's', 1};

// Without a key of the caller's everybody can make one: the seal then only tells damage.
static int saving_key(const void *key, size_t len, uint8_t out[USSL_SEAL_KEY]) {
    static const uint8_t label[] = "ussl saved session 1";
    mbedtls_sha256_context hash;
    mbedtls_sha256_init(&hash);
    int code = mbedtls_sha256_starts(&hash, 0);
    code = code ? code : mbedtls_sha256_update(&hash, label, sizeof(label));
    code = code ? code : mbedtls_sha256_update(&hash, key, len);
    code = code ? code : mbedtls_sha256_finish(&hash, out);
    mbedtls_sha256_free(&hash);
    return code;
}

int ussl_record_seal(
    const void *key, size_t key_len, const uint8_t *record, size_t len, uint8_t *out) {
    uint8_t seal_key[USSL_SEAL_KEY];
    memcpy(out, magic, sizeof(magic));
    memcpy(out + sizeof(magic) + USSL_SEAL_NONCE, record, len);
    int code = saving_key(key, key_len, seal_key);
    code = code ? code : ussl_seal(seal_key, out, sizeof(magic), len);
    mbedtls_platform_zeroize(seal_key, sizeof(seal_key));
    return code;
}

size_t ussl_session_saved_size(const ussl_session_t *session) {
    return session->data ? sizeof(magic) + USSL_SEAL_EXTRA + session->len : 0;
}

ussl_result_t ussl_session_save(
    const ussl_session_t *session, const void *key, size_t key_len, uint8_t *out) {
    if (session->data == NULL) {
        return USSL_ERR_USAGE;
    }
    ussl_scope_t scope;
    ussl_scope_enter(&scope, session->arena);
    int code = ussl_record_seal(key, key_len, session->data, session->len, out);
    ussl_scope_leave(&scope);
    return code == 0 ? USSL_OK : scope.failed ? USSL_ERR_MEMORY : USSL_ERR_PLATFORM;
}

static ussl_result_t session_open(ussl_session_t *session, const void *key, size_t key_len,
    const ussl_trust_t *trust, ussl_failure_t *why) {
    uint8_t seal_key[USSL_SEAL_KEY], *text;
    size_t text_len;
    int code = MBEDTLS_ERR_SSL_INVALID_MAC;
    if (session->len >= sizeof(magic) && memcmp(session->data, magic, sizeof(magic)) == 0) {
        code = saving_key(key, key_len, seal_key);
        code = code
            ? code
            : ussl_unseal(seal_key, session->data, sizeof(magic), session->len, &text, &text_len);
        mbedtls_platform_zeroize(seal_key, sizeof(seal_key));
    }
    if (code != 0 || !ussl_record_parse(text, text_len, &session->record)) {
        return ussl_failure_set(why, USSL_ERR_PARSE, "BAD_SESSION");
    }
    memmove(session->data, text, text_len);
    session->len = text_len;
    (void)ussl_record_parse(session->data, session->len, &session->record);
    if (!ussl_trust_began_as(trust, session->record.trust_count, session->record.trust_mark)) {
        return ussl_failure_set(why, USSL_ERR_CERT, "OTHER_TRUST");
    }
    mbedtls_ssl_session loaded;
    mbedtls_ssl_session_init(&loaded);
    code = mbedtls_ssl_session_load(&loaded, session->record.secret, session->record.secret_len);
    code = code ? code : fill_info(&loaded, &session->info);
    mbedtls_ssl_session_free(&loaded);
    session->info.made = session->record.made;
    return code == 0 ? USSL_OK : ussl_failure_set(why, USSL_ERR_PARSE, "BAD_SESSION");
}

ussl_result_t ussl_session_load(ussl_arena_t *arena, const ussl_trust_t *trust,
    const ussl_session_source_t *source, ussl_session_t **out, ussl_failure_t *why) {
    ussl_failure_t unwanted;
    why = why ? why : &unwanted;
    *out = NULL;
    ussl_scope_t scope;
    ussl_scope_enter(&scope, arena);
    ussl_session_t *session = session_new(arena);
    ussl_result_t result = USSL_ERR_MEMORY;
    if (session != NULL) {
        session->data = ussl_calloc(1, source->len + 1);
    }
    if (session != NULL && session->data != NULL) {
        memcpy(session->data, source->data, source->len);
        session->len = source->len;
        result = session_open(session, source->key, source->key_len, trust, why);
    }
    if (scope.failed) {
        result = ussl_failure_set(why, USSL_ERR_MEMORY, NULL);
    }
    if (result == USSL_OK) {
        *out = session;
    } else {
        ussl_session_unref(session);
    }
    ussl_scope_leave(&scope);
    return result;
}

#endif // USSL_SESSIONS
