// client.c - the engine without Python: an HTTPS client over a POSIX socket, which verifies the
// server. docs/boards.md says how it is built.
//
//   ./client localhost 8443 ca.pem
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <ussl/ussl.h>

// ---- what the engine needs from the machine ----
static void *take(void *user, size_t size) {
    return calloc(1, size);
}

static void give_back(void *user, void *ptr) {
    free(ptr);
}

static bool entropy(void *user, uint8_t *buf, size_t len) {
    return getrandom(buf, len, 0) == (ssize_t)len;
}

static bool now(void *user, int64_t *seconds) {
    *seconds = time(NULL);
    return *seconds > 1700000000; // else the clock is not set
}

// ---- the wire ----
static void stop(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why ? why : "failed");
    exit(1);
}

// Sends all output, then does what `result` asks for. False: the peer has ended the connection.
static bool go_on(ussl_conn_t *conn, int fd, ussl_result_t result) {
    size_t len;
    ssize_t moved = 1;
    const uint8_t *out;
    while (moved > 0 && (out = ussl_conn_out(conn, &len)) != NULL) {
        moved = send(fd, out, len, MSG_NOSIGNAL);
        ussl_conn_out_done(conn, moved > 0 ? (size_t)moved : 0);
    }
    if (moved <= 0 && (result == USSL_WANT_OUT || result == USSL_WANT_IN)) {
        stop("connection", "cannot be written to");
    }
    uint8_t *in = result == USSL_WANT_IN ? ussl_conn_in(conn, &len) : NULL;
    if (in != NULL) {
        moved = recv(fd, in, len, 0);
        ussl_conn_in_done(conn, moved > 0 ? (size_t)moved : 0); // 0: the wire has ended
    }
    if (result < 0) {
        ussl_failure_t why;
        ussl_conn_failure(conn, &why);
        stop("TLS", why.result == USSL_ERR_CERT ? why.cert.message : why.reason);
    }
    return result != USSL_CLOSED;
}

int main(int argc, char **argv) {
    static char ca[1 << 20], request[512];
    static const ussl_platform_t platform = {
        .alloc = take, .release = give_back, .random = entropy, .unix_time = now};
    ussl_config_t config = {.role = USSL_CLIENT}; // zeros verify the peer and its name
    ussl_arena_t *arena;
    ussl_ctx_t *ctx;
    ussl_conn_t *conn;
    ussl_failure_t why = {0};
    if (argc != 4) {
        stop("usage", "client HOST PORT CA.PEM");
    }
    FILE *file = fopen(argv[3], "r");
    size_t n = file != NULL ? fread(ca, 1, sizeof(ca), file) : 0;
    if (n == 0 || n == sizeof(ca)) {
        stop(argv[3], "is not there, empty, or larger than 1 MB");
    }
    if (ussl_init(&platform) || ussl_arena_new(0, &arena) || ussl_trust_new(arena, &config.trust)
        || ussl_trust_add_pem(config.trust, ca, n, &why) || ussl_ctx_new(arena, &config, &ctx)
        || ussl_conn_new(arena, ctx, argv[1], NULL, &conn)) {
        stop(argv[3], why.reason);
    }
    struct addrinfo *host, wanted = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (getaddrinfo(argv[1], argv[2], &wanted, &host)
        || connect(fd, host->ai_addr, host->ai_addrlen)) {
        stop(argv[1], "cannot be reached");
    }
    bool done = false;
    while (!done) {
        go_on(conn, fd, ussl_conn_handshake(conn, &done));
    }
    int len = snprintf(request, sizeof(request), "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", argv[1]);
    for (const uint8_t *at = (const uint8_t *)request; len > 0; at += n, len -= (int)n) {
        go_on(conn, fd, ussl_conn_write(conn, at, (size_t)len, &n));
    }
    uint8_t page[4096];
    while (go_on(conn, fd, ussl_conn_read(conn, page, sizeof(page), &n))) {
        fwrite(page, 1, n, stdout);
    }
    go_on(conn, fd, ussl_conn_close(conn)); // close_notify
    ussl_conn_free(conn);
    ussl_ctx_unref(ctx);
    ussl_trust_unref(config.trust);
    ussl_arena_unref(arena);
    ussl_deinit();
    return 0;
}
